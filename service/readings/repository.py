"""The SQL of readings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from service.readings.models import ReadingRow


def add(session: Session, row: ReadingRow) -> None:
    """Store a reading."""
    session.add(row)
    session.flush()


def find_by_client_id(session: Session, client_id: UUID) -> ReadingRow | None:
    """Return the reading that was sent under this id."""
    query = select(ReadingRow).where(ReadingRow.client_id == client_id)
    return session.scalars(query).one_or_none()


def of_inspection(session: Session, inspection_id: UUID) -> Sequence[ReadingRow]:
    """Return the readings of an inspection with who read and sent them, oldest first."""
    query = (
        select(ReadingRow)
        .options(
            joinedload(ReadingRow.person),
            joinedload(ReadingRow.sent_by),
            joinedload(ReadingRow.tablet),
        )
        .where(ReadingRow.inspection_id == inspection_id)
        .order_by(ReadingRow.sequence)
    )
    return session.scalars(query).all()


def newest(session: Session, inspection_ids: Iterable[UUID]) -> Sequence[ReadingRow]:
    """Return the newest reading of each of these inspections that has one."""
    last = (
        select(func.max(ReadingRow.sequence))
        .where(ReadingRow.inspection_id.in_(list(inspection_ids)))
        .group_by(ReadingRow.inspection_id)
    )
    return session.scalars(select(ReadingRow).where(ReadingRow.sequence.in_(last))).all()
