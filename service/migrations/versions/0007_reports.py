"""Signed reports of lots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "reports",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("lot_sequence", sa.Integer, nullable=False),
        sa.Column("lot_id", sa.Uuid, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("pdf_sha256", sa.String(64), nullable=False),
        sa.Column("pdf_bytes", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("signed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_reports"),
        sa.UniqueConstraint("id", name="uq_reports_id"),
        sa.UniqueConstraint("client_id", name="uq_reports_client_id"),
        sa.UniqueConstraint("content_sha256", name="uq_reports_content_sha256"),
        sa.UniqueConstraint("pdf_sha256", name="uq_reports_pdf_sha256"),
        sa.ForeignKeyConstraint(
            ["lot_sequence"], ["lots.sequence"], name="fk_reports_lot_sequence_lots"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_reports_person_id_people"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_lot_sequence_sequence", "reports", ["lot_sequence", "sequence"])
