"""Faults of what lies on the disk while no service runs: found, named, and never served as whole.

A backup was made before; restored into a new folder it must bring everything back.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from station_page import scripted_inspection, serving
from visitors import cookies_of

from faults.ledger import Ledger, Row
from faults.tablet import Tablet
from qc.errors import TelitiError
from service.app import create_app
from service.backup import back_up, restore
from service.database import DATABASE_FILE
from service.doctor import State, examine
from service.people.roles import Role
from service.runtime import Runtime
from service.settings import Settings
from service.storage import PHOTOS_FOLDER

_PAGE_BYTES = 4096
_UPLOADS = 12


def photos_changed(folder: Path, ledger: Ledger, times: int) -> Row:
    """A bit of every photo has turned: none is served, and the doctor names them."""
    chance = random.Random(4)
    data_dir = _filled(folder, ledger, times)
    wrong = 0
    for path in sorted((data_dir / PHOTOS_FOLDER).glob("??/*")):
        data = bytearray(path.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        ledger.injected += 1
    with _started(data_dir) as (client, runtime):
        for upload in ledger.uploads:
            url = ledger.receipts[upload.client_id][0]["photos"][0]["photo_url"]
            wrong += _served(ledger, client.get(url))
        wrong += _state(runtime, "photos") is not State.BAD
    return _restored(folder, ledger, wrong)


def database_damaged(folder: Path, ledger: Ledger, times: int) -> Row:
    """The database's file is cut, or a page of it is empty: what is read is right, or refused."""
    chance = random.Random(5)
    data_dir = _filled(folder, ledger, _UPLOADS)
    wrong = 0
    for number in range(times):
        copy = folder / f"damaged-{number}"
        shutil.copytree(data_dir, copy)
        _damage(copy / DATABASE_FILE, chance, header=number % 3 == 0, cut=number % 3 == 1)
        ledger.injected += 1
        try:
            with _started(copy) as (client, runtime):
                wrong += sum(_kept_wrong(ledger, client))
                wrong += _state(runtime, "database") is not State.BAD
        except TelitiError as error:  # it does not start, and says why and what to do
            ledger.untyped += error.code != "database-damaged" or "qc restore" not in error.fix
        shutil.rmtree(copy)
    return _restored(folder, ledger, wrong)


def written_by_a_newer_version(folder: Path, ledger: Ledger, times: int) -> Row:
    """A newer version has run here: this one refuses to start, and leaves all as it is."""
    data_dir = _filled(folder, ledger, _UPLOADS)
    database = data_dir / DATABASE_FILE
    own = _stamp(database, "9999")
    wrong = 0
    for _ in range(times):
        before = database.read_bytes()
        ledger.injected += 1
        try:
            with _started(data_dir):
                wrong += 1
        except TelitiError as error:
            ledger.untyped += "another version" not in str(error) or not error.fix
        wrong += database.read_bytes() != before
    _stamp(database, own)
    with _started(data_dir) as (_, runtime):
        row = ledger.compare(runtime)
    return replace(row, wrong=row.wrong + wrong)


FAULTS: tuple[tuple[str, Callable[[Path, Ledger, int], Row]], ...] = (
    ("photos changed on the disk", photos_changed),
    ("database damaged on the disk", database_damaged),
    ("database written by a newer version", written_by_a_newer_version),
)


def _filled(folder: Path, ledger: Ledger, uploads: int) -> Path:
    """Let a service take uploads, make a backup, and stop; return its data folder."""
    with serving(folder) as service:
        with Tablet(service) as tablet:
            for _ in range(uploads):
                upload = ledger.new()
                ledger.note(upload, tablet.send(upload))
        data_dir = service.runtime.settings.storage.data_dir
        back_up(data_dir, folder / "backup")
    return data_dir


def _restored(folder: Path, ledger: Ledger, wrong: int) -> Row:
    """Restore the backup and look whether everything came back."""
    snapshot = next(path for path in (folder / "backup").iterdir() if path.name != PHOTOS_FOLDER)
    restore(snapshot, folder / "restored")
    with _started(folder / "restored") as (_, runtime):
        row = ledger.compare(runtime)
    return replace(row, wrong=row.wrong + wrong)


def _stamp(path: Path, revision: str) -> str:
    """Set the revision of the tables; return the one that was there."""
    with closing(sqlite3.connect(path)) as database:
        (before,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
        with database:
            database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    return str(before)


@contextmanager
def _started(data_dir: Path) -> Iterator[tuple[TestClient, Runtime]]:
    settings = Settings(storage={"data_dir": data_dir})
    with TestClient(create_app(settings, inspect=scripted_inspection)) as client:
        runtime: Runtime = client.app.state.runtime
        client.cookies.update(cookies_of(runtime, Role.LEAD, tablet=False))
        yield client, runtime


def _damage(path: Path, chance: random.Random, *, header: bool, cut: bool) -> None:
    pages = path.stat().st_size // _PAGE_BYTES
    page = 0 if header else chance.randrange(1, pages)
    with path.open("r+b") as file:
        if cut:
            file.truncate(page * _PAGE_BYTES)
        else:
            file.seek(page * _PAGE_BYTES)
            file.write(bytes(_PAGE_BYTES))


def _served(ledger: Ledger, answer: Response) -> bool:
    """Tell whether something was served; a refusal must be a problem that says what helps."""
    if answer.status_code == HTTPStatus.OK:
        return True
    problem: dict[str, Any] = answer.json()
    ledger.untyped += problem["status"] != HTTPStatus.SERVICE_UNAVAILABLE or not problem["fix"]
    return False


def _kept_wrong(ledger: Ledger, client: TestClient) -> Iterator[bool]:
    for receipts in ledger.receipts.values():
        answer = client.get(f"/v1/inspections/{receipts[0]['id']}")
        yield _served(ledger, answer) and answer.json() != receipts[0]


def _state(runtime: Runtime, subject: str) -> State:
    with runtime.database.reading() as session:
        found = {one.subject: one.state for one in examine(session, runtime.settings)}
    return found[subject]
