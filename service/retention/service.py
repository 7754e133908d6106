"""What is deleted, how, and how it is known afterwards.

A tombstone is committed first, then the bytes are deleted, in transactions that let nobody else
write. So a crash leaves a photo that is still there, never one that looks lost; and a photo that
is sent again at that moment is kept again, for who sends it removes the tombstone and stores the
bytes once more under the same lock.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from service.actor import Actor
from service.audit import service as audit
from service.database import Database
from service.errors import ConflictError, GoneError
from service.retention import repository
from service.retention.models import DeletedPhotoRow
from service.storage import PhotoStore

SHORTEST: Final = timedelta(days=30)
_AT_A_TIME: Final = 50
"""Photos deleted in one transaction: others who write wait for it."""


class PhotoDeletedError(GoneError):
    """A photo was deleted on purpose, its time being over."""

    code = "photo-deleted"

    def __init__(self, deleted_at: datetime) -> None:
        super().__init__(
            f"the photo was deleted on {deleted_at:%Y-%m-%d} by retention",
            fix="Its measurements, defects and verdict are kept; a backup may still have it.",
        )


class RetentionError(ConflictError):
    """What should be deleted is not old enough."""

    code = "retention-too-short"


@dataclass(frozen=True)
class Retired:
    """Photos whose time is over."""

    before: datetime
    photos: int
    bytes: int
    kept: int
    """Other photos of inspections, deleted earlier or still needed."""


def examine(
    session: Session, now: datetime, age: timedelta, learnt: Collection[str] = ()
) -> Retired:
    """Count the photos whose time is over; change nothing.

    Args:
        session: reads one state of the database.
        now: the time.
        age: what is older is over.
        learnt: photos from which a memory was learnt; they stay.

    Raises:
        RetentionError: `age` is shorter than any workshop can mean.
    """
    before = _before(now, age)
    return _retired(session, before, _over(session, before, learnt))


def retire(
    database: Database,
    store: PhotoStore,
    actor: Actor,
    now: datetime,
    age: timedelta,
    learnt: Collection[str] = (),
) -> Retired:
    """Delete the photos that `examine` counts, and what an earlier run left to do.

    Raises:
        RetentionError: `age` is shorter than any workshop can mean.
        StorageError: a photo cannot be deleted; the next run goes on.
    """
    before = _before(now, age)
    with database.writing() as session:
        found = _over(session, before, learnt)
        retired = _retired(session, before, found)
        rows = [
            DeletedPhotoRow(sha256=sha256, size_bytes=size_bytes, deleted_at=now, gone=False)
            for sha256, size_bytes in found
        ]
        if rows:
            repository.add(session, rows)
            named = json.dumps([row.sha256 for row in rows])
            subject = f"photos/before-{before:%Y-%m-%d}/{len(rows)}"
            audit.record(session, actor, "photos.deleted", subject, after=named)
    while _delete_some(database, store):
        pass
    return retired


def revive(session: Session, sha256s: Collection[str]) -> set[str]:
    """Forget that photos were deleted, since they are sent again.

    Args:
        session: a writing transaction.
        sha256s: of the photos.

    Returns:
        Those whose bytes have to be stored again before the transaction ends.
    """
    found = set(repository.find(session, sha256s))
    if found:
        repository.remove(session, found)
    return found


def deleted(session: Session, sha256s: Collection[str]) -> dict[str, datetime]:
    """Return when those of the photos were deleted that were."""
    return repository.find(session, sha256s)


def all_deleted(session: Session) -> dict[str, datetime]:
    """Return every photo that was deleted, and when."""
    return repository.every(session)


def require_kept(session: Session, sha256s: Collection[str]) -> None:
    """Make sure that none of the photos was deleted.

    Raises:
        PhotoDeletedError: one was.
    """
    for at in deleted(session, sha256s).values():
        raise PhotoDeletedError(at)


def _over(session: Session, before: datetime, learnt: Collection[str]) -> list[tuple[str, int]]:
    return [found for found in repository.over(session, before) if found[0] not in learnt]


def _retired(session: Session, before: datetime, found: list[tuple[str, int]]) -> Retired:
    size = sum(size_bytes for _, size_bytes in found)
    return Retired(before, len(found), size, repository.photos(session) - len(found))


def _before(now: datetime, age: timedelta) -> datetime:
    if age < SHORTEST:
        raise RetentionError(
            f"photos are kept for {SHORTEST.days} days at least", fix="Give a longer time."
        )
    return now - age


def _delete_some(database: Database, store: PhotoStore) -> bool:
    with database.writing() as session:
        rows = repository.unfinished(session, _AT_A_TIME)
        for row in rows:
            store.delete(row.sha256)
            row.gone = True
        return bool(rows)
