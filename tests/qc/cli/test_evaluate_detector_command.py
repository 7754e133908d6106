"""`qc evaluate detector` on sets whose figures can be counted by hand.

The network calls red a crack, green a stain and blue a hole.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import networks
import numpy as np
import pytest
from PIL import Image
from program import Program

RED, GREEN = (255, 0, 0), (0, 255, 0)
GROUND = (20, 20, 20)
SIZE = (120, 90)  # width, height
Box = tuple[int, int, int, int]  # left, top, right, bottom, exclusive


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases") / "0.0.1"
    return networks.write_release(folder, networks.colours(), networks.COLOURS)


def _photo(path: Path, marks: Mapping[Box, tuple[int, int, int]], shade: int = 0) -> None:
    """Draw a photo; `shade` makes it another one without changing what is found."""
    pixels = np.full((SIZE[1], SIZE[0], 3), GROUND, np.uint8)
    pixels[0, 0] = shade
    for (left, top, right, bottom), colour in marks.items():
        pixels[top:bottom, left:right] = colour
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def _mask(path: Path, *boxes: Box, size: tuple[int, int] = SIZE, value: int = 255) -> None:
    values = np.zeros(size[::-1], np.uint8)
    for left, top, right, bottom in boxes:
        values[top:bottom, left:right] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)


LONG, SHORT = (10, 20, 80, 24), (90, 60, 100, 66)


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """Two good photos, one with a false finding; three defects, one of them never seen."""
    root = tmp_path / "line"
    _photo(root / "train" / "good" / "0.png", {}, shade=9)
    _photo(root / "test" / "good" / "0.png", {}, shade=1)
    _photo(root / "test" / "good" / "1.png", {SHORT: GREEN}, shade=2)
    _photo(root / "test" / "crack" / "0.png", {LONG: RED}, shade=3)
    _mask(root / "ground_truth" / "crack" / "0_mask.png", LONG, SHORT)
    _photo(root / "test" / "crack" / "1.png", {SHORT: GREEN}, shade=4)
    _mask(root / "ground_truth" / "crack" / "1.png", SHORT)
    return root


def test_figures_counted_by_hand(qc: Program, line: Path, release: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    run = qc("evaluate", "detector", line, "--release", release, "--json", "--report", out)
    assert run.status == 0, run.err
    report = run.json()
    assert report["layout"] == "MVTec AD"
    assert report["photos"] == {"good": 2, "crack": 2}
    assert report["problems"] == []
    # The good photo with a green mark scores as high as both defective ones.
    assert report["image_auroc"] == 0.75
    assert report["good"] == {"photos": 2, "any_instance": 0.5, "sure_instance": 0.5}
    assert report["defective"]["any_instance"] == 1
    # One false region on four photos: at 0.1 a photo none is allowed, at 1 it is.
    found = report["recall"]["all"]
    assert (found["defects"], found["at"]) == (3, {"0.1": 0, "1": 0.6667, "10": 0.6667})
    # None of three with 97.5 % confidence: the cube root of 0.025 from above.
    assert found["bounds"]["0.1"] == [0, pytest.approx(1 - 0.025 ** (1 / 3), abs=1e-4)]
    assert report["recall"]["crack"] == report["recall"]["all"]
    assert {k: r["defects"] for k, r in report["recall_by_length"].items()} == {
        "0–16 px": 2,
        "64–128 px": 1,
    }
    # Two marks on a plain surface, and a defect of which the photo shows nothing.
    assert report["recall_by_visibility"]["crack"] == report["recall_by_visibility"]["all"]
    shown = report["recall_by_visibility"]["all"]
    assert {level: (one["defects"], one["at"]) for level, one in shown.items()} == {
        "< 3.29": (1, {"0.1": 0, "1": 0, "10": 0}),
        "≥ 5": (2, {"0.1": 0, "1": 1, "10": 1}),
    }
    assert report["confusion"] == {
        "crack": {"crack": 1, "missed": 1, "stain": 1},
        "nothing there": {"stain": 1},
    }
    exact = {"p10": 1.0, "median": 1.0, "p90": 1.0}
    assert report["sizes"] == {
        name: {"defects": 2, "length": exact, "area": exact} for name in ("all", "crack")
    }
    # 280 of 400 pixels of cracks are red, no others.
    assert report["pixels"]["crack"]["ap"] == pytest.approx(
        280 / 400 + 120 / 400 * 400 / (4 * 90 * 120), abs=2e-3
    )
    page = (out / "report.html").read_text()
    assert page.count("data:image/jpeg") == 2  # a photo with a miss, one with a false finding
    assert json.loads((out / "report.json").read_text()) == report
    assert {path.suffix for path in out.iterdir()} == {".html", ".json", ".svg"}


def test_half_of_a_defect_is_found_as_half(qc: Program, release: Path, tmp_path: Path) -> None:
    """Rectangles: the longest line in w by h pixels joins two corners."""
    root = tmp_path / "set"
    for number, found in enumerate(((10, 20, 80, 24), (10, 20, 45, 24), (10, 20, 80, 28))):
        _photo(root / "test" / "crack" / f"{number}.png", {found: RED}, shade=number)
        _mask(root / "ground_truth" / "crack" / f"{number}.png", LONG)
    run = qc("evaluate", "detector", root, "--release", release, "--json", "--report", root / "r")
    lengths = [(np.hypot(w - 1, h - 1) + 1) for w, h in ((70, 4), (35, 4), (70, 8))]
    low, middle, high = np.percentile(np.array(lengths) / lengths[0], (10, 50, 90)).round(2)
    assert run.json()["sizes"]["crack"] == {
        "defects": 3,
        "length": {"p10": low, "median": middle, "p90": high},
        "area": {"p10": 0.6, "median": 1.0, "p90": 1.8},
    }
    assert "<td>0.60–1.80</td>" in (root / "r" / "report.html").read_text()


def test_known_scale_gives_millimetres(qc: Program, line: Path, release: Path) -> None:
    """At 0.25 mm/px, half the detector's scale, the long crack is 17.6 mm long."""
    run = qc("evaluate", "detector", line, "--release", release, "--json", "--mm-per-px", 0.25)
    report = run.json()
    assert report["unit"] == "mm"
    assert {k: r["defects"] for k, r in report["recall_by_length"].items()} == {
        "2–5 mm": 2,
        "10–20 mm": 1,
    }


