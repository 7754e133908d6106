"""Claims keep two people from reviewing one item at the same time. They end by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service.errors import ConflictError
from service.review import repository
from service.review.models import ReviewClaimRow
from service.review.schemas import Claim
from service.visitor import VisitingPerson


class ReviewClaimedError(ConflictError):
    """Somebody else is looking at this item."""

    code = "review-claimed"


def take(
    session: Session,
    inspection_id: UUID,
    person: VisitingPerson,
    now: datetime,
    lives: timedelta,
) -> Claim:
    """Claim an inspection, or claim it for longer.

    Raises:
        ReviewClaimedError: somebody else has it.
        sqlalchemy.exc.IntegrityError: somebody else took it at this very moment.
    """
    check_free(session, inspection_id, person, now)
    row = repository.claim_for_update(session, inspection_id)
    expires_at = now + lives
    if row is None:
        row = ReviewClaimRow(
            inspection_id=inspection_id, person_id=person.id, expires_at=expires_at
        )
        repository.add(session, row)
    else:
        row.person_id, row.expires_at = person.id, expires_at
    return Claim(by=person.name, mine=True, expires_at=expires_at)


def release(session: Session, inspection_id: UUID, person: VisitingPerson) -> None:
    """Give up one's own claim; somebody else's stays."""
    row = repository.claim_for_update(session, inspection_id)
    if row is not None and row.person_id == person.id:
        repository.remove_claim(session, inspection_id)


def check_free(
    session: Session, inspection_id: UUID, person: VisitingPerson, now: datetime
) -> None:
    """Make sure that nobody else has claimed an inspection.

    Raises:
        ReviewClaimedError: somebody else has.
    """
    row = repository.claim_for_update(session, inspection_id)
    if row is not None and row.person_id != person.id and row.expires_at > now:
        raise ReviewClaimedError(
            f"{row.person.name} is looking at this item",
            fix="Take the next one, or wait until the claim ends.",
        )


def claim_of(row: ReviewClaimRow | None, person: VisitingPerson) -> Claim | None:
    """Return a claim as a person sees it."""
    if row is None:
        return None
    return Claim(by=row.person.name, mine=row.person_id == person.id, expires_at=row.expires_at)
