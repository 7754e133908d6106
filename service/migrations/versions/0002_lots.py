"""Lots, their units, findings, events, and the series they form."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _said() -> tuple[sa.Column[Any], ...]:
    """What somebody said, and when."""
    return (
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )


def _of_lot(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["lot_sequence"], ["lots.sequence"], name=f"fk_{table}_lot_sequence_lots"
    )


def upgrade() -> None:
    """Create the tables of lots."""
    op.create_table(
        "lots",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("spec_id", sa.String(64), nullable=False),
        sa.Column("spec_version", sa.Integer, nullable=False),
        sa.Column("order_number", sa.String(80), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("reinspection_of", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("sequence", name="pk_lots"),
        sa.UniqueConstraint("id", name="uq_lots_id"),
        sa.UniqueConstraint("client_id", name="uq_lots_client_id"),
        sa.UniqueConstraint("reinspection_of", name="uq_lots_reinspection_of"),
        sa.ForeignKeyConstraint(
            ["spec_id", "spec_version"],
            ["specs.id", "specs.version"],
            name="fk_lots_spec_id_spec_version_specs",
        ),
        sa.ForeignKeyConstraint(
            ["reinspection_of"], ["lots.sequence"], name="fk_lots_reinspection_of_lots"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lots_spec_id_sequence", "lots", ["spec_id", "sequence"])
    op.create_table(
        "lot_units",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("inspection_id", sa.Uuid, nullable=False),
        sa.Column("lot_sequence", sa.Integer, nullable=False),
        sa.Column("unit", sa.Integer, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_lot_units"),
        sa.UniqueConstraint("inspection_id", name="uq_lot_units_inspection_id"),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name="fk_lot_units_inspection_id_inspections"
        ),
        _of_lot("lot_units"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lot_units_lot_sequence_unit", "lot_units", ["lot_sequence", "unit"])
    op.create_table(
        "lot_findings",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("lot_sequence", sa.Integer, nullable=False),
        sa.Column("unit", sa.Integer, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("sequence", name="pk_lot_findings"),
        _of_lot("lot_findings"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_lot_findings_lot_sequence_sequence", "lot_findings", ["lot_sequence", "sequence"]
    )
    op.create_table(
        "lot_events",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("lot_sequence", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("sequence", name="pk_lot_events"),
        _of_lot("lot_events"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_lot_events_lot_sequence_sequence", "lot_events", ["lot_sequence", "sequence"]
    )
    op.create_table(
        "lot_series",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("buyer", sa.String(80), nullable=False),
        sa.Column("product_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("lot_sequence", sa.Integer, nullable=True),
        sa.Column("tally", sa.Text, nullable=True),
        *_said(),
        sa.PrimaryKeyConstraint("sequence", name="pk_lot_series"),
        sa.UniqueConstraint("lot_sequence", name="uq_lot_series_lot_sequence"),
        _of_lot("lot_series"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_lot_series_buyer_product_id_sequence",
        "lot_series",
        ["buyer", "product_id", "sequence"],
    )
