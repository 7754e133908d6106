"""The move: photos first, then all rows in one transaction that is compared before it commits.

Photos are known by their content, so a move that was cut off goes on where it stopped; rows are
all there or none is. The source is only read, and nobody else may have it open meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, StaticPool, Table, create_engine, delete, func, select
from sqlalchemy.orm import Session

from service.audit import service as audit
from service.audit.chain import ROOT_HASH
from service.audit.models import AuditHeadRow
from service.database import DATABASE_FILE, Database
from service.errors import MoveError
from service.inspections.models import PhotoRow
from service.moving import rows
from service.moving.tables import parents_first
from service.reports.models import ReportRow
from service.retention import service as retention
from service.settings import StorageSettings
from service.specs.models import GoldenPhotoRow
from service.storage import PhotoStore
from service.stores import open_database, photo_store, report_store

Track = Callable[[Iterable[str], str, int], Iterable[str]]
"""Shows how far something is: what to walk, what it is, how many."""

_COPIERS = 4
"""Files in memory at once."""


@dataclass(frozen=True)
class Moved:
    """What is at the target, counted there and compared with the source."""

    rows: dict[str, int]
    """By table."""
    photos: int
    reports: int
    bytes: int
    audit_entries: int
    audit_head: str
    """Hash of the newest entry of the audit log, the same as at the source."""


def move(data_dir: Path, target: StorageSettings, track: Track) -> Moved:
    """Move a workshop from the files of a data folder to PostgreSQL, and to S3 where it is named.

    Args:
        data_dir: of the service, which does not run.
        target: names the database, and the bucket unless photos stay in the data folder.
        track: shows the progress.

    Raises:
        MoveError: there is nothing to move, the service still runs, the target is not empty or
            of another version, or the audit log or what arrived is not what was written.
        StorageError: a photo is missing or damaged, or cannot be written.
        DatabaseError: a database cannot be used.
    """
    source_file = data_dir / DATABASE_FILE
    if not source_file.is_file():
        raise MoveError(
            f"there is no service in {data_dir}", fix="Name its folder with --data-dir."
        )
    if target.database_url is None:
        raise MoveError(
            "nothing says where to", fix="Set TELITI_STORAGE__DATABASE_URL to the new database."
        )
    revision = _brought_up_to_date(source_file)
    database = open_database(target)
    try:
        _prepare(database, revision)
        with _alone(source_file) as source:
            with Session(source) as session:
                entries, head = _audited(session, "source")
                named = _files_named(session)
            here = StorageSettings(data_dir=data_dir)
            stores = {
                "photos": (photo_store(here), photo_store(target)),
                "reports": (report_store(here), report_store(target)),
            }
            size = sum(
                sum(_copied(*stores[name], track, keys, name)) for name, keys in named.items()
            )
            with database.rebuilding() as session:
                moved = _move_rows(source, session.connection())
                if _audited(session, "target") != (entries, head):
                    raise MoveError("the audit log at the target is not the source's")
    finally:
        database.close()
    return Moved(moved, len(named["photos"]), len(named["reports"]), size, entries, head)


def _brought_up_to_date(path: Path) -> str | None:
    source = Database.sqlite(path, busy_timeout_s=1)
    try:
        source.migrate()
        return source.revision()
    finally:
        source.close()


def _prepare(database: Database, revision: str | None) -> None:
    """Make the target's tables; what is there must be empty."""
    found = database.revision()
    if found is None:
        database.migrate()
    elif found != revision:
        raise MoveError(
            f"the target has the tables of another version ({found}, not {revision})",
            fix="Name a database without tables.",
        )
    with database.reading() as session:
        connection = session.connection()
        rows.require_known(connection, parents_first())
        full = [table.name for table in parents_first() if not _is_empty(connection, table)]
    if full:
        raise MoveError(
            f"the target is not empty: there are rows in {', '.join(full)}",
            fix="Name a database without tables; nothing there was changed.",
        )


def _is_empty(connection: Connection, table: Table) -> bool:
    query = select(func.count()).select_from(table)
    if table is AuditHeadRow.__table__:  # the beginning of a chain without entries is no content
        query = query.where(AuditHeadRow.hash != ROOT_HASH)
    return connection.scalar(query) == 0


@contextmanager
def _alone(path: Path) -> Iterator[Connection]:
    """Read a SQLite database that nobody else has open, so that nothing is written meanwhile."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
        try:
            # Leaving WAL needs to be alone, and locks out whoever comes later.
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            raise MoveError(
                f"{path} is in use ({error})", fix="Stop the service, then move again."
            ) from error
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            rows.require_known(connection, parents_first())
            yield connection
    finally:
        engine.dispose()


def _audited(session: Session, where: str) -> tuple[int, str]:
    found = audit.verify(session)
    if found.problems:
        raise MoveError(
            f"the audit log at the {where} is not what was written: {found.problems[0]}",
            fix="Run `qc audit verify` and find out why first.",
        )
    return found.entries, found.head


def _files_named(session: Session) -> dict[str, set[str]]:
    columns = {
        "photos": (PhotoRow.sha256, GoldenPhotoRow.sha256),
        "reports": (ReportRow.pdf_sha256,),
    }
    deleted = retention.all_deleted(session).keys()
    return {
        name: {key for column in named for key in session.scalars(select(column).distinct())}
        - deleted
        for name, named in columns.items()
    }


def _copied(
    source: PhotoStore, target: PhotoStore, track: Track, keys: set[str], name: str
) -> Iterator[int]:
    """Copy files, read each back, and give their sizes."""
    there = set(target.keys())

    def copy(key: str) -> int:
        if key not in there:
            target.put(source.get(key))
        return len(target.get(key))  # compared with its SHA-256

    with ThreadPoolExecutor(_COPIERS) as pool:
        sizes = pool.map(copy, sorted(keys))
        for _, size in zip(track(sorted(keys), name, len(keys)), sizes, strict=True):
            yield size


def _move_rows(source: Connection, target: Connection) -> dict[str, int]:
    target.execute(delete(AuditHeadRow))  # made by the migrations; the source has its own
    tables = parents_first()
    counts = {table.name: rows.copy(source, target, table) for table in tables}
    for table in tables:
        difference = rows.first_difference(source, target, table)
        if difference is not None:
            raise MoveError(
                f"what arrived is not what was sent: {difference}",
                fix="Nothing was kept in the target's database. Use a fresh one.",
            )
    return counts
