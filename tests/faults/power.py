"""The power goes: what was not flushed is lost, wholly or in part, beneath SQLite as well."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.pool import Pool
from station_page import SPEC, scripted_inspection
from visitors import cookies_of

from faults.disk import Disk
from faults.ledger import Ledger, Row, Upload
from qc.errors import TelitiError
from service.app import create_app
from service.people.roles import Role
from service.runtime import Runtime
from service.settings import Settings

_UPLOADS = 12
_OFTEN = "wal_autocheckpoint=20"
"""Pages of 4 KiB, usually 1,000: so that the log is often brought into the database."""


def power_cut(folder: Path, ledger: Ledger, times: int) -> Row:
    """Cut the power anywhere between the first start and the end of twelve uploads.

    Half of the time nothing is on the disk that was not flushed, else some of it at random. After
    each cut the service starts again, and is sent the photo for which there was no receipt yet.
    """
    chance = random.Random(8)
    (folder / "specs").mkdir()
    (folder / "specs" / "bowl.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "data").mkdir()
    disk = Disk(folder / "data")
    acknowledged: list[int] = []
    with disk.recording(), _checkpointing_often(), _started(folder, "data") as (client, _):
        for _ in range(_UPLOADS):
            upload = ledger.new()
            assert ledger.note(upload, client.send(upload.request(client)))
            acknowledged.append(len(disk))
    lost = doubled = wrong = 0
    for number in range(times):
        cut = chance.randrange(len(disk) + 1)
        known = sum(moment <= cut for moment in acknowledged)
        disk.rebuild(folder / "cut", cut, chance if number % 2 else None)
        ledger.injected += 1
        try:
            row = _after(folder, ledger, known)
        except TelitiError:  # it does not start
            lost += known
        else:
            lost, doubled, wrong = lost + row.lost, doubled + row.doubled, wrong + row.wrong
            ledger.untyped += row.untyped
        shutil.rmtree(folder / "cut")
    acknowledged_uploads = len(ledger.receipts)
    return Row(
        ledger.fault, ledger.injected, acknowledged_uploads, lost, doubled, wrong, ledger.untyped
    )


def _after(folder: Path, ledger: Ledger, known: int) -> Row:
    """Start the service on what is left, go on with the next photo, and compare."""
    left = Ledger(ledger.fault)
    left.uploads = ledger.uploads[: known + 1]
    for upload in left.uploads[:known]:
        left.receipts[upload.client_id] = ledger.receipts[upload.client_id]
    with _started(folder, "cut") as (client, runtime):
        following: Upload = left.uploads[known] if known < _UPLOADS else left.new()
        left.note(following, client.send(following.request(client)))
        return left.compare(runtime)


@contextmanager
def _started(folder: Path, data: str) -> Iterator[tuple[TestClient, Runtime]]:
    settings = Settings(
        storage={"data_dir": folder / data},
        catalogue={"specs_dir": folder / "specs"},
    )
    with TestClient(create_app(settings, inspect=scripted_inspection)) as client:
        runtime: Runtime = client.app.state.runtime
        client.cookies.update(cookies_of(runtime, Role.PACKER, tablet=True))
        yield client, runtime


@contextmanager
def _checkpointing_often() -> Iterator[None]:
    def configure(connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA {_OFTEN}")

    event.listen(Pool, "checkout", configure)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", configure)


FAULTS = (("power cut", power_cut),)
