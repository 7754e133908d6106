"""Reviews: the queue, claims, reviews with their corrections, inspections after rework."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CAUSES = ("fail", "check", "sample")
_CLASSES = ("critical", "major", "minor")


def upgrade() -> None:
    """Create the tables; failed and doubtful inspections that are there wait for a review."""
    items = op.create_table(
        "review_items",
        sa.Column("inspection_id", sa.Uuid, nullable=False),
        sa.Column("inspection_sequence", sa.Integer, nullable=False),
        sa.Column("cause", sa.String(8), nullable=False),
        sa.Column("defect_class", sa.String(16), nullable=True),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("inspection_id", name="pk_review_items"),
        _of_inspection("review_items"),
    )
    op.create_index(
        "ix_review_items_rank_inspection_sequence", "review_items", ["rank", "inspection_sequence"]
    )
    op.create_table(
        "review_claims",
        sa.Column("inspection_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("inspection_id", name="pk_review_claims"),
        _of_inspection("review_claims"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_review_claims_person_id_people"
        ),
    )
    op.create_table(
        "reviews",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("inspection_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("cause", sa.String(8), nullable=False),
        sa.Column("disposition", sa.String(8), nullable=False),
        sa.Column("agreed", sa.Boolean, nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("tablet_id", sa.Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_reviews"),
        sa.UniqueConstraint("client_id", name="uq_reviews_client_id"),
        sa.UniqueConstraint("inspection_id", "number", name="uq_reviews_inspection_id_number"),
        _of_inspection("reviews"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_reviews_person_id_people"),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablets.id"], name="fk_reviews_tablet_id_tablets"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "corrections",
        sa.Column("review_sequence", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("defect", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("review_sequence", "position", name="pk_corrections"),
        sa.ForeignKeyConstraint(
            ["review_sequence"], ["reviews.sequence"], name="fk_corrections_review_sequence_reviews"
        ),
    )
    op.create_table(
        "reinspections",
        sa.Column("inspection_id", sa.Uuid, nullable=False),
        sa.Column("of_inspection_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("inspection_id", name="pk_reinspections"),
        sa.UniqueConstraint("of_inspection_id", name="uq_reinspections_of_inspection_id"),
        _of_inspection("reinspections"),
        sa.ForeignKeyConstraint(
            ["of_inspection_id"],
            ["inspections.id"],
            name="fk_reinspections_of_inspection_id_inspections",
        ),
    )
    _enqueue_what_is_there(items)


def _of_inspection(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["inspection_id"], ["inspections.id"], name=f"fk_{table}_inspection_id_inspections"
    )


def _enqueue_what_is_there(items: sa.Table) -> None:
    inspections = sa.table(
        "inspections",
        sa.column("sequence", sa.Integer),
        sa.column("id", sa.Uuid),
        sa.column("verdict", sa.String),
        sa.column("document", sa.Text),
    )
    wanted = sa.select(inspections).where(inspections.c.verdict.in_(("fail", "check")))
    connection = op.get_bind()
    rows = [
        _item(row.id, row.sequence, row.verdict, json.loads(row.document))
        for row in connection.execute(wanted)
    ]
    if rows:
        connection.execute(sa.insert(items), rows)


def _item(inspection_id: Any, sequence: int, verdict: str, document: Any) -> dict[str, Any]:
    """Rank by the defects alone: dimensions of that time count as `major`, as by default."""
    defects = document.get("defects", ())
    severities = {d["severity"] for d in defects if d["verdict"] != "pass"}
    dimensions = [*document.get("measurements", ()), *document.get("angles", ())]
    if any(d["decision"] != "pass" for d in dimensions):
        severities.add("major")
    defect_class = next((c for c in _CLASSES if c in severities), None)
    severity = len(_CLASSES) if defect_class is None else _CLASSES.index(defect_class)
    return {
        "inspection_id": inspection_id,
        "inspection_sequence": sequence,
        "cause": verdict,
        "defect_class": defect_class,
        "rank": 10 * _CAUSES.index(verdict) + severity,
    }
