"""Faults of what lies under the service: disk, database, memory, clock.

Each is a context in which uploads may be refused, with the codes of the refusals that are in order.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import time_machine
from sqlalchemy import event
from station_page import Service

from faults.ledger import Ledger
from faults.tablet import Tablet
from service import storage
from service.database import DATABASE_FILE
from service.inspections import workflow
from service.runtime import Runtime
from service.storage import PHOTOS_FOLDER


@dataclass(frozen=True)
class Fault:
    """What is broken, for how long it is, and how the service may refuse meanwhile."""

    name: str
    inject: Callable[[Runtime], AbstractContextManager[Any]]
    codes: tuple[str, ...]


@contextmanager
def _photo_disk_full(_runtime: Runtime) -> Iterator[None]:
    with mock.patch.object(os, "fsync", _raises(OSError(errno.ENOSPC, "No space left on device"))):
        yield


@contextmanager
def _photo_disk_read_only(_runtime: Runtime) -> Iterator[None]:
    failing = _raises(OSError(errno.EROFS, "Read-only file system"))
    with mock.patch.object(storage, "NamedTemporaryFile", failing):
        yield


@contextmanager
def _photo_folder_not_mounted(runtime: Runtime) -> Iterator[None]:
    """An empty folder lies where the disk was mounted."""
    folder = runtime.settings.storage.data_dir / PHOTOS_FOLDER
    aside = folder.with_name("elsewhere")
    folder.rename(aside)
    folder.mkdir()
    try:
        yield
    finally:
        assert list(folder.iterdir()) == [], "photos were written beside the disk"
        folder.rmdir()
        aside.rename(folder)


@contextmanager
def _database_full(runtime: Runtime) -> Iterator[None]:
    with _pragma(runtime, "max_page_count=1", "max_page_count=1073741823"):
        yield


@contextmanager
def _database_read_only(runtime: Runtime) -> Iterator[None]:
    with _pragma(runtime, "query_only=ON", "query_only=OFF"):
        yield


@contextmanager
def _database_locked(runtime: Runtime) -> Iterator[None]:
    """Another program writes, for longer than anybody waits."""
    path = runtime.settings.storage.data_dir / DATABASE_FILE
    other = sqlite3.connect(path, isolation_level=None, timeout=5)
    other.execute("BEGIN IMMEDIATE")
    try:
        with _pragma(runtime, "busy_timeout=50", "busy_timeout=10000"):
            yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def _out_of_memory(_runtime: Runtime) -> Iterator[None]:
    with mock.patch.object(workflow, "decode_photo", _raises(MemoryError())):
        yield


@contextmanager
def _clock_forward(_runtime: Runtime) -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=400)):
        yield


@contextmanager
def _clock_back(_runtime: Runtime) -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) - timedelta(days=400)):
        yield


FAULTS = (
    Fault("disk of the photos full", _photo_disk_full, ("storage-failed",)),
    Fault("disk of the photos read-only", _photo_disk_read_only, ("storage-failed",)),
    Fault("folder of the photos not mounted", _photo_folder_not_mounted, ("storage-failed",)),
    Fault("disk of the database full", _database_full, ("database-full",)),
    Fault("database read-only", _database_read_only, ("database-unusable",)),
    Fault("database locked by another program", _database_locked, ("database-busy",)),
    Fault("out of memory in one request", _out_of_memory, ("out-of-memory",)),
    Fault("clock jumps forward by 400 days", _clock_forward, ()),
    Fault("clock jumps back by 400 days", _clock_back, ("spec-not-in-force",)),
)


def inject(fault: Fault, service: Service, ledger: Ledger, times: int) -> None:
    """Break it, send a photo, mend it, send the photo again."""
    with Tablet(service) as tablet:
        for _ in range(times):
            upload = ledger.new()
            ledger.injected += 1
            with fault.inject(service.runtime):
                ledger.note(upload, tablet.send(upload), *fault.codes)
            ledger.note(upload, tablet.send(upload))


def _raises(error: BaseException) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@contextmanager
def _pragma(runtime: Runtime, broken: str, whole: str) -> Iterator[None]:
    """Change every connection that is handed out meanwhile."""
    pool = runtime.database.engine.pool

    def change(connection: sqlite3.Connection, *_: Any) -> None:
        connection.execute(f"PRAGMA {broken}")

    def change_back(connection: sqlite3.Connection | None, *_: Any) -> None:
        if connection is not None:
            connection.execute(f"PRAGMA {whole}")

    event.listen(pool, "checkout", change)
    event.listen(pool, "checkin", change_back)
    try:
        yield
    finally:
        event.remove(pool, "checkout", change)
        event.remove(pool, "checkin", change_back)
