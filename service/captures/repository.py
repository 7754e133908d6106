"""The SQL of capture keys."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.captures.models import CaptureKeyRow
from service.people.models import PersonRow
from service.tablets.models import TabletRow


def add(session: Session, row: CaptureKeyRow) -> None:
    """Store a new key."""
    session.add(row)


def find_by_session(session: Session, session_sha256: str) -> CaptureKeyRow | None:
    """Return the key of a session."""
    query = select(CaptureKeyRow).where(CaptureKeyRow.session_sha256 == session_sha256)
    return session.scalars(query).one_or_none()


def find_with_owner(
    session: Session, key_id: UUID
) -> tuple[CaptureKeyRow, PersonRow, TabletRow | None] | None:
    """Return a key, whose it is, and the tablet on which it was given out."""
    query = (
        select(CaptureKeyRow, PersonRow, TabletRow)
        .join(PersonRow, PersonRow.id == CaptureKeyRow.person_id)
        .outerjoin(TabletRow, TabletRow.id == CaptureKeyRow.tablet_id)
        .where(CaptureKeyRow.id == key_id)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], row[2])
