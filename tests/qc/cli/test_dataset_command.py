"""`qc dataset`, on small data sets whose faults are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import networks
import numpy as np
import pytest
from labelled import awkward, make_photo, rectangle
from PIL import Image
from program import Program

from qc.datasets.coco import write_coco
from qc.datasets.model import Dataset, DatasetPhoto, LabelledRegion

BIG = (160, 200)


def write(folder: Path, *photos: DatasetPhoto, types: tuple[str, ...] = ("crack", "stain")) -> Path:
    write_coco(Dataset(types, photos), folder)
    return folder


def copy_of(photo: DatasetPhoto, name: str, **change: object) -> DatasetPhoto:
    """The same photo, smaller, brighter and recompressed."""
    path = photo.path.with_name(name)
    with Image.open(photo.path) as image:
        smaller = image.resize((image.width // 2, image.height // 2))
    brighter = np.clip(np.asarray(smaller, float) * 0.8 + 30, 0, 255).astype(np.uint8)
    Image.fromarray(brighter).save(path, quality=70)
    values = {"path": path, "name": name, "width_px": smaller.width, "height_px": smaller.height}
    return replace(photo, **(values | change))


def test_convert_to_yolo_says_what_was_lost(qc: Program, tmp_path: Path) -> None:
    write_coco(awkward(tmp_path / "in"), tmp_path / "coco")
    run = qc("dataset", "convert", tmp_path / "coco", "--to", "yolo", "--out", tmp_path / "yolo")
    assert run.status == 0
    assert "3 photos, 5 regions of 3 types" in run.out
    assert "yolo cannot hold: region's holes were filled" in run.out
    back = qc("dataset", "convert", tmp_path / "yolo", "--to", "coco", "--out", tmp_path / "again")
    assert back.status == 0
    assert "3 photos" in back.out


def test_a_changed_copy_in_another_part_is_a_leak(qc: Program, tmp_path: Path) -> None:
    photos = [make_photo(tmp_path, f"{n}.png", n, shape=BIG, split="train") for n in range(8)]
    leaking = copy_of(photos[3], "copy.jpg", split="test")
    harmless = copy_of(photos[5], "again.jpg")
    folder = write(tmp_path / "set", *photos, leaking, harmless)

    run = qc("dataset", "check", folder, "--json")

    assert run.status == 65
    found = {(p["first"], p["second"], p["leaks"]) for p in run.json()["near_duplicates"]}
    assert found == {("3.png", "copy.jpg", True), ("5.png", "again.jpg", False)}


def test_an_item_and_a_lot_in_two_parts_leak(qc: Program, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "set",
        make_photo(tmp_path, "a.png", 1, shape=BIG, item="bowl-7", lot="L1", split="train"),
        make_photo(tmp_path, "b.png", 2, shape=BIG, item="bowl-7", lot="L1", split="test"),
        make_photo(tmp_path, "c.png", 3, shape=BIG, item="bowl-8", lot="L2", split="test"),
    )
    run = qc("dataset", "check", folder)
    assert run.status == 65
    assert "leak: item bowl-7 is in test, train" in run.out
    assert "leak: lot L1 is in test, train" in run.out
    assert "bowl-8" not in run.out


def test_types_are_counted_by_part(qc: Program, tmp_path: Path) -> None:
    crack = LabelledRegion("crack", (rectangle(5, 5, 20, 8),))
    folder = write(
        tmp_path / "set",
        make_photo(
            tmp_path, "a.png", 1, shape=BIG, regions=(crack, crack), item="1", split="train"
        ),
        make_photo(tmp_path, "b.png", 2, shape=BIG, regions=(crack,), item="1", split="train"),
        make_photo(tmp_path, "c.png", 3, shape=BIG, split="train"),
    )
    run = qc("dataset", "check", folder, "--json")
    assert run.status == 0
    rows = {(r["split"], r["type"]): r for r in run.json()["balance"]}
    assert rows["train", "crack"] | {} == {
        "split": "train", "type": "crack", "photos": 2, "regions": 3, "items": 1,
    }  # fmt: skip
    assert rows["train", "stain"]["photos"] == 0
    assert rows["train", None]["photos"] == 1


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """Red is a crack and green a stain to the detector; the labels say so in part only."""
    folder = tmp_path / "photos"
    folder.mkdir()
    pixels = np.zeros((70, 100, 3), np.uint8)
    pixels[5:15, 5:25] = (255, 0, 0)  # labelled: right
    pixels[5:15, 40:60] = (255, 0, 0)  # not labelled
    pixels[30:40, 5:25] = (0, 255, 0)  # labelled as a crack
    Image.fromarray(pixels).save(folder / "x.png")
    regions = (
        LabelledRegion("crack", (rectangle(4.5, 4.5, 24.5, 14.5),)),
        LabelledRegion("crack", (rectangle(4.5, 29.5, 24.5, 39.5),)),
        LabelledRegion("crack", (rectangle(69.5, 29.5, 89.5, 39.5),)),  # black: nothing there
        LabelledRegion("burn", (rectangle(69.5, 4.5, 89.5, 14.5),)),  # unknown to the detector
    )
    photo = DatasetPhoto(folder / "x.png", "x.png", 100, 70, regions)
    return write(tmp_path / "set", photo, types=("crack", "stain", "burn"))


def test_labels_that_the_detector_surely_contradicts_are_listed(
    qc: Program, doubtful: Path, tmp_path: Path
) -> None:
    release = networks.write_release(tmp_path / "0.0.1", networks.colours(), networks.COLOURS)
    run = qc("dataset", "check", doubtful, "--release", release, "--json")
    assert run.status == 0
    found = {
        (d["kind"], d["label"], d["found"], tuple(d["box"])) for d in run.json()["labels_in_doubt"]
    }
    assert found == {
        ("unlabelled", None, "crack", (40, 5, 59, 14)),
        ("other type", "crack", "stain", (4.5, 29.5, 24.5, 39.5)),
        ("not seen", "crack", None, (69.5, 29.5, 89.5, 39.5)),
    }


def test_the_card_shows_everything_without_the_network(
    qc: Program, doubtful: Path, tmp_path: Path
) -> None:
    release = networks.write_release(tmp_path / "0.0.1", networks.colours(), networks.COLOURS)
    run = qc("dataset", "card", doubtful, "--release", release, "--out", tmp_path / "card")
    assert run.status == 0
    page = (tmp_path / "card" / "index.html").read_text()
    assert page.count("<img") == 3 + 2  # three doubts; an example of each type that occurs
    assert "http" not in page
    assert "crack labelled, stain found" in page


def test_without_a_release_labels_cannot_be_doubted(qc: Program, doubtful: Path) -> None:
    run = qc("dataset", "check", doubtful, "--labels")
    assert (run.status, "no detector release is active" in run.err) == (65, True)
