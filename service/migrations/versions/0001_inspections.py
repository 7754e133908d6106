"""Specs, stations, inspections and their photos."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "specs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("stored_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name="pk_specs"),
    )
    op.create_table(
        "stations",
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("stored_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_stations"),
    )
    op.create_index("ix_stations_id", "stations", ["id"])
    op.create_table(
        "inspections",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("spec_id", sa.String(64), nullable=False),
        sa.Column("spec_version", sa.Integer, nullable=False),
        sa.Column("station_revision", sa.Integer, nullable=True),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_inspections"),
        sa.UniqueConstraint("id", name="uq_inspections_id"),
        sa.UniqueConstraint("client_id", name="uq_inspections_client_id"),
        sa.ForeignKeyConstraint(
            ["spec_id", "spec_version"],
            ["specs.id", "specs.version"],
            name="fk_inspections_spec_id_spec_version_specs",
        ),
        sa.ForeignKeyConstraint(
            ["station_revision"],
            ["stations.revision"],
            name="fk_inspections_station_revision_stations",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inspections_spec_id_sequence", "inspections", ["spec_id", "sequence"])
    op.create_index("ix_inspections_verdict_sequence", "inspections", ["verdict", "sequence"])
    op.create_table(
        "photos",
        sa.Column("inspection_sequence", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("view", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("inspection_sequence", "position", name="pk_photos"),
        sa.ForeignKeyConstraint(
            ["inspection_sequence"],
            ["inspections.sequence"],
            name="fk_photos_inspection_sequence_inspections",
        ),
    )
    op.create_index("ix_photos_sha256", "photos", ["sha256"])
