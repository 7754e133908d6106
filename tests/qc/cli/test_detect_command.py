"""`qc detect`: the detector alone, on any photo."""

from __future__ import annotations

from pathlib import Path

import networks
import numpy as np
import pytest
from PIL import Image, ImageDraw
from program import Program


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases") / "0.0.1"
    return networks.write_release(folder, networks.colours(), networks.COLOURS)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a marked photo, a clean one, a broken one and something else."""
    folder = tmp_path / "photos"
    folder.mkdir()
    marked = Image.new("RGB", (200, 150), (20, 30, 40))
    ImageDraw.Draw(marked).rectangle((50, 60, 149, 69), fill=(255, 0, 0))
    marked.save(folder / "b-marked.png")
    Image.new("RGB", (130, 90), (20, 30, 40)).save(folder / "c-clean.png")
    (folder / "a-broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    (folder / "notes.txt").write_text("no photo")
    return folder


def test_a_broken_file_does_not_stop_the_others(
    qc: Program, photos: Path, release: Path, tmp_path: Path
) -> None:
    maps = tmp_path / "maps"
    run = qc("detect", photos, "--json", "--maps", maps, "--release", release)
    assert run.status == 65
    report = run.json()
    assert report["release"] == "detector@0.0.1"
    broken, marked, clean = report["photos"]
    assert broken["photo"].endswith("a-broken.jpg")
    assert "damaged or incomplete" in broken["error"]
    assert marked["error"] is clean["error"] is None
    assert clean["defects"] == []
    (found,) = marked["defects"]
    assert (found["type"], found["probability"], found["area_px"]) == ("crack", 1.0, 1000)
    assert found["length_px"] == pytest.approx(np.hypot(99, 9) + 1, abs=0.1)
    assert found["width_px"] == 10
    assert sorted(found["polygon_px"]) == [[50, 60], [50, 69], [149, 60], [149, 69]]
    assert marked["score"] == 1
    sound = (1 - 20 / 255) * (1 - 30 / 255) * (1 - 40 / 255)
    assert clean["score"] == pytest.approx(1 - sound, abs=1e-6)
    assert {path.name for path in maps.iterdir()} == {
        f"{stem}.{name}.png" for stem in ("b-marked", "c-clean") for name in networks.COLOURS
    }


def test_maps_are_16_bit_and_of_the_photos_size(
    qc: Program, photos: Path, release: Path, tmp_path: Path
) -> None:
    maps = tmp_path / "maps"
    run = qc("detect", photos / "b-marked.png", "--maps", maps, "--release", release)
    assert run.status == 0
    pixels = np.asarray(Image.open(photos / "b-marked.png"))
    for channel, name in enumerate(networks.COLOURS):
        with Image.open(maps / f"b-marked.{name}.png") as image:
            assert image.mode == "I;16"
            # 65535 / 255 = 257: the network shows each colour as a probability.
            np.testing.assert_array_equal(np.asarray(image), pixels[..., channel] * np.uint16(257))


def test_photos_of_one_name_in_two_folders_keep_both_maps(
    qc: Program, photos: Path, release: Path, tmp_path: Path
) -> None:
    (photos / "a-broken.jpg").unlink()
    for lot, level in (("lot-1", 100), ("lot-2", 200)):
        (photos / lot).mkdir()
        Image.new("RGB", (80, 80), (level, 0, 0)).save(photos / lot / "top.png")
    maps = tmp_path / "maps"
    assert qc("detect", photos, "--maps", maps, "--release", release).status == 0
    for lot, level in (("lot-1", 100), ("lot-2", 200)):
        with Image.open(maps / lot / "top.crack.png") as image:
            assert np.unique(np.asarray(image)).tolist() == [level * 257]


def test_lines_for_people(qc: Program, photos: Path, release: Path) -> None:
    run = qc("detect", photos, "--release", release)
    broken, marked, clean = run.out.splitlines()
    assert "damaged or incomplete" in broken
    assert marked.endswith("b-marked.png: 1.000  crack 1.00")
    assert clean.endswith("nothing")


def test_without_a_release_it_says_how_to_name_one(qc: Program, photos: Path) -> None:
    run = qc("detect", photos)
    assert run.status == 65
    assert "--release" in run.err


def test_a_folder_without_photos_is_an_error(qc: Program, tmp_path: Path, release: Path) -> None:
    run = qc("detect", tmp_path, "--release", release)
    assert run.status == 65
    assert "no photo in" in run.err
