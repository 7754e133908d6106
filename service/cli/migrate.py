"""`qc migrate`: a workshop moves to another database and other storage."""

from __future__ import annotations

from collections.abc import Iterable

import typer
from rich.console import Console
from rich.progress import track as progress

from service import moving
from service.cli.store import DataDir
from service.settings import Settings

app = typer.Typer(help="Move a workshop to another database and storage.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep the command's name, of which there is only one so far."""


@app.command("sqlite-to-postgres")
def sqlite_to_postgres(data_dir: DataDir = None) -> None:
    """Move from the data folder's files to the database and bucket that the settings name.

    Set TELITI_STORAGE__DATABASE_URL, and TELITI_STORAGE__OBJECTS_URL unless photos stay in the
    folder, as the service will have them. Stop the service first. The source is only read; rows
    arrive all or none, and a move that was cut off is simply started again.
    """
    storage = Settings().storage
    if data_dir is not None:
        storage = storage.model_copy(update={"data_dir": data_dir})

    def track(walk: Iterable[str], name: str, total: int) -> Iterable[str]:
        console = Console(stderr=True)
        return progress(walk, f"{name} …", total=total, console=console, transient=True)

    moved = moving.move(storage.data_dir, storage, track)
    width = max(map(len, moved.rows))
    for name, count in sorted(moved.rows.items()):
        print(f"{name:{width}}  {count:>9}")
    mebibytes = moved.bytes / 1024**2
    where = storage.objects_url or f"{storage.data_dir}, where they were"
    print(
        f"{sum(moved.rows.values())} rows are the same in both databases; {moved.photos} photos "
        f"and {moved.reports} reports ({mebibytes:.1f} MiB) were read back from {where}; "
        f"the audit log is whole: {moved.audit_entries} entries, head {moved.audit_head}"
    )
