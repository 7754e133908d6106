"""`qc backup` and `qc restore`: a copy of everything, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service import backup as backups
from service.cli.store import DataDir
from service.errors import BackupError
from service.settings import Settings, StorageSettings


def backup(
    to: Annotated[
        Path, typer.Argument(file_okay=False, help="Backup folder, best on another disk.")
    ],
    data_dir: DataDir = None,
) -> None:
    """Copy everything that the service keeps, while it runs; a photo is copied only once."""
    storage = _storage(data_dir)
    _require_files(storage)
    snapshot = backups.back_up(storage.data_dir, to)
    manifest = backups.check_snapshot(snapshot)
    print(f"{snapshot}: database and {len(manifest.photos)} photos, checked")


def restore(
    snapshot: Annotated[Path, typer.Argument(help="Folder that `qc backup` made.")],
    data_dir: DataDir = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only check the snapshot to the last byte.")
    ] = False,
) -> None:
    """Make a data folder from a backup; what is there already is never overwritten."""
    if check:
        manifest = backups.check_snapshot(snapshot)
        print(f"{snapshot} is whole: {len(manifest.photos)} photos")
        return
    storage = _storage(data_dir)
    _require_files(storage)
    target = storage.data_dir
    manifest = backups.restore(snapshot, target)
    print(
        f"{target}: as of {manifest.created_at:%Y-%m-%d %H:%M} UTC, {len(manifest.photos)} photos"
    )


def _storage(data_dir: Path | None) -> StorageSettings:
    storage = Settings().storage
    return storage if data_dir is None else storage.model_copy(update={"data_dir": data_dir})


def _require_files(storage: StorageSettings) -> None:
    """Make sure that everything lies in the data folder, which is what is copied.

    Raises:
        BackupError: the database or the photos are elsewhere.
    """
    if storage.database_url is not None or storage.objects_url is not None:
        raise BackupError(
            "the database or the photos are not in the data folder, so this copies nothing",
            fix="Copy the database first (pg_dump), then the bucket (photos are stored before the "
            "row that names them), and the data folder's releases/ and https/.",
        )
