"""How commands reach the data folder of a service, running or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from service import stores
from service.database import Database
from service.errors import DatabaseError
from service.settings import Settings

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", file_okay=False, help="Folder of the service's data.")
]


@contextmanager
def open_database(data_dir: Path | None) -> Iterator[tuple[Database, Settings]]:
    """Open the database that is there; an empty one is never made here.

    Raises:
        DatabaseError: there is none, or a newer version of the software wrote it.
    """
    settings = Settings() if data_dir is None else Settings(storage={"data_dir": data_dir})
    if not stores.has_database(settings.storage):
        raise DatabaseError(
            f"there is no service in {settings.storage.data_dir}",
            fix="Name its folder with --data-dir, or start it once with qc serve.",
        )
    database = stores.open_database(settings.storage)
    try:
        database.migrate()
        yield database, settings
    finally:
        database.close()
