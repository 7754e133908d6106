"""The SQL of the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.audit.models import AuditHeadRow, AuditRow

_HEAD = 1


def lock_head(session: Session) -> AuditHeadRow:
    """Return the end of the chain, which nobody else may move before the commit."""
    query = select(AuditHeadRow).where(AuditHeadRow.id == _HEAD).with_for_update()
    return session.scalars(query).one()


def head(session: Session) -> AuditHeadRow:
    """Return the end of the chain."""
    return session.scalars(select(AuditHeadRow).where(AuditHeadRow.id == _HEAD)).one()


def add(session: Session, row: AuditRow) -> None:
    """Store an entry."""
    session.add(row)
    session.flush()


def oldest_first(session: Session) -> Iterator[AuditRow]:
    """Give all entries without holding them all."""
    query = select(AuditRow).order_by(AuditRow.sequence)
    yield from session.scalars(query.execution_options(yield_per=1000))


def has_hash(session: Session, entry_hash: str) -> bool:
    """Tell whether an entry has this hash."""
    query = select(AuditRow.sequence).where(AuditRow.hash == entry_hash)
    return session.scalars(query.limit(1)).one_or_none() is not None


def has_deed(session: Session, action: str, after_sha256: str) -> bool:
    """Tell whether an entry tells of this deed with this document."""
    query = select(AuditRow.sequence).where(
        AuditRow.action == action, AuditRow.after_sha256 == after_sha256
    )
    return session.scalars(query.limit(1)).one_or_none() is not None


def first_after(session: Session, sequence: int, actions: Sequence[str]) -> AuditRow | None:
    """Return the first entry after a sequence whose action begins with one of these."""
    wanted = or_(*(AuditRow.action.startswith(action, autoescape=True) for action in actions))
    query = select(AuditRow).where(AuditRow.sequence > sequence, wanted)
    return session.scalars(query.order_by(AuditRow.sequence).limit(1)).one_or_none()


def newest(session: Session, *, before: int | None, limit: int) -> Sequence[AuditRow]:
    """Return up to `limit` entries before sequence `before`, newest first."""
    query = select(AuditRow).order_by(AuditRow.sequence.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.sequence < before)
    return session.scalars(query).all()
