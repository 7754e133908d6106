"""HTTP of reviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from qc.spec.models import Slug
from service.errors import problems
from service.guard import GuardedRoute, SignedInDep
from service.inspections import service as inspections
from service.review import claims, deciding, quality, queue, similar
from service.review.quality import ReviewQuality
from service.review.queue import ReviewCase, ReviewQueue
from service.review.schemas import Claim, ReviewRequest
from service.review.similar import SimilarCases
from service.runtime import ReadSession, RuntimeDep, WriteSession

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], route_class=GuardedRoute)


@router.get("", responses=problems(422))
def get_review_queue(
    session: ReadSession,
    visitor: SignedInDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ReviewQueue:
    """List what waits for a review: failed items, then doubtful ones, then sampled passes."""
    return queue.get_queue(session, visitor.person, datetime.now(UTC), limit)


@router.get("/quality", responses=problems(422))
def get_review_quality(
    runtime: RuntimeDep,
    session: ReadSession,
    spec: Annotated[Slug | None, Query(description="Only those judged by this spec.")] = None,
) -> ReviewQuality:
    """Say how often the machine was wrong: escapes among passes, false alarms among fails."""
    return quality.get_quality(session, spec, runtime.settings.review.pass_sample_rate)


@router.get("/{inspection_id}", responses=problems(404, 422))
def get_review_case(session: ReadSession, visitor: SignedInDep, inspection_id: UUID) -> ReviewCase:
    """Give one inspection with its defects as they stand, and everything said about it."""
    return queue.get_case(session, visitor.person, datetime.now(UTC), inspection_id)


@router.get("/{inspection_id}/similar", responses=problems(404, 422))
def list_similar_cases(
    session: ReadSession,
    inspection_id: UUID,
    limit: Annotated[int, Query(ge=1, le=24)] = 6,
) -> SimilarCases:
    """List reviewed items of the same product with the like findings, the most similar first."""
    return similar.get_similar(session, inspection_id, limit)


@router.post("/{inspection_id}/claim", responses=problems(404, 409, 422))
def claim_review(runtime: RuntimeDep, visitor: SignedInDep, inspection_id: UUID) -> Claim:
    """Look at an inspection, so that nobody else does; again to go on looking."""
    lives = timedelta(minutes=runtime.settings.review.claim_minutes)

    def take(session: Session) -> Claim:
        inspections.get_inspection(session, inspection_id)
        return claims.take(session, inspection_id, visitor.person, datetime.now(UTC), lives)

    return runtime.database.write(take)


@router.delete("/{inspection_id}/claim", status_code=204, responses=problems(422))
def release_review(session: WriteSession, visitor: SignedInDep, inspection_id: UUID) -> Response:
    """Stop looking at an inspection. Nothing happens where one was not."""
    claims.release(session, inspection_id, visitor.person)
    return Response(status_code=204)


@router.post("/{inspection_id}", status_code=201, responses=problems(404, 409, 422))
def create_review(
    runtime: RuntimeDep, visitor: SignedInDep, inspection_id: UUID, request: ReviewRequest
) -> ReviewCase:
    """Decide about an inspection: accept, reject or rework, with what has to be corrected.

    Sending the same request again changes nothing.
    """

    def review(session: Session) -> ReviewCase:
        deciding.review(session, visitor, inspection_id, request)
        session.expire_all()
        return queue.get_case(session, visitor.person, datetime.now(UTC), inspection_id)

    return runtime.database.write(review)
