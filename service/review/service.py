"""What other features ask of reviews. It knows its own tables only, so that all may import it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from qc.decision.sampling import UnitResult
from qc.decision.verdict import Verdict
from qc.records import Inspection
from qc.spec.models import Spec
from service.errors import ConflictError
from service.review import folding, ranking, repository
from service.review.models import ReinspectionRow, ReviewItemRow, ReviewRow
from service.review.ranking import is_sampled
from service.review.schemas import (
    Disposition,
    ReviewedDefect,
    ReviewOutcome,
    ReviewStanding,
)

__all__ = ["is_sampled"]


class NotReworkedError(ConflictError):
    """The item was not sent back for rework, or was inspected again already."""

    code = "not-in-rework"


def enqueue(
    session: Session,
    inspection_id: UUID,
    sequence: int,
    inspection: Inspection,
    spec: Spec,
    sample_rate: float,
) -> None:
    """Put a new inspection into the queue, if it is to be reviewed.

    Args:
        session: the transaction that stores the inspection.
        inspection_id: of the inspection.
        sequence: its place in the order of storing.
        inspection: what the machine said.
        spec: by which it was judged.
        sample_rate: share of passes that are reviewed as well.
    """
    cause = ranking.cause_of(inspection.verdict, inspection_id, sample_rate)
    if cause is None:
        return
    defect_class = ranking.worst_class(inspection, spec)
    row = ReviewItemRow(
        inspection_id=inspection_id,
        inspection_sequence=sequence,
        cause=cause,
        defect_class=defect_class,
        rank=ranking.rank(cause, defect_class),
    )
    repository.add(session, row)


def enqueue_again(
    session: Session, inspection_id: UUID, sequence: int, inspection: Inspection, spec: Spec
) -> None:
    """Put an inspection into the queue that a reading made fail or doubtful, unless it is there.

    Args:
        session: the transaction that stores the reading.
        inspection_id: of the inspection.
        sequence: its place in the order of storing.
        inspection: as the reading leaves it.
        spec: by which it was judged.
    """
    if repository.item(session, inspection_id) is None:
        enqueue(session, inspection_id, sequence, inspection, spec, sample_rate=0)


def check_in_rework(session: Session, inspection_id: UUID) -> None:
    """Make sure that an item was sent back for rework and has not been inspected since.

    Raises:
        NotReworkedError: it was not, or it has.
    """
    newest = repository.newest(session, [inspection_id]).get(inspection_id)
    if newest is None or newest.disposition != Disposition.REWORK:
        raise NotReworkedError(
            f"the item of inspection {inspection_id} is not in rework",
            fix="Send the photos without it.",
        )
    again = repository.reinspected_as(session, inspection_id)
    if again is not None:
        raise NotReworkedError(
            f"the item was inspected again already: {again}", fix="Look at that inspection."
        )


def link_reinspection(session: Session, inspection_id: UUID, of_inspection_id: UUID) -> None:
    """Link an inspection to the one whose item was reworked.

    Raises:
        NotReworkedError: that item is not in rework.
    """
    check_in_rework(session, of_inspection_id)
    row = ReinspectionRow(inspection_id=inspection_id, of_inspection_id=of_inspection_id)
    repository.add(session, row)


def standing(session: Session, inspection_id: UUID, verdict: Verdict) -> ReviewStanding:
    """Return what people made of an inspection, given how machine and readings leave it."""
    row = repository.newest(session, [inspection_id]).get(inspection_id)
    review = None if row is None else outcome_of(row)
    return ReviewStanding(
        standing_verdict=verdict if review is None else review.verdict,
        review=review,
        reinspection_of=repository.reinspection_of(session, inspection_id),
        reinspected_as=repository.reinspected_as(session, inspection_id),
    )


def standing_at_first(verdict: Verdict, reinspection_of: UUID | None) -> ReviewStanding:
    """Return how an inspection stands that is stored just now, so that nobody reviewed it yet."""
    return ReviewStanding(
        standing_verdict=verdict,
        review=None,
        reinspection_of=reinspection_of,
        reinspected_as=None,
    )


def verdicts(session: Session, inspection_ids: Iterable[UUID]) -> dict[UUID, Verdict]:
    """Return the verdict of the newest review of each of these inspections that has one."""
    newest = repository.newest(session, inspection_ids)
    return {key: Disposition(row.disposition).verdict for key, row in newest.items()}


def results(session: Session, inspection_ids: Iterable[UUID]) -> dict[UUID, UnitResult]:
    """Return what each of these inspections that was reviewed counts as in its lot."""
    newest = repository.newest(session, inspection_ids)
    return {key: UnitResult.model_validate_json(row.result) for key, row in newest.items()}


def standing_defects(
    session: Session, inspection_id: UUID, inspection: Inspection
) -> list[ReviewedDefect]:
    """Return the defects of an inspection as they stand after all corrections."""
    rows = repository.corrections(session, inspection_id)
    corrected = [ReviewedDefect.model_validate_json(row.document) for row in rows]
    return folding.standing(inspection, corrected)


def outcome_of(row: ReviewRow) -> ReviewOutcome:
    """Return a review without its corrections."""
    disposition = Disposition(row.disposition)
    return ReviewOutcome(
        number=row.number,
        disposition=disposition,
        verdict=disposition.verdict,
        agreed=row.agreed,
        reason=row.reason,
        by=row.person.name,
        at=row.at,
    )
