"""The audit log: an entry is written in the transaction of what it tells of, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime

from pydantic import BaseModel
from sqlalchemy.orm import Session

from service.actor import Actor
from service.audit import repository
from service.audit.chain import Entry, Link, Verification, verify_chain
from service.audit.models import AuditRow
from service.audit.schemas import AuditEntry, AuditPage


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    *,
    before: str | BaseModel | None = None,
    after: str | BaseModel | None = None,
) -> None:
    """Append an entry.

    Args:
        session: the writing transaction of what is done.
        actor: who does it.
        action: what is done: `<feature>.<past participle>`, at most 40 characters.
        subject: to what, at most 160 characters.
        before: the subject's document before, of which a hash is kept.
        after: the subject's document after.
    """
    head = repository.lock_head(session)
    entry = Entry(
        sequence=head.sequence + 1,
        at=datetime.now(UTC),
        person_id=actor.person_id,
        person=actor.name,
        tablet_id=actor.tablet_id,
        tablet=actor.tablet,
        action=action,
        subject=subject,
        before_sha256=_sha256(before),
        after_sha256=_sha256(after),
        previous_hash=head.hash,
    )
    head.sequence, head.hash = entry.sequence, entry.hash()
    values = {field.name: getattr(entry, field.name) for field in fields(Entry)}
    repository.add(session, AuditRow(**values, hash=head.hash))


def verify(session: Session) -> Verification:
    """Check the whole log."""
    head = repository.head(session)
    links = (
        Link(Entry(**{field.name: getattr(row, field.name) for field in fields(Entry)}), row.hash)
        for row in repository.oldest_first(session)
    )
    return verify_chain(links, (head.sequence, head.hash))


def has_entry(session: Session, entry_hash: str) -> bool:
    """Tell whether the log holds the entry of a hash."""
    return repository.has_hash(session, entry_hash)


def tells_of(session: Session, action: str, after_sha256: str) -> bool:
    """Tell whether the log holds a deed that left a document with this hash."""
    return repository.has_deed(session, action, after_sha256)


def list_entries(session: Session, *, cursor: int | None, limit: int) -> AuditPage:
    """Return one page of the log, newest first."""
    rows = repository.newest(session, before=cursor, limit=limit + 1)
    return AuditPage(
        items=tuple(_entry(row) for row in rows[:limit]),
        next_cursor=rows[limit - 1].sequence if len(rows) > limit else None,
    )


def last_sequence(session: Session) -> int:
    """Return the number of the newest entry, 0 where there is none."""
    return repository.head(session).sequence


def next_entry(session: Session, after: int, actions: Sequence[str]) -> AuditEntry | None:
    """Return the first entry after `after` whose action begins with one of `actions`."""
    row = repository.first_after(session, after, actions)
    return None if row is None else _entry(row)


def every_entry(session: Session) -> Iterator[AuditEntry]:
    """Give the whole log, oldest first."""
    return (_entry(row) for row in repository.oldest_first(session))


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry.model_validate(row, from_attributes=True)


def _sha256(document: str | BaseModel | None) -> str | None:
    if document is None:
        return None
    text = document if isinstance(document, str) else document.model_dump_json()
    return hashlib.sha256(text.encode()).hexdigest()
