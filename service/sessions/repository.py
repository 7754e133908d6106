"""The SQL of sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from service.sessions.models import SessionRow


def find(session: Session, token_sha256: str) -> SessionRow | None:
    """Return the session of a token."""
    return session.get(SessionRow, token_sha256)


def add(session: Session, row: SessionRow) -> None:
    """Store a new session."""
    session.add(row)


def touch(session: Session, token_sha256: str, seen_at: datetime) -> None:
    """Note that a session is in use."""
    query = update(SessionRow).where(SessionRow.token_sha256 == token_sha256)
    session.execute(query.values(seen_at=seen_at))


def remove(session: Session, token_sha256: str) -> None:
    """End a session."""
    session.execute(delete(SessionRow).where(SessionRow.token_sha256 == token_sha256))


def remove_expired(session: Session, now: datetime) -> None:
    """Forget the sessions whose time is over."""
    session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
