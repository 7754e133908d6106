"""Make a snapshot of a service, running or not.

A backup folder holds `photos/` by content, as the service does, and one folder for each snapshot,
so that every snapshot is complete while a photo is copied once. The database is copied first, by
SQLite's own backup, which sees one state of it; photos are stored before the row that names
them, so what the copy names is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from qc import __version__
from qc.errors import first_problem
from service.database import DATABASE_FILE
from service.errors import BackupError, StorageError
from service.storage import DRAFTS_FOLDER, PHOTOS_FOLDER, PhotoStore

MANIFEST_FILE = "manifest.json"
FILES_FOLDER = "files"
FORMAT = 1

_SHA256_OF = {
    "photos": "SELECT sha256 FROM photos",
    "golden_photos": "SELECT sha256 FROM golden_photos",
    "deleted_photos": "SELECT sha256 FROM deleted_photos",
}


class Manifest(BaseModel):
    """What a snapshot must hold; written last, so that a snapshot without one is no snapshot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    software: str
    schema_revision: str
    created_at: AwareDatetime
    database_sha256: str
    photos: tuple[str, ...]
    """SHA-256 of each."""
    files: dict[str, str]
    """Whatever else lies in the data folder: path → SHA-256."""

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a snapshot.

        Raises:
            BackupError: there is none, or it is not valid.
        """
        path = folder / MANIFEST_FILE
        try:
            data = json.loads(path.read_bytes())
            if isinstance(data, dict) and data.get("format", FORMAT) > FORMAT:
                raise BackupError(
                    f"{folder} was written by a newer version of Teliti ({data.get('software')})",
                    fix="Restore it with that version.",
                )
            return cls.model_validate(data)
        except OSError as error:
            raise BackupError(
                f"{folder} is not a finished snapshot", fix="Name a folder that `qc backup` wrote."
            ) from error
        except (ValidationError, ValueError) as error:
            why = first_problem(error) if isinstance(error, ValidationError) else str(error)
            raise BackupError(f"{path}: {why}", fix="Use another snapshot.") from error


def back_up(data_dir: Path, to: Path) -> Path:
    """Copy database, photos and all other files of a service into a backup folder.

    Args:
        data_dir: of the service, which may be running.
        to: the backup folder; made where it is missing, best on another disk.

    Returns:
        The folder of the new snapshot.

    Raises:
        BackupError: there is no service, the folders lie in each other, or a photo is missing
            or damaged (all others are copied first, but no snapshot is finished).
    """
    database = data_dir / DATABASE_FILE
    if not database.is_file():
        raise BackupError(
            f"there is no service in {data_dir}", fix="Name its folder with --data-dir."
        )
    source, target = data_dir.resolve(), to.resolve()
    if source == target or source in target.parents or target in source.parents:
        raise BackupError(
            f"{to} and {data_dir} lie in each other",
            fix="Choose a folder elsewhere, on a disk of its own.",
        )
    now = datetime.now(UTC)
    snapshot = to / _name(now)
    try:
        to.mkdir(parents=True, exist_ok=True)
        snapshot.mkdir()
    except OSError as error:
        raise BackupError(
            f"{snapshot} cannot be made ({error.strerror})", fix="Check the disk, or wait a second."
        ) from error
    copied = snapshot / DATABASE_FILE
    while True:
        _copy_database(database, copied)
        with closing(sqlite3.connect(copied)) as connection:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            named = _photos_named(connection)
        photos, lost = _copy_photos(PhotoStore.local(data_dir / PHOTOS_FOLDER), named, to)
        with closing(sqlite3.connect(database)) as connection:
            # What retention has deleted meanwhile is not lost, as a newer copy tells.
            if not lost & _photos_deleted(connection):
                break
    if lost:
        some = ", ".join(sha256[:12] for sha256 in sorted(lost)[:3])
        raise BackupError(
            f"{len(lost)} photos are missing or damaged, the first of them {some}",
            fix="Run `qc doctor`, and restore them from an earlier snapshot.",
        )
    files = _copy_others(data_dir, snapshot / FILES_FOLDER)
    manifest = Manifest(
        format=FORMAT,
        software=__version__,
        schema_revision=str(revision),
        created_at=now,
        database_sha256=sha256_of(copied),
        photos=tuple(sorted(photos)),
        files=files,
    )
    (snapshot / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    return snapshot


def _name(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H-%M-%SZ")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole without a log beside it


def _photos_named(connection: sqlite3.Connection) -> set[str]:
    """Return every photo that a row names and that retention did not delete."""
    named = _column(connection, "photos") | _column(connection, "golden_photos")
    return named - _photos_deleted(connection)


def _photos_deleted(connection: sqlite3.Connection) -> set[str]:
    """Return every photo that retention deleted, or is about to."""
    return _column(connection, "deleted_photos")


def _column(connection: sqlite3.Connection, table: str) -> set[str]:
    """Return the photos that a table names; none where an earlier version has no such table."""
    there = connection.execute("SELECT name FROM sqlite_master WHERE name = ?", (table,))
    if there.fetchone() is None:
        return set()
    return {row[0] for row in connection.execute(_SHA256_OF[table])}


def _copy_photos(store: PhotoStore, named: set[str], to: Path) -> tuple[set[str], set[str]]:
    """Copy what the backup folder lacks; return what is there then, and what is named but lost.

    A photo that no row names may be damaged.
    """
    kept = PhotoStore.local(to / PHOTOS_FOLDER)
    kept.clear_drafts()
    there, stored = set(kept.keys()), set(store.keys())
    lost = named - stored
    whole = set()
    for sha256 in sorted(stored):
        try:
            if sha256 not in there:
                kept.put(store.get(sha256))
            whole.add(sha256)
        except StorageError:
            if sha256 in named:
                lost.add(sha256)
    return whole, lost


def _copy_others(data_dir: Path, to: Path) -> dict[str, str]:
    """Copy all other files; one that the running service removes meanwhile is not missed."""
    copied = {}
    for path in _other_files(data_dir):
        inside = path.relative_to(data_dir)
        with suppress(FileNotFoundError):
            copy_private(path, to / inside)
            copied[str(inside)] = sha256_of(to / inside)
    return copied


def _other_files(data_dir: Path) -> Iterator[Path]:
    beside = {DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm", PHOTOS_FOLDER}
    # Unlike a glob, a walk is not upset by a folder that is removed meanwhile.
    for folder, folders, names in os.walk(data_dir):
        at_top = Path(folder) == data_dir
        folders[:] = sorted(set(folders) - {DRAFTS_FOLDER} - (beside if at_top else set()))
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not (at_top and name in beside):
                yield path


def copy_private(source: Path, target: Path) -> None:
    """Copy a file, with its folder's permissions and its own: keys stay as private as they are."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copymode(source.parent, target.parent)
    shutil.copy2(source, target)
