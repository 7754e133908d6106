"""The SQL of wrong attempts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.lockouts.models import AttemptsRow


def find(session: Session, subjects: Sequence[str]) -> dict[str, AttemptsRow]:
    """Return what was counted of each subject, which nobody else may count before the commit."""
    query = select(AttemptsRow).where(AttemptsRow.subject.in_(subjects)).with_for_update()
    return {row.subject: row for row in session.scalars(query)}


def add(session: Session, row: AttemptsRow) -> None:
    """Store the first attempt of a subject."""
    session.add(row)


def remove(session: Session, subjects: Sequence[str]) -> None:
    """Forget subjects."""
    session.execute(delete(AttemptsRow).where(AttemptsRow.subject.in_(subjects)))


def remove_before(session: Session, last_at: datetime) -> None:
    """Forget subjects that have been quiet since."""
    session.execute(delete(AttemptsRow).where(AttemptsRow.last_at < last_at))
