"""Readings beside inspections, and the code that a lot's items bear."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; lots that are there expect no code."""
    op.create_table(
        "readings",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("inspection_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("settles", sa.Boolean, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=True),
        sa.Column("tablet_id", sa.Uuid, nullable=True),
        sa.Column("sent_by_id", sa.Uuid, nullable=True),
        sa.Column("measured_at", UtcDateTime, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_readings"),
        sa.UniqueConstraint("client_id", name="uq_readings_client_id"),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name="fk_readings_inspection_id_inspections"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_readings_person_id_people"),
        sa.ForeignKeyConstraint(
            ["tablet_id"], ["tablets.id"], name="fk_readings_tablet_id_tablets"
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["people.id"], name="fk_readings_sent_by_id_people"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_readings_inspection_id_sequence", "readings", ["inspection_id", "sequence"])
    op.add_column("lots", sa.Column("item_code", sa.String(200), nullable=True))
