"""Bring a snapshot back: checked in full first, beside what is there, never over it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from service.backup.snapshot import FILES_FOLDER, Manifest, copy_private, sha256_of
from service.database import DATABASE_FILE, Database
from service.errors import BackupError, StorageError
from service.storage import PHOTOS_FOLDER, PhotoStore


def check_snapshot(snapshot: Path) -> Manifest:
    """Check a snapshot to the last byte.

    Raises:
        BackupError: it is not finished, something in it is missing or was changed, or a newer
            version of the software wrote it.
    """
    manifest = Manifest.read(snapshot)
    _require_known(manifest)
    database = snapshot / DATABASE_FILE
    if not database.is_file() or sha256_of(database) != manifest.database_sha256:
        raise _changed(database)
    with closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise _changed(database)
    for name, sha256 in manifest.files.items():
        path = snapshot / FILES_FOLDER / name
        if not path.is_file() or sha256_of(path) != sha256:
            raise _changed(path)
    photos = PhotoStore.local(snapshot.parent / PHOTOS_FOLDER)
    for sha256 in manifest.photos:
        try:
            photos.get(sha256)
        except StorageError as error:
            raise BackupError(str(error.message), fix="Use another backup folder.") from error
    return manifest


def restore(snapshot: Path, data_dir: Path) -> Manifest:
    """Make a data folder from a snapshot, and bring it to this version.

    Args:
        snapshot: folder that `back_up` made.
        data_dir: where the service will keep its data; must be empty or missing.

    Raises:
        BackupError: the snapshot is not whole, is from a newer version, or there is something
            in the data folder.
    """
    if data_dir.exists() and any(data_dir.iterdir()):
        raise BackupError(
            f"{data_dir} is not empty", fix="Stop the service and move the folder away first."
        )
    manifest = check_snapshot(snapshot)
    # Made beside, then renamed: nobody starts a service on half a folder.
    half = data_dir.with_name(f".{data_dir.name}.restoring")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    shutil.copy2(snapshot / DATABASE_FILE, half / DATABASE_FILE)
    for name in manifest.files:
        copy_private(snapshot / FILES_FOLDER / name, half / name)
    source, target = (PhotoStore.local(base / PHOTOS_FOLDER) for base in (snapshot.parent, half))
    for sha256 in manifest.photos:
        target.put(source.get(sha256))
    database = Database.sqlite(half / DATABASE_FILE, busy_timeout_s=1)
    try:
        database.migrate()
    finally:
        database.close()
    if data_dir.exists():
        data_dir.rmdir()
    half.rename(data_dir)
    return manifest


def _require_known(manifest: Manifest) -> None:
    config = Config()
    config.set_main_option("script_location", "service:migrations")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if manifest.schema_revision not in known:
        raise BackupError(
            f"the snapshot was made by Teliti {manifest.software}, whose database "
            f"({manifest.schema_revision}) this version does not know",
            fix="Restore it with that version, or a newer one.",
        )


def _changed(path: Path) -> BackupError:
    return BackupError(
        f"{path} is missing or was changed after the snapshot", fix="Use another snapshot."
    )
