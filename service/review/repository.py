"""The SQL of reviews."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from service.database import Base
from service.inspections.models import InspectionRow
from service.readings.models import ReadingRow
from service.review.models import (
    CorrectionRow,
    ReinspectionRow,
    ReviewClaimRow,
    ReviewItemRow,
    ReviewRow,
)


def add(session: Session, row: Base) -> None:
    """Store a row of any of the tables of reviews."""
    session.add(row)
    session.flush()


def item(session: Session, inspection_id: UUID) -> ReviewItemRow | None:
    """Return an inspection's place in the queue, also of one that was reviewed."""
    return session.get(ReviewItemRow, inspection_id)


def _waiting() -> Select[ReviewItemRow]:
    reviewed = select(ReviewRow).where(ReviewRow.inspection_id == ReviewItemRow.inspection_id)
    later = aliased(ReadingRow)
    newer = select(later).where(
        later.inspection_id == ReadingRow.inspection_id, later.sequence > ReadingRow.sequence
    )
    settled = select(ReadingRow).where(
        ReadingRow.inspection_id == ReviewItemRow.inspection_id,
        ReadingRow.settles,
        ~newer.exists(),
    )
    return select(ReviewItemRow).where(~reviewed.exists(), ~settled.exists())


def waiting(session: Session, limit: int) -> Sequence[ReviewItemRow]:
    """Return the first `limit` inspections that wait for a review, worst first."""
    query = _waiting().order_by(ReviewItemRow.rank, ReviewItemRow.inspection_sequence)
    return session.scalars(query.limit(limit)).all()


def count_waiting(session: Session) -> dict[str, int]:
    """Count what waits for a review, by cause."""
    waits = _waiting().subquery()
    query = select(waits.c.cause, func.count()).group_by(waits.c.cause)
    return {row.cause: row[1] for row in session.execute(query)}


def reviews(session: Session, inspection_id: UUID) -> Sequence[ReviewRow]:
    """Return the reviews of an inspection with their corrections, oldest first."""
    query = (
        select(ReviewRow)
        .options(joinedload(ReviewRow.person), selectinload(ReviewRow.corrections))
        .where(ReviewRow.inspection_id == inspection_id)
        .order_by(ReviewRow.number)
    )
    return session.scalars(query).all()


def newest(session: Session, inspection_ids: Iterable[UUID]) -> dict[UUID, ReviewRow]:
    """Return the newest review of each of these inspections that has one."""
    query = (
        select(ReviewRow)
        .options(joinedload(ReviewRow.person))
        .where(ReviewRow.inspection_id.in_(list(inspection_ids)))
        .order_by(ReviewRow.number)
    )
    return {row.inspection_id: row for row in session.scalars(query)}


def find_by_client_id(session: Session, client_id: UUID) -> ReviewRow | None:
    """Return the review that was sent under this id."""
    return session.scalars(select(ReviewRow).where(ReviewRow.client_id == client_id)).one_or_none()


def corrections(session: Session, inspection_id: UUID) -> Sequence[CorrectionRow]:
    """Return everything that was corrected in an inspection, oldest first."""
    query = (
        select(CorrectionRow)
        .join(ReviewRow, ReviewRow.sequence == CorrectionRow.review_sequence)
        .where(ReviewRow.inspection_id == inspection_id)
        .order_by(ReviewRow.number, CorrectionRow.position)
    )
    return session.scalars(query).all()


def claim_for_update(session: Session, inspection_id: UUID) -> ReviewClaimRow | None:
    """Return the claim on an inspection, also an expired one; others wait for this transaction."""
    query = (
        select(ReviewClaimRow)
        .options(joinedload(ReviewClaimRow.person))
        .where(ReviewClaimRow.inspection_id == inspection_id)
        .with_for_update(of=ReviewClaimRow)
    )
    return session.scalars(query).one_or_none()


def claims(
    session: Session, inspection_ids: Iterable[UUID], now: datetime
) -> dict[UUID, ReviewClaimRow]:
    """Return the claims on these inspections that have not expired."""
    query = (
        select(ReviewClaimRow)
        .options(joinedload(ReviewClaimRow.person))
        .where(
            ReviewClaimRow.inspection_id.in_(list(inspection_ids)),
            ReviewClaimRow.expires_at > now,
        )
    )
    return {row.inspection_id: row for row in session.scalars(query)}


