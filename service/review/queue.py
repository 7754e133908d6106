"""What a lead sees: the queue, and one inspection with everything said about it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from qc.decision.messages import DEFECT_NAMES
from qc.decision.sampling import UnitResult
from qc.spec.base import DefectClass
from service.defect_names import DefectTypeName, named
from service.inspections import service as inspections
from service.inspections.schemas import InspectionResource, InspectionSummary
from service.review import claims, repository
from service.review.models import ReviewRow
from service.review.schemas import (
    Cause,
    Claim,
    CorrectedDefect,
    Review,
    ReviewedDefect,
)
from service.review.service import outcome_of, standing_defects
from service.specs.schemas import GoldenLink
from service.specs.service import get_spec, golden_links
from service.visitor import VisitingPerson


class QueueItem(BaseModel):
    """An inspection that waits for a review."""

    inspection: InspectionSummary
    cause: Cause
    defect_class: DefectClass | None = Field(description="Worst class found or feared.")
    claim: Claim | None = Field(description="Who is looking at it now.")


class Waiting(BaseModel):
    """How many inspections wait for a review."""

    fail: int
    check: int
    sample: int = Field(description="Passes drawn at random.")


class ReviewQueue(BaseModel):
    """The inspections that wait for a review, worst first.

    `fail` before `check` before sampled passes; within these the worst class found or feared
    first; within these the oldest first.
    """

    waiting: Waiting
    items: tuple[QueueItem, ...]


class ReviewCase(BaseModel):
    """An inspection as a lead reviews it."""

    inspection: InspectionResource
    cause: Cause
    defects: tuple[ReviewedDefect, ...] = Field(
        description="As they stand after all corrections, dismissed ones included."
    )
    defect_types: tuple[DefectTypeName, ...] = Field(
        description="Those that the spec names and those that were found, then the common others."
    )
    golden: tuple[GoldenLink, ...] = Field(
        description="Approved samples, as the spec's version that judged it shows them."
    )
    reviews: tuple[Review, ...] = Field(description="Oldest first.")
    claim: Claim | None = Field(description="Who is looking at it now.")


def get_queue(session: Session, person: VisitingPerson, now: datetime, limit: int) -> ReviewQueue:
    """Return how much waits for a review, and the first of it."""
    rows = repository.waiting(session, limit)
    ids = [row.inspection_id for row in rows]
    summaries = inspections.summaries(session, ids)
    claimed = repository.claims(session, ids, now)
    return ReviewQueue(
        waiting=count_waiting(session),
        items=tuple(
            QueueItem(
                inspection=summaries[row.inspection_id],
                cause=Cause(row.cause),
                defect_class=row.defect_class,
                claim=claims.claim_of(claimed.get(row.inspection_id), person),
            )
            for row in rows
        ),
    )


def count_waiting(session: Session) -> Waiting:
    """Count what waits for a review, by cause."""
    counts = repository.count_waiting(session)
    return Waiting(**{cause: counts.get(cause, 0) for cause in Waiting.model_fields})


def get_case(
    session: Session, person: VisitingPerson, now: datetime, inspection_id: UUID
) -> ReviewCase:
    """Return one inspection with everything that people said about it.

    Raises:
        InspectionUnknownError: there is none.
    """
    inspection = inspections.get_inspection(session, inspection_id)
    spec = get_spec(session, inspection.spec.id, inspection.spec.version)
    rows = repository.reviews(session, inspection_id)
    reviews = tuple(_review(row) for row in rows)
    defects = standing_defects(session, inspection_id, inspection)
    item = repository.item(session, inspection_id)
    claimed = repository.claims(session, [inspection_id], now).get(inspection_id)
    types = [rule.type for rule in spec.defects] + [defect.type for defect in defects]
    common = [name for name in DEFECT_NAMES if name != "anomaly"]
    return ReviewCase(
        inspection=inspection,
        cause=Cause.CHOSEN if item is None else Cause(item.cause),
        defects=tuple(defects),
        defect_types=named(types + common),
        golden=golden_links(session, spec.id, spec.version),
        reviews=reviews,
        claim=claims.claim_of(claimed, person),
    )


def _review(row: ReviewRow) -> Review:
    return Review(
        **dict(outcome_of(row)),
        cause=Cause(row.cause),
        result=UnitResult.model_validate_json(row.result),
        corrections=tuple(
            CorrectedDefect.model_validate(
                ReviewedDefect.model_validate_json(c.document).model_dump() | {"kind": c.kind}
            )
            for c in row.corrections
        ),
    )
