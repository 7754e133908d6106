"""`qc station`: the file it writes, what it refuses, and that nothing is lost on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import simplejpeg
from mat_views import complete_set
from program import Program

from qc.geometry.mat import standard_mat
from qc.geometry.station import Station, read_station
from qc.photo import Photo

EX_DATA = 65


@pytest.fixture
def mat(tmp_path: Path) -> Path:
    path = tmp_path / "mat.json"
    path.write_text(standard_mat("A3").model_dump_json(), encoding="utf-8")
    return path


@pytest.fixture
def photos(bowl_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Ten files; what they show is computed, as the mat's search has tests of its own."""
    seen = complete_set()
    paths = [tmp_path / f"{i}.jpg" for i in range(len(seen))]
    by_name = {
        path.name: replace(view, name=path.name) for path, view in zip(paths, seen, strict=True)
    }
    for path in paths:
        path.write_bytes(bowl_path.read_bytes())
    monkeypatch.setattr("qc.cli.station.see_mat", lambda name, *_: by_name[name])
    return paths


def test_a_station_is_calibrated_and_shown(
    qc: Program, photos: list[Path], mat: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "station-table-1.json"
    run = qc(
        *("station", "calibrate", *photos, "--mat", mat, "--out", out, "--on", "2026-03-01"),
        *("--print-x-mm", 100.0, "--print-y-mm", 100.0),
    )
    assert run.status == 0, run.err
    station = read_station(out)
    assert (station.id, station.mat) == ("table-1", "teliti-a3-1")
    assert station.print_scale_measured
    assert len(station.camera.photos) == 10
    shown = qc("station", "show", out).out
    for text in ("measured from photos", "2026-08-28", "9.jpg", "by steel rule"):
        assert text in shown
    assert f"{station.camera.fx_px:.2f} px" in shown


def test_calibrating_again_keeps_the_print_scale_and_the_id(
    qc: Program, photos: list[Path], mat: Path, tmp_path: Path
) -> None:
    out = tmp_path / "station-x.json"
    known = Station(id="table-7", print_scale_x=1.0002, print_scale_measured=True)
    out.write_text(known.model_dump_json(), encoding="utf-8")
    assert qc("station", "calibrate", *photos, "--mat", mat, "--out", out).status == 0
    station = read_station(out)
    assert (station.id, station.print_scale_x) == ("table-7", 1.0002)
    assert station.camera is not None


def test_a_file_that_is_no_station_is_not_overwritten(
    qc: Program, photos: list[Path], mat: Path, tmp_path: Path
) -> None:
    out = tmp_path / "notes.json"
    out.write_text('{"notes": 1}', encoding="utf-8")
    run = qc("station", "calibrate", *photos, "--mat", mat, "--out", out)
    assert run.status == EX_DATA
    assert "not overwritten" in run.err
    assert out.read_text(encoding="utf-8") == '{"notes": 1}'


def test_too_few_photos_say_which_are_missing_and_write_nothing(
    qc: Program, photos: list[Path], mat: Path, tmp_path: Path
) -> None:
    out = tmp_path / "s.json"
    run = qc("station", "calibrate", *photos[:3], "--mat", mat, "--out", out)
    assert run.status == EX_DATA
    assert "slanting from the" in run.err
    assert not out.exists()
    assert "slanting from the" in qc("station", "poses", *photos[:3], "--mat", mat).out
    assert qc("station", "poses", *photos, "--mat", mat).out == "The photos suffice.\n"


def test_one_ruler_reading_alone_is_refused(
    qc: Program, photos: list[Path], mat: Path, tmp_path: Path
) -> None:
    out = tmp_path / "s.json"
    run = qc("station", "calibrate", *photos, "--mat", mat, "--out", out, "--print-x-mm", 100)
    assert run.status == EX_DATA
    assert "--print-y-mm" in run.err


def test_every_photo_that_cannot_serve_is_named(
    qc: Program, bowl: Photo, bowl_path: Path, mat: Path, tmp_path: Path
) -> None:
    mirrored = tmp_path / "mirrored.jpg"
    mirrored.write_bytes(simplejpeg.encode_jpeg(bowl.pixels[:, ::-1].copy(), quality=95))
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    out = tmp_path / "s.json"
    run = qc(
        *("station", "calibrate", bowl_path, mirrored, broken, tmp_path / "none.jpg"),
        *("--mat", mat, "--out", out),
    )
    assert run.status == EX_DATA
    lines = run.err.splitlines()
    assert any("mirrored.jpg: the mat is mirrored. Use the rear camera" in line for line in lines)
    assert any("broken.jpg" in line and "Save the photo as JPEG" in line for line in lines)
    assert any("none.jpg" in line and "Check the path" in line for line in lines)
    assert not out.exists()


def test_photos_of_another_mat_are_refused(
    qc: Program, bowl_path: Path, mat: Path, tmp_path: Path
) -> None:
    mat.write_text(standard_mat("A2").model_dump_json(), encoding="utf-8")
    run = qc("station", "calibrate", bowl_path, "--mat", mat, "--out", tmp_path / "s.json")
    assert run.status == EX_DATA
    assert "bowl.jpg: this is mat teliti-a3-1, not teliti-a2-1" in run.err


def test_an_edited_file_is_refused_by_show_and_inspect(
    qc: Program, photos: list[Path], mat: Path, bowl_path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "s.json"
    assert qc("station", "calibrate", *photos, "--mat", mat, "--out", out).status == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    document["camera"]["fx_px"] += 5
    out.write_text(json.dumps(document), encoding="utf-8")
    for command in (("show", out), ()):
        run = (
            qc("station", *command)
            if command
            else qc("inspect", bowl_path, "--spec", "mitsubishi-bowl-150", "--station", out)
        )
        assert run.status == EX_DATA
        assert "changed after the camera was measured" in run.err
        assert "qc station calibrate" in run.err


def test_an_upright_mat_is_noted_and_survives_a_new_calibration(
    qc: Program, photos: list[Path], mat: Path, tmp_path: Path
) -> None:
    out = tmp_path / "station-table-1.json"
    calibrate = ("station", "calibrate", *photos, "--mat", mat, "--out", out, "--on", "2026-03-01")
    assert qc(*calibrate).status == 0
    noted = qc("station", "upright", out, "--side", "left", "--margin-mm", 9.3)
    assert "on its left side, squares 9.3 mm above the table" in noted.out
    assert qc(*calibrate).status == 0
    station = read_station(out)
    assert (station.upright.side, station.upright.margin_mm) == ("left", 9.3)
    assert station.camera.is_measured

    for wrong in (("--side", "under", "--margin-mm", 9), ("--margin-mm", -1)):
        refused = qc("station", "upright", out, *wrong)
        assert refused.status == EX_DATA
        assert "--side and --margin-mm" in refused.err
    assert read_station(out) == station
