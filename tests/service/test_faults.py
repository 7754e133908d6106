"""Each fault a few times (`make faults` injects hundreds), and that the table notices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from faults import at_rest, crashes, on_the_way, power, under_the_service
from faults.__main__ import faults
from faults.ledger import Ledger
from faults.sqlite_writes import library
from faults.tablet import Tablet
from sqlalchemy import event, update
from sqlalchemy.pool import Pool
from station_page import Service

from qc.decision.verdict import Verdict
from service import storage
from service.inspections.models import InspectionRow
from service.runtime import Runtime

needs_power = pytest.mark.skipif(library() is None, reason="SQLite is built into Python here")
pytestmark = [pytest.mark.files, pytest.mark.slow]


@pytest.mark.parametrize("name", faults())
def test_what_was_acknowledged_is_kept_once_as_it_was_judged(tmp_path: Path, name: str) -> None:
    row = faults()[name](tmp_path, Ledger(name), 3)
    assert row.injected >= 3
    assert row.acknowledged >= 3
    assert row.sound, row


def test_every_fault_has_a_name_of_its_own() -> None:
    kinds = (
        under_the_service.FAULTS,
        on_the_way.FAULTS,
        at_rest.FAULTS,
        crashes.FAULTS,
        power.FAULTS,
    )
    assert len(faults()) == sum(map(len, kinds))


@pytest.fixture
def ledger(station: Service) -> Ledger:
    ledger = Ledger("test")
    with Tablet(station) as tablet:
        for _ in range(4):
            upload = ledger.new()
            assert ledger.note(upload, tablet.send(upload))
    assert ledger.compare(station.runtime).sound
    return ledger


def test_a_lost_photo_is_noticed(station: Service, ledger: Ledger) -> None:
    data_dir = station.runtime.settings.storage.data_dir
    next((data_dir / "photos").glob("??/*")).unlink()
    assert ledger.compare(station.runtime).lost == 1


def test_a_lost_row_is_noticed(station: Service, ledger: Ledger) -> None:
    own = InspectionRow.client_id == ledger.uploads[2].client_id
    with station.runtime.database.writing() as session:
        session.execute(update(InspectionRow).where(own).values(client_id=ledger.new().client_id))
    assert ledger.compare(station.runtime).lost == 1


def test_another_verdict_is_noticed(station: Service, ledger: Ledger) -> None:
    document = _document(station.runtime, ledger, 0).replace('"pass"', '"fail"', 1)
    own = InspectionRow.client_id == ledger.uploads[0].client_id
    with station.runtime.database.writing() as session:
        session.execute(update(InspectionRow).where(own).values(document=document))
    assert ledger.compare(station.runtime).wrong == 1


@needs_power
def test_a_database_that_is_not_flushed_is_noticed(tmp_path: Path) -> None:
    def weaken(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")

    event.listen(Pool, "checkout", weaken)
    try:
        row = power.power_cut(tmp_path, Ledger("test"), 24)
    finally:
        event.remove(Pool, "checkout", weaken)
    assert row.lost > 0


@needs_power
def test_a_folder_that_is_not_flushed_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "flush", lambda _: None)
    assert power.power_cut(tmp_path, Ledger("test"), 24).lost > 0


def test_a_refusal_that_explains_nothing_is_noticed(station: Service, ledger: Ledger) -> None:
    upload = ledger.new()
    with Tablet(station) as tablet:
        nobody = tablet.send(type(upload)(upload.client_id, Verdict.PASS, (b"",)))
    ledger.note(upload, nobody, "storage-failed")
    assert ledger.compare(station.runtime).untyped == 1


def _document(runtime: Runtime, ledger: Ledger, number: int) -> str:
    with runtime.database.reading() as session:
        row = session.query(InspectionRow).filter_by(client_id=ledger.uploads[number].client_id)
        return row.one().document
