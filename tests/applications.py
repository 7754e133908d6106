"""Applications and tables that one test after another may use: making them is a test's half."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI

from service import webclient
from service.app import create_app
from service.database import DATABASE_FILE, Database
from service.inspector import Inspect
from service.settings import Settings
from service.startup import open_runtime

_IDLE: defaultdict[str, list[FastAPI]] = defaultdict(list)


@contextmanager
def lent(settings: Settings, inspect: Inspect) -> Iterator[FastAPI]:
    """Lend an application for as long as nobody else uses it; it opens everything afresh.

    A data folder without a database gets one with tables and without rows.
    """
    if settings.storage.database_url is None:
        _lay_tables(settings.storage.data_dir / DATABASE_FILE)
    built_from = f"{webclient.BUNDLE} {settings.upload.model_dump_json()}"
    idle = _IDLE[built_from]
    app = idle.pop() if idle else create_app(settings, inspect=inspect)
    app.state.open_runtime = partial(open_runtime, settings, inspect)
    yield app
    idle.append(app)


def _lay_tables(path: Path) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_tables())


@cache
def _tables() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / DATABASE_FILE
        database = Database.sqlite(path, busy_timeout_s=5)
        database.migrate()
        database.close()
        return path.read_bytes()