def remove_claim(session: Session, inspection_id: UUID) -> None:
    """Remove the claim on an inspection, if there is one."""
    session.execute(delete(ReviewClaimRow).where(ReviewClaimRow.inspection_id == inspection_id))


def reinspection_of(session: Session, inspection_id: UUID) -> UUID | None:
    """Return the inspection that this one repeats after rework."""
    query = select(ReinspectionRow.of_inspection_id)
    return session.scalars(
        query.where(ReinspectionRow.inspection_id == inspection_id)
    ).one_or_none()


def reinspected_as(session: Session, inspection_id: UUID) -> UUID | None:
    """Return the inspection that repeats this one after rework."""
    query = select(ReinspectionRow.inspection_id)
    return session.scalars(
        query.where(ReinspectionRow.of_inspection_id == inspection_id)
    ).one_or_none()


def count_first_reviews(session: Session, spec_id: str | None) -> dict[tuple[str, bool], int]:
    """Count first reviews of inspections by cause and by whether the item was accepted."""
    accepted = (ReviewRow.disposition == "accept").label("accepted")
    query = (
        select(ReviewRow.cause, accepted, func.count())
        .join(InspectionRow, InspectionRow.id == ReviewRow.inspection_id)
        .where(ReviewRow.number == 1)
        .group_by(ReviewRow.cause, accepted)
    )
    if spec_id is not None:
        query = query.where(InspectionRow.spec_id == spec_id)
    return {(cause, bool(ok)): count for cause, ok, count in session.execute(query)}


def count_passes(session: Session, spec_id: str | None) -> tuple[int, int]:
    """Count the machine's passes, and those of them that were drawn into the sample."""
    passes = select(func.count()).select_from(InspectionRow).where(InspectionRow.verdict == "pass")
    drawn = (
        select(func.count())
        .select_from(ReviewItemRow)
        .join(InspectionRow, InspectionRow.id == ReviewItemRow.inspection_id)
        .where(ReviewItemRow.cause == "sample")
    )
    if spec_id is not None:
        passes = passes.where(InspectionRow.spec_id == spec_id)
        drawn = drawn.where(InspectionRow.spec_id == spec_id)
    return session.scalar(passes) or 0, session.scalar(drawn) or 0


def count_reviewed(session: Session, since: datetime | None) -> int:
    """Count the inspections that were first reviewed after a time, or ever."""
    query = select(func.count()).select_from(ReviewRow).where(ReviewRow.number == 1)
    if since is not None:
        query = query.where(ReviewRow.at > since)
    return session.scalar(query) or 0


def reviewed_documents(session: Session, spec_id: str, *, but: UUID, limit: int) -> Sequence[Any]:
    """Return the newest reviewed inspections of a product, newest first: `id`, `document`."""
    reviewed = select(ReviewRow).where(ReviewRow.inspection_id == InspectionRow.id)
    query = (
        select(InspectionRow.id, InspectionRow.document)
        .where(InspectionRow.spec_id == spec_id, InspectionRow.id != but, reviewed.exists())
        .order_by(InspectionRow.sequence.desc())
        .limit(limit)
    )
    return session.execute(query).all()


def corrections_of(session: Session, inspection_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return what was corrected in each of these inspections, oldest first, as documents."""
    query = (
        select(ReviewRow.inspection_id, CorrectionRow.document)
        .join(ReviewRow, ReviewRow.sequence == CorrectionRow.review_sequence)
        .where(ReviewRow.inspection_id.in_(list(inspection_ids)))
        .order_by(ReviewRow.number, CorrectionRow.position)
    )
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for inspection_id, document in session.execute(query):
        found[inspection_id].append(document)
    return found


def reviewed(session: Session) -> Sequence[UUID]:
    """Return every inspection that was reviewed, in the order of the first reviews."""
    query = select(ReviewRow.inspection_id).where(ReviewRow.number == 1)
    return session.scalars(query.order_by(ReviewRow.sequence)).all()
