"""Capture keys; when photos were taken, and who sent them for somebody else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; inspections that are there were sent by whoever took the photos."""
    op.create_table(
        "capture_keys",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("session_sha256", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("tablet_id", sa.Uuid, nullable=True),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_capture_keys"),
        sa.UniqueConstraint("session_sha256", name="uq_capture_keys_session_sha256"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_capture_keys_person_id_people"
        ),
        sa.ForeignKeyConstraint(
            ["tablet_id"], ["tablets.id"], name="fk_capture_keys_tablet_id_tablets"
        ),
    )
    op.create_index("ix_capture_keys_person_id", "capture_keys", ["person_id"])
    op.add_column("inspections", sa.Column("taken_at", UtcDateTime, nullable=True))
    # Not in batch mode: that makes the table anew, which its photos' foreign key forbids.
    op.add_column(
        "inspections",
        sa.Column(
            "sent_by_id",
            sa.Uuid,
            sa.ForeignKey("people.id", name="fk_inspections_sent_by_id_people"),
            nullable=True,
        ),
        inline_references=True,
    )
