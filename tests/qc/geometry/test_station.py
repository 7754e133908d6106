"""Station files: what is refused, what is kept, and that a measured camera cannot be edited."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from qc.errors import StationError
from qc.geometry.station import CameraCalibration, Station, read_station

CAMERA = CameraCalibration(
    width_px=2000,
    height_px=1500,
    fx_px=1800.1234,
    fy_px=1800.1234,
    cx_px=1000.5,
    cy_px=750.25,
    distortion=(-0.1, 0.01, 1e-4, 0.0, 0.0),
    u_focal_percent=0.01,
    calibrated_on=date(2026, 3, 1),
    residual_px=0.05,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "station-s.json"
    path.write_text(Station(id="s", camera=CAMERA.sealed()).model_dump_json(), encoding="utf-8")
    return path


def edit(path: Path, **changes: object) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    document["camera"] |= changes
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_measured_camera_is_read_as_it_was_written(path: Path) -> None:
    camera = read_station(path).camera
    assert camera == CAMERA.sealed()
    assert camera.is_measured
    assert camera.expires_on == date(2026, 8, 28)


def test_rewriting_the_file_with_another_layout_keeps_it_valid(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    document["camera"] = dict(reversed(document["camera"].items()))
    path.write_text(json.dumps(document, indent=7), encoding="utf-8")
    assert read_station(path).camera == CAMERA.sealed()


@pytest.mark.parametrize(
    "change",
    [
        {"fx_px": 1800.1235},
        {"distortion": [-0.1, 0.0, 1e-4, 0.0, 0.0]},
        {"u_focal_percent": 0.001},
        {"calibrated_on": "2026-09-01"},
        {"valid_days": 9999},
        {"device": "Tab A9"},
        {"checksum": "0" * 64},
    ],
)
def test_an_edited_camera_is_refused_with_its_fix(path: Path, change: dict[str, object]) -> None:
    edit(path, **change)
    with pytest.raises(StationError, match="changed after the camera was measured") as caught:
        read_station(path)
    assert "qc station calibrate" in caught.value.fix
    assert "checksum" in caught.value.fix


def test_numbers_entered_by_hand_are_allowed_but_not_measured(path: Path) -> None:
    edit(path, fx_px=1799.0, checksum=None)
    camera = read_station(path).camera
    assert camera.fx_px == 1799.0
    assert not camera.is_measured


def test_print_scale_may_be_entered_beside_a_measured_camera(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    document |= {"print_scale_x": 0.998, "print_scale_y": 1.001, "print_scale_measured": True}
    path.write_text(json.dumps(document), encoding="utf-8")
    assert read_station(path).print_scale_x == 0.998


def test_checksums_do_not_change_with_the_software() -> None:
    """Pinned: a file of today must be valid tomorrow."""
    assert CAMERA.sealed().checksum.startswith("c996b39ff4967474")
