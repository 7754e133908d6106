"""The SQL of tablets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.tablets.models import EnrolmentRow, TabletRow


def find(session: Session, tablet_id: UUID) -> TabletRow | None:
    """Return a tablet."""
    return session.get(TabletRow, tablet_id)


def find_by_token(session: Session, token_sha256: str) -> TabletRow | None:
    """Return the tablet that holds a token."""
    query = select(TabletRow).where(TabletRow.token_sha256 == token_sha256)
    return session.scalars(query).one_or_none()


def enrolled(session: Session) -> Sequence[TabletRow]:
    """Return the tablets that are not revoked, by name."""
    query = select(TabletRow).where(TabletRow.revoked_at.is_(None))
    return session.scalars(query.order_by(TabletRow.name, TabletRow.enrolled_at)).all()


def add(session: Session, row: TabletRow) -> None:
    """Store a new tablet."""
    session.add(row)
    session.flush()


def find_enrolment(session: Session, code_sha256: str) -> EnrolmentRow | None:
    """Return what a code enrols, which nobody else may use before the commit."""
    return session.get(EnrolmentRow, code_sha256, with_for_update=True)


def add_enrolment(session: Session, row: EnrolmentRow) -> None:
    """Store a code."""
    session.add(row)


def remove_enrolment(session: Session, row: EnrolmentRow) -> None:
    """End a code."""
    session.delete(row)


def remove_expired_enrolments(session: Session, now: datetime) -> None:
    """End the codes that nobody used in time."""
    session.execute(delete(EnrolmentRow).where(EnrolmentRow.expires_at <= now))
