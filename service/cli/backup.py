"""`qc backup` and `qc restore`: a copy of everything, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service import backup as backups
from service.cli.store import DataDir
from service.settings import Settings


def backup(
    to: Annotated[
        Path, typer.Argument(file_okay=False, help="Backup folder, best on another disk.")
    ],
    data_dir: DataDir = None,
) -> None:
    """Copy everything that the service keeps, while it runs; a photo is copied only once."""
    snapshot = backups.back_up(_data_dir(data_dir), to)
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
    target = _data_dir(data_dir)
    manifest = backups.restore(snapshot, target)
    print(
        f"{target}: as of {manifest.created_at:%Y-%m-%d %H:%M} UTC, {len(manifest.photos)} photos"
    )


def _data_dir(given: Path | None) -> Path:
    return given or Settings().storage.data_dir
