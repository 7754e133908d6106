"""Days from which specs count, who stored them, and photos of golden samples."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; specs that are there count from the day on which they were stored."""
    # Neither in batch mode: that makes the table anew, which foreign keys to it forbid.
    op.add_column(
        "specs", sa.Column("effective_on", sa.Date, nullable=False, server_default="1970-01-01")
    )
    op.add_column(
        "specs",
        sa.Column(
            "stored_by_id",
            sa.Uuid,
            sa.ForeignKey("people.id", name="fk_specs_stored_by_id_people"),
            nullable=True,
        ),
        inline_references=True,
    )
    specs = sa.table(
        "specs",
        sa.column("id", sa.String),
        sa.column("version", sa.Integer),
        sa.column("stored_at", UtcDateTime),
        sa.column("effective_on", sa.Date),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(specs.c.id, specs.c.version, specs.c.stored_at)).all():
        connection.execute(
            sa.update(specs)
            .where(specs.c.id == row.id, specs.c.version == row.version)
            .values(effective_on=row.stored_at.astimezone().date())
        )
    op.create_table(
        "golden_photos",
        sa.Column("spec_id", sa.String(64), nullable=False),
        sa.Column("spec_version", sa.Integer, nullable=False),
        sa.Column("view", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("added_by_id", sa.Uuid, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("spec_id", "spec_version", "view", name="pk_golden_photos"),
        sa.ForeignKeyConstraint(
            ["spec_id", "spec_version"],
            ["specs.id", "specs.version"],
            name="fk_golden_photos_spec_id_specs",
        ),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["people.id"], name="fk_golden_photos_added_by_id_people"
        ),
    )
    op.create_index("ix_golden_photos_sha256", "golden_photos", ["sha256"])