def test_whatever_is_wrong_is_named_and_counted(qc: Program, line: Path, release: Path) -> None:
    truth = line / "ground_truth" / "crack"
    for number, shade in enumerate(range(20, 24), start=2):
        _photo(line / "test" / "crack" / f"{number}.png", {LONG: RED}, shade)
    _mask(truth / "2.png")  # empty
    _mask(truth / "3.png", (1, 1, 5, 5), size=(60, 40))
    (line / "test" / "crack" / "5.png").write_bytes(b"\x89PNG and no more")
    _mask(truth / "5.png", LONG)
    shutil.copy(line / "train" / "good" / "0.png", line / "test" / "good" / "2.png")
    run = qc("evaluate", "detector", line, "--release", release, "--json")
    assert run.status == 65
    report = run.json()
    assert report["problem_counts"] == {
        "mask-missing": 1,  # 4.png: it counts as a photo, not by its pixels
        "duplicate": 1,
        "mask-empty": 1,
        "mask-size": 1,
        "unreadable": 1,
    }
    assert report["photos"] == {"good": 2, "crack": 3}
    assert report["recall"]["all"]["defects"] == 3
    for problem in report["problems"]:
        assert problem["message"] in run.err
    copied = next(p for p in report["problems"] if p["code"] == "duplicate")
    assert "train/good/0.png" in copied["message"]


def test_a_line_without_masks_is_judged_by_whole_photos(
    qc: Program, line: Path, release: Path
) -> None:
    shutil.rmtree(line / "ground_truth")
    run = qc("evaluate", "detector", line, "--release", release, "--json")
    assert run.status == 0, run.err
    report = run.json()
    assert report["image_auroc"] == 0.75
    assert report["recall"]["all"]["defects"] == 0
    assert report["pixels"]["any"]["ap"] is None


def test_coco_and_masks_beside_images_say_the_same(
    qc: Program, tmp_path: Path, release: Path
) -> None:
    root = tmp_path / "both"
    _photo(root / "images" / "a.png", {LONG: RED, SHORT: GREEN}, 1)
    _photo(root / "images" / "b.png", {}, 2)
    _mask(root / "masks" / "a.png", LONG, value=1)
    with Image.open(root / "masks" / "a.png") as image:
        values = np.array(image)
    left, top, right, bottom = SHORT
    values[top:bottom, left:right] = 2
    Image.fromarray(values).save(root / "masks" / "a.png")
    _mask(root / "masks" / "b.png")
    (root / "classes.json").write_text('{"1": "crack", "2": "colour"}')
    options = ("--release", release, "--json", "--rename", "colour=stain")
    beside = qc("evaluate", "detector", root, *options).json()
    assert beside["layout"] == "images and masks"
    assert beside["photos"] == {"good": 1, "defect": 1}
    assert beside["confusion"] == {"crack": {"crack": 1}, "stain": {"stain": 1}}

    def runs(kind: int) -> list[int]:
        flat = (values == kind).T.ravel()
        change = np.flatnonzero(np.diff(flat.astype(int))) + 1
        return np.diff([0, *change.tolist(), flat.size]).tolist()

    content = {
        "images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}],
        "categories": [{"id": 3, "name": "crack"}, {"id": 4, "name": "colour"}],
        "annotations": [
            {
                "id": kind,
                "image_id": 1,
                "category_id": kind + 2,
                "segmentation": {"size": [SIZE[1], SIZE[0]], "counts": runs(kind)},
            }
            for kind in (1, 2)
        ],
    }
    file = root / "test.json"
    file.write_text(json.dumps(content))
    coco = qc("evaluate", "detector", file, *options).json()
    assert coco["layout"] == "COCO"
    assert {k: v for k, v in coco.items() if k != "layout"} == {
        k: v for k, v in beside.items() if k != "layout"
    }

    content["annotations"][1]["category_id"] = 9
    content["annotations"].append({"id": 8, "image_id": 77, "category_id": 3})
    (root / "train.json").write_text(json.dumps(content))
    file.write_text(
        json.dumps(content | {"images": [*content["images"], {"id": 3, "file_name": "c.png"}]})
    )
    run = qc("evaluate", "detector", file, *options)
    assert run.status == 65
    assert "a.png stands in train.json as well" in run.err
    assert "none of 0 photos can be used" in run.err
    (root / "train.json").unlink()
    run = qc("evaluate", "detector", file, *options)
    assert run.json()["problem_counts"] == {"unreadable": 1, "label-unknown": 2}


def test_what_is_no_set_says_what_one_is(qc: Program, tmp_path: Path, release: Path) -> None:
    run = qc("evaluate", "detector", tmp_path, "--release", release)
    assert (run.status, "ground_truth" in run.err) == (65, True)
    (tmp_path / "a.json").write_text('{"images": []}')
    run = qc("evaluate", "detector", tmp_path, "--release", release)
    assert (run.status, "is no COCO file" in run.err) == (65, True)
    run = qc("evaluate", "detector", tmp_path, "--release", release, "--rename", "stain")
    assert run.status == 64
