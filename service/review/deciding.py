"""A person decides about an inspection: one more review, with what it corrects."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from qc.decision.verdict import Verdict
from qc.records import Inspection
from qc.spec.models import Spec
from service.audit import service as audit
from service.errors import ConflictError, UploadError
from service.inspections import service as inspections
from service.review import claims, folding, repository
from service.review.models import CorrectionRow, ReviewRow
from service.review.schemas import (
    Cause,
    Correction,
    Disposition,
    ReviewedDefect,
    ReviewRequest,
)
from service.review.service import standing_defects
from service.specs.service import get_spec
from service.visitor import SignedIn

_DEEDS = {
    "dismiss": "defect.dismissed",
    "correct": "defect.corrected",
    "miss": "defect.added",
    Disposition.ACCEPT: "review.accepted",
    Disposition.REJECT: "review.rejected",
    Disposition.REWORK: "review.sent-to-rework",
}


class ReviewDecidedError(ConflictError):
    """Somebody else reviewed this inspection meanwhile."""

    code = "review-decided"


class NotJudgedError(ConflictError):
    """The photos could not be judged, so there is nothing to review."""

    code = "not-judged"


class ReasonMissingError(UploadError):
    """Whoever does not simply agree says why."""

    code = "reason-missing"


def review(
    session: Session, visitor: SignedIn, inspection_id: UUID, request: ReviewRequest
) -> None:
    """Store a review and what it corrects, once; the claim on the inspection ends.

    Raises:
        InspectionUnknownError: there is no such inspection.
        ConflictError: the client id was used for another review.
        NotJudgedError: the inspection's photos have to be taken again.
        ReviewClaimedError: somebody else is looking at the item.
        ReviewDecidedError: there is a review that this person has not seen, or the reworked item
            was inspected again.
        ReasonMissingError: a reason is needed.
        CorrectionInvalidError: a correction does not fit the inspection.
    """
    resource = inspections.get_inspection(session, inspection_id)
    if _is_repeated(session, inspection_id, request):
        return
    now = datetime.now(UTC)
    if resource.verdict is Verdict.RETAKE:
        raise NotJudgedError(
            "the photos could not be judged", fix="Have them taken again; review the new ones."
        )
    claims.check_free(session, inspection_id, visitor.person, now)
    earlier = repository.reviews(session, inspection_id)
    _check_current(session, inspection_id, [row.person.name for row in earlier], request)
    agreed = _agrees(resource.verdict, request.disposition)
    if not request.reason and (
        agreed is not True or earlier or request.disposition is Disposition.REWORK
    ):
        raise ReasonMissingError("this review needs a reason", fix="Say why in a few words.")
    spec = get_spec(session, resource.spec.id, resource.spec.version)
    changed, defects = _corrected(session, inspection_id, resource, spec, request)
    result = folding.result_of(resource, spec, defects, request.disposition, request.defect_class)
    item = repository.item(session, inspection_id)
    row = ReviewRow(
        client_id=request.client_id,
        inspection_id=inspection_id,
        number=len(earlier) + 1,
        cause=Cause.CHOSEN if item is None else item.cause,
        disposition=request.disposition,
        agreed=agreed,
        reason=request.reason,
        result=result.model_dump_json(),
        person_id=visitor.person.id,
        tablet_id=visitor.actor.tablet_id,
        at=now,
        corrections=[
            CorrectionRow(
                position=position,
                kind=correction.kind,
                defect=after.number,
                document=after.model_dump_json(),
            )
            for position, (correction, after) in enumerate(changed)
        ],
    )
    repository.add(session, row)
    repository.remove_claim(session, inspection_id)
    subject = f"inspection/{inspection_id}"
    for correction, after in changed:
        deed = _DEEDS[correction.kind]
        audit.record(session, visitor.actor, deed, f"{subject}/defect/{after.number}", after=after)
    deed = _DEEDS[request.disposition]
    audit.record(session, visitor.actor, deed, subject, after=request)


def _is_repeated(session: Session, inspection_id: UUID, request: ReviewRequest) -> bool:
    first = repository.find_by_client_id(session, request.client_id)
    if first is None:
        return False
    if (first.inspection_id, first.disposition) != (inspection_id, request.disposition):
        raise ConflictError(
            f"client id {request.client_id} was used for another review",
            fix="Give every review a new client id.",
        )
    return True


def _check_current(
    session: Session, inspection_id: UUID, reviewers: list[str], request: ReviewRequest
) -> None:
    if request.follows != len(reviewers):
        who = f"by {reviewers[-1]}" if reviewers else "by nobody yet"
        raise ReviewDecidedError(
            f"this inspection was reviewed {len(reviewers)} times, last {who}",
            fix="Read the newest review, then decide again if it is wrong.",
        )
    again = repository.reinspected_as(session, inspection_id)
    if again is not None:
        raise ReviewDecidedError(
            f"the reworked item was inspected again: {again}", fix="Review that inspection."
        )


def _agrees(verdict: Verdict, disposition: Disposition) -> bool | None:
    return None if verdict is Verdict.CHECK else disposition.verdict is verdict


def _corrected(
    session: Session,
    inspection_id: UUID,
    inspection: Inspection,
    spec: Spec,
    request: ReviewRequest,
) -> tuple[list[tuple[Correction, ReviewedDefect]], list[ReviewedDefect]]:
    """Return each correction with the defect it leaves, and all defects as they stand then."""
    before = standing_defects(session, inspection_id, inspection)
    after = folding.correct(inspection, spec, before, request.corrections)
    standing = {defect.number: defect for defect in [*before, *after]}
    return list(zip(request.corrections, after, strict=True)), list(standing.values())
