"""The doctor names what is wrong, and finds nothing where nothing is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from conftest import House, everywhere, jpeg
from sqlalchemy import update
from test_lots import decide, offered

from qc.geometry.station import CameraCalibration, Station
from service.audit.models import AuditRow
from service.doctor import Finding, State, examine
from service.doctor.certificates import examine_certificates
from service.https.authority import provide_certificates
from service.https.names import Names
from service.inspections.models import InspectionRow
from service.stations.service import store_station


def findings(house: House, **how: bool) -> dict[str, Finding]:
    with house.runtime.database.reading() as session:
        found = examine(session, house.runtime.settings, **how)
        return {finding.subject: finding for finding in found}


def photo_files(house: House) -> list[Path]:
    return sorted((house.runtime.settings.storage.data_dir / "photos").glob("??/*"))


@pytest.fixture
def busy(house: House) -> House:
    for seed in range(3):
        assert house.upload(jpeg(seed)).status_code == 201
    return house


@pytest.mark.files
def test_the_file_of_a_signed_report_is_looked_at_like_a_photo(busy: House) -> None:
    assert "reports" not in findings(busy)  # none was signed
    runtime = busy.runtime
    lot = offered(busy, size=8)
    for seed in range(10, 18):
        busy.upload(jpeg(seed), lot_id=lot)
    assert decide(busy, lot, "reject").is_success
    signed = busy.lead().post(f"/v1/lots/{lot}/reports", json={"client_id": str(uuid4())})
    assert signed.status_code == 201, signed.text
    assert findings(busy)["reports"].detail == "all 1 are there, to the last byte"

    (file,) = (runtime.settings.storage.data_dir / "reports").glob("??/*")
    changed = bytearray(file.read_bytes())
    changed[1000] ^= 1
    file.write_bytes(changed)
    found = findings(busy)["reports"]
    assert (found.state, found.detail[:6]) == (State.BAD, "1 of 1")
    assert file.name[:12] in found.detail
    assert findings(busy, quick=True)["reports"].state is State.GOOD
    file.unlink()
    assert findings(busy, quick=True)["reports"].state is State.BAD


@everywhere
def test_a_sound_service_has_nothing_bad_but_the_missing_detector(busy: House) -> None:
    found = findings(busy)
    bad = {name for name, finding in found.items() if finding.state is State.BAD}
    assert bad == {"detector"}  # these tests run without one
    assert found["photos"].detail == "all 3 are there, to the last byte"
    assert found["station table-1"].state is State.WATCH


@pytest.mark.files
def test_a_changed_photo_is_found_unless_in_a_hurry(busy: House) -> None:
    first = photo_files(busy)[0]
    first.write_bytes(jpeg(77))
    found = findings(busy)["photos"]
    assert found.state is State.BAD
    assert found.detail.startswith("1 of 3")
    assert first.name[:12] in found.detail
    assert findings(busy, quick=True)["photos"].state is State.GOOD


@pytest.mark.files
def test_a_lost_photo_is_found_even_in_a_hurry(busy: House) -> None:
    lost = photo_files(busy)[1]
    lost.unlink()
    assert lost.name[:12] in findings(busy, quick=True)["photos"].detail


@pytest.mark.files
def test_a_lost_golden_sample_is_found(house: House) -> None:
    files = {"photo": ("golden.jpg", jpeg(5), "image/jpeg")}
    house.lead().post("/v1/specs/test-bowl/2/golden/top", files=files)
    assert findings(house)["photos"].detail == "all 1 are there, to the last byte"
    photo_files(house)[0].unlink()
    assert findings(house, quick=True)["photos"].state is State.BAD


@pytest.mark.files
def test_a_folder_that_is_not_mounted_is_not_a_thousand_losses(busy: House) -> None:
    for path in photo_files(busy):
        path.unlink()
    found = findings(busy)["photos"]
    assert "none of 3 photos" in found.detail
    assert "Mount the disk" in found.fix


def test_a_clock_that_was_set_back_is_found(busy: House) -> None:
    with busy.runtime.database.writing() as session:
        later = datetime.now(UTC) + timedelta(days=2)
        session.execute(update(InspectionRow).values(created_at=later))
    assert findings(busy)["clock"].state is State.BAD


def test_a_changed_log_is_found(busy: House) -> None:
    with busy.runtime.database.writing() as session:
        session.execute(update(AuditRow).values(subject="spec/other"))
    found = findings(busy)["audit log"]
    assert found.state is State.BAD
    assert "not what was written" in found.detail


@pytest.mark.parametrize(
    ("valid_days", "state"), [(365, State.GOOD), (35, State.WATCH), (20, State.BAD)]
)
def test_calibrations_are_repeated_in_time(house: House, valid_days: int, state: State) -> None:
    camera: dict[str, Any] = {"width_px": 2000, "height_px": 1500, "fx_px": 1800, "fy_px": 1800}
    measured = {"calibrated_on": datetime.now(UTC).date() - timedelta(days=30)}
    calibration = CameraCalibration(
        **camera, cx_px=1000, cy_px=750, valid_days=valid_days, **measured
    )
    with house.runtime.database.writing() as session:
        store_station(session, Station(id="table-2", camera=calibration))
    assert findings(house)["station table-2"].state is state


@pytest.mark.parametrize(("free", "state"), [(100, State.GOOD), (3, State.WATCH), (0.1, State.BAD)])
def test_a_full_disk_is_told_before_it_is_full(
    house: House, monkeypatch: pytest.MonkeyPatch, free: float, state: State
) -> None:
    usage = type("Usage", (), {"free": free * 1024**3})
    monkeypatch.setattr("service.doctor.checks.shutil.disk_usage", lambda _: usage)
    assert findings(house)["disk"].state is state


@pytest.mark.parametrize(
    ("days", "server", "authority"),
    [(0, "good", "good"), (380, "watch", "good"), (400, "bad", "good"), (3651, "bad", "bad")],
)
def test_certificates_that_end_are_named(
    tmp_path: Path, days: int, server: str, authority: str
) -> None:
    now = datetime.now(UTC)
    provide_certificates(tmp_path, Names(("localhost",), ()), now)
    found = {f.subject: f for f in examine_certificates(tmp_path, now + timedelta(days=days))}
    assert found["certificate of the server"].state == server
    assert found["certificate of the authority"].state == authority
    assert found["keys of the certificates"].state is State.GOOD


def test_keys_that_others_may_read_and_a_broken_certificate_are_found(tmp_path: Path) -> None:
    assert list(examine_certificates(tmp_path, datetime.now(UTC))) == []  # never served by https
    provide_certificates(tmp_path, Names(("localhost",), ()), datetime.now(UTC))
    (tmp_path / "https" / "server.key").chmod(0o644)
    (tmp_path / "https" / "authority.pem").write_text("nothing")
    found = {f.subject: f for f in examine_certificates(tmp_path, datetime.now(UTC))}
    assert "server.key" in found["keys of the certificates"].detail
    assert found["certificate of the authority"].state is State.BAD
    assert found["certificate of the server"].state is State.GOOD
