"""The SQL of inspections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from service.inspections.models import InspectionRow, PhotoRow
from service.retention.models import DeletedPhotoRow


def _complete() -> Select[InspectionRow]:
    return select(InspectionRow).options(
        joinedload(InspectionRow.spec),
        joinedload(InspectionRow.station),
        joinedload(InspectionRow.person),
        joinedload(InspectionRow.sent_by),
        joinedload(InspectionRow.tablet),
        selectinload(InspectionRow.photos),
    )


def find(session: Session, inspection_id: UUID) -> InspectionRow | None:
    """Return an inspection with its spec and photos."""
    return session.scalars(_complete().where(InspectionRow.id == inspection_id)).one_or_none()


def find_all(session: Session, inspection_ids: Sequence[UUID]) -> Sequence[InspectionRow]:
    """Return these inspections in the order of storing."""
    query = _complete().where(InspectionRow.id.in_(inspection_ids))
    return session.scalars(query.order_by(InspectionRow.sequence)).all()


def count_by_verdict(session: Session) -> dict[str, int]:
    """Count inspections by what the machine said."""
    query = select(InspectionRow.verdict, func.count()).group_by(InspectionRow.verdict)
    return {row.verdict: row[1] for row in session.execute(query)}


def find_by_client_id(session: Session, client_id: UUID) -> InspectionRow | None:
    """Return the inspection that a tablet sent under this id."""
    return session.scalars(_complete().where(InspectionRow.client_id == client_id)).one_or_none()


def find_photo(session: Session, inspection_id: UUID, view: str) -> PhotoRow | None:
    """Return the photo of one view of an inspection."""
    query = (
        select(PhotoRow)
        .join(InspectionRow, InspectionRow.sequence == PhotoRow.inspection_sequence)
        .where(InspectionRow.id == inspection_id, PhotoRow.view == view)
    )
    return session.scalars(query).one_or_none()


def newest(
    session: Session,
    *,
    before: int | None,
    spec_id: str | None,
    verdict: str | None,
    limit: int,
) -> Sequence[InspectionRow]:
    """Return up to `limit` inspections stored before sequence `before`, newest first."""
    query = _complete().order_by(InspectionRow.sequence.desc()).limit(limit)
    if before is not None:
        query = query.where(InspectionRow.sequence < before)
    if spec_id is not None:
        query = query.where(InspectionRow.spec_id == spec_id)
    if verdict is not None:
        query = query.where(InspectionRow.verdict == verdict)
    return session.scalars(query).all()


def add(session: Session, row: InspectionRow) -> None:
    """Store an inspection with its photos."""
    session.add(row)
    session.flush()


def oldest_after(session: Session, sequence: int, since: datetime) -> InspectionRow | None:
    """Return the first inspection after a sequence that was stored since a time."""
    query = _complete().where(InspectionRow.sequence > sequence, InspectionRow.created_at >= since)
    return session.scalars(query.order_by(InspectionRow.sequence).limit(1)).one_or_none()


def newest_photos(session: Session, limit: int) -> Sequence[str]:
    """Return the SHA-256 of the photos stored last that were not deleted."""
    query = (
        select(PhotoRow.sha256)
        .where(PhotoRow.sha256.not_in(select(DeletedPhotoRow.sha256)))
        .order_by(PhotoRow.inspection_sequence.desc())
        .limit(limit)
    )
    return session.scalars(query).all()
