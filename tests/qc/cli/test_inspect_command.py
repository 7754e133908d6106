"""`qc inspect`: the record, the table and the status of each verdict."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from program import BOWL_SPEC, Program

from qc.photo import Photo

MIDDLE_PX = (832, 624)


def _painted(bowl: Photo, folder: Path, level: int) -> Path:
    """Return a photo of the bowl with a line of a grey level across its middle."""
    image = Image.fromarray(bowl.pixels)
    x, y = MIDDLE_PX
    ImageDraw.Draw(image).line((x - 60, y, x + 60, y), (level, level, level), width=10)
    path = folder / "bowl.jpg"
    image.save(path, "JPEG", quality=95)
    return path


def test_the_record_has_the_fields_that_are_documented(
    qc: Program, bowl: Photo, tmp_path: Path, station_path: Path, darkness_release: Path
) -> None:
    photo = _painted(bowl, tmp_path, 0)
    run = qc(
        *("inspect", photo, "--spec", BOWL_SPEC, "--station", station_path),
        *("--release", darkness_release, "--json"),
    )
    record = run.json()
    assert set(record) == {
        "verdict",
        "reasons",
        "measurements",
        "angles",
        "counts",
        "defects",
        "colours",
        "calliper",
        "scores",
        "photos",
        "versions",
    }
    assert record["verdict"] == "fail"
    assert record["versions"] == {
        "software": record["versions"]["software"],
        "spec": f"{BOWL_SPEC}@2",
        "release": "detector@0.0.1",
        "normality": [],
        "judges": [],
        "mat": "teliti-a3-1",
        "station": "test",
    }
    (measurement,) = record["measurements"]
    assert {"name", "value_mm", "u95_mm", "lower_mm", "upper_mm", "decision"} <= set(measurement)
    assert (measurement["name"], measurement["decision"]) == ("rim diameter", "pass")
    assert measurement["value_mm"] == pytest.approx(150, abs=measurement["u95_mm"])
    (defect,) = record["defects"]
    assert {
        "type",
        "length_mm",
        "width_mm",
        "area_mm2",
        "probability",
        "severity",
        "polygon_px",
    } <= set(defect)
    assert (defect["type"], defect["severity"]) == ("crack", "critical")
    # 121 px by 10 px at the height of the rim: (700 - 60) mm / 2200 px a pixel.
    assert defect["length_mm"] == pytest.approx(121 * 640 / 2200, abs=1)
    assert defect["width_mm"] == pytest.approx(10 * 640 / 2200, abs=1)
    xs, ys = zip(*defect["polygon_px"], strict=True)
    assert (min(xs), max(xs)) == pytest.approx((MIDDLE_PX[0] - 60, MIDDLE_PX[0] + 60), abs=3)
    assert (min(ys), max(ys)) == pytest.approx((MIDDLE_PX[1] - 5, MIDDLE_PX[1] + 5), abs=3)


@pytest.mark.parametrize(
    ("level", "status", "word"), [(None, 0, "PASS"), (0, 1, "FAIL"), (30, 2, "CHECK")]
)
def test_the_status_is_the_verdict(
    qc: Program,
    bowl: Photo,
    bowl_path: Path,
    tmp_path: Path,
    station_path: Path,
    darkness_release: Path,
    level: int | None,
    status: int,
    word: str,
) -> None:
    photo = bowl_path if level is None else _painted(bowl, tmp_path, level)
    run = qc(
        *("inspect", photo, "--spec", BOWL_SPEC, "--station", station_path),
        *("--release", darkness_release),
    )
    assert run.status == status
    assert run.out.split()[0] == word
    assert f"{BOWL_SPEC}@2" in run.out
    assert "rim diameter" in run.out
    assert "detector@0.0.1" in run.out


def test_a_dark_photo_is_status_3(qc: Program, tmp_path: Path, darkness_release: Path) -> None:
    path = tmp_path / "dark.png"
    Image.new("RGB", (1664, 1248), (9, 8, 7)).save(path)
    run = qc("inspect", path, "--spec", BOWL_SPEC, "--release", darkness_release)
    assert run.status == 3
    assert run.out.split()[0] == "RETAKE"
    assert "Switch the lamp on." in run.out


def test_without_a_detector_nothing_passes(
    qc: Program, bowl_path: Path, station_path: Path
) -> None:
    run = qc("inspect", bowl_path, "--spec", BOWL_SPEC, "--station", station_path)
    assert run.status == 2
    assert "no detector release is active" in run.out


def test_the_overlay_is_written_where_asked(qc: Program, bowl_path: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "found.png"
    qc("inspect", bowl_path, "--spec", BOWL_SPEC, "--overlay", overlay)
    with Image.open(io.BytesIO(overlay.read_bytes())) as image:
        assert (image.format, image.size) == ("PNG", (1600, 1200))


def test_a_calliper_reading_decides_beside_the_photo(
    qc: Program, bowl_path: Path, station_path: Path
) -> None:
    command = ("inspect", bowl_path, "--spec", BOWL_SPEC, "--station", station_path)
    by_hand = (*command, "--measured-by", "Ayu", "--calliper", "rim diameter=151.6")
    record = qc(*by_hand, "--json").json()
    assert record["verdict"] == "fail"
    assert record["measurements"][0]["decision"] == "pass"
    (reading,) = record["calliper"]
    assert (reading["value_mm"], reading["measured_by"]) == (151.6, "Ayu")
    assert "fail by calliper" in qc(*by_hand).out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--calliper", "rim diameter=150"), "--measured-by"),
        (("--measured-by", "Ayu", "--calliper", "rim diameter"), "NAME=MM"),
        (("--measured-by", "Ayu", "--calliper", "rim diameter=-3"), "NAME=MM"),
        (("--measured-by", "Ayu", "--calliper", "rim=150"), "rim diameter"),
        (("--measured-by", "Ayu", "--calliper", "rim diameter#2=150"), "piece 2"),
    ],
)
def test_what_is_no_reading_is_refused(
    qc: Program, bowl_path: Path, station_path: Path, options: tuple[str, ...], said: str
) -> None:
    run = qc("inspect", bowl_path, "--spec", BOWL_SPEC, "--station", station_path, *options)
    assert run.status >= 64
    assert said in run.err
