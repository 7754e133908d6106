"""Releases that the workshop keeps, their comparisons, what became of them, shadow runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; the release that came with the software stays active."""
    op.create_table(
        "releases",
        sa.Column("reference", sa.String(96), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("registered_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_releases"),
    )
    op.create_table(
        "release_comparisons",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("baseline", sa.String(96), nullable=False),
        sa.Column("baseline_sha256", sa.String(64), nullable=False),
        sa.Column("candidate", sa.String(96), nullable=False),
        sa.Column("candidate_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_release_comparisons"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_release_comparisons_candidate", "release_comparisons", ["candidate"])
    op.create_table(
        "release_events",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("reference", sa.String(96), nullable=True),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("comparison_sequence", sa.Integer, nullable=True),
        sa.Column("overridden", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_release_events"),
        sa.ForeignKeyConstraint(
            ["reference"], ["releases.reference"], name="fk_release_events_reference_releases"
        ),
        sa.ForeignKeyConstraint(
            ["comparison_sequence"],
            ["release_comparisons.sequence"],
            name="fk_release_events_comparison_sequence_release_comparisons",
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "shadow_inspections",
        sa.Column("inspection_sequence", sa.Integer, nullable=False),
        sa.Column("reference", sa.String(96), nullable=False),
        sa.Column("inspection_id", sa.Uuid, nullable=False),
        sa.Column("spec_id", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("shadow_verdict", sa.String(16), nullable=True),
        sa.Column("document", sa.Text, nullable=True),
        sa.Column("problem", sa.Text, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("inspection_sequence", "reference", name="pk_shadow_inspections"),
        sa.ForeignKeyConstraint(
            ["inspection_sequence"],
            ["inspections.sequence"],
            name="fk_shadow_inspections_inspection_sequence_inspections",
        ),
        sa.ForeignKeyConstraint(
            ["reference"], ["releases.reference"], name="fk_shadow_inspections_reference_releases"
        ),
    )
