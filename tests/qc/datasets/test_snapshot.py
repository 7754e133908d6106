"""Snapshots are what they were when they were made, and no item stands in two parts."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from labelled import rectangle
from PIL import Image

from qc.datasets.formats import read_dataset
from qc.datasets.model import LabelledRegion
from qc.datasets.snapshot import (
    ReviewedPhoto,
    assign_splits,
    create_snapshot,
    read_snapshot,
    verify_snapshot,
)
from qc.errors import SnapshotError

DAY = date(2026, 11, 24)


def photo_bytes(seed: int, kind: str = "PNG", **options: object) -> bytes:
    shades = np.random.default_rng(seed).integers(0, 256, (80, 100, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(shades).save(out, kind, **options)
    return out.getvalue()


def reviewed(
    seed: int, *, item: str | None = None, lot: str | None = None, data: bytes | None = None
) -> ReviewedPhoto:
    content = data or photo_bytes(seed)
    return ReviewedPhoto(
        sha256=hashlib.sha256(content).hexdigest(),
        read=lambda: content,
        regions=(LabelledRegion("crack", (rectangle(5, 5, 20, 9),)),) if seed % 2 else (),
        false_alarms=(LabelledRegion("stain", (rectangle(30, 5, 40, 9),)),),
        product="bowl",
        item=item,
        lot=lot,
        mm_per_px=0.21,
        outlines=(rectangle(0, 0, 90, 70),),
    )


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    photos = [reviewed(n, item=f"item {n // 2}", lot=f"lot {n // 4}") for n in range(24)]
    return create_snapshot(photos, ("crack", "chip"), tmp_path / "snapshots", created=DAY)


def test_a_snapshot_holds_what_was_reviewed(snapshot: Path) -> None:
    dataset, identity = read_snapshot(snapshot)
    assert snapshot.name == f"snapshot-{identity[:12]}"
    assert dataset.types == ("crack", "chip", "stain")
    assert len(dataset.photos) == 24
    for photo in dataset.photos:
        seed = next(n for n in range(24) if photo.path.stem == reviewed(n).sha256)
        assert photo.path.read_bytes() == photo_bytes(seed)
        assert len(photo.regions) == seed % 2
        assert (photo.product, photo.item, photo.lot) == (
            "bowl",
            f"item {seed // 2}",
            f"lot {seed // 4}",
        )
        assert photo.mm_per_px == 0.21
        assert photo.false_alarms[0].type == "stain"
    assert read_dataset(snapshot).format == "snapshot"


def test_sha256sum_agrees_with_the_manifest(snapshot: Path) -> None:
    run = subprocess.run(["sha256sum", "-c", "manifest.sha256"], cwd=snapshot, check=False)
    assert run.returncode == 0


def test_the_same_reviews_make_the_same_snapshot(snapshot: Path) -> None:
    photos = [reviewed(n, item=f"item {n // 2}", lot=f"lot {n // 4}") for n in reversed(range(24))]
    assert create_snapshot(photos, ("crack", "chip"), snapshot.parent, created=DAY) == snapshot
    assert [p.name for p in snapshot.parent.iterdir()] == [snapshot.name]


def flip(path: Path) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def remove(path: Path) -> None:
    path.unlink()


def first_photo(folder: Path) -> Path:
    return sorted((folder / "photos").iterdir())[0]


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (lambda s: flip(first_photo(s)), r"photos/\w+\.png was changed"),
        (lambda s: flip(s / "annotations.json"), r"annotations\.json was changed"),
        (lambda s: flip(s / "snapshot.json"), r"snapshot\.json was changed"),
        (lambda s: flip(s / "manifest.sha256"), r"manifest\.sha256 was changed"),
        (lambda s: remove(first_photo(s)), r"photos/\w+\.png is missing"),
        (lambda s: remove(s / "manifest.sha256"), r"has no manifest\.sha256"),
        (lambda s: (s / "photos" / "x.png").write_bytes(b"new"), r"photos/x\.png was added"),
    ],
)
def test_whatever_is_tampered_with_is_named(
    snapshot: Path, tamper: Callable[[Path], object], says: str
) -> None:
    tamper(snapshot)
    with pytest.raises(SnapshotError, match=says):
        verify_snapshot(snapshot)


def test_another_snapshot_under_this_name_is_noticed(snapshot: Path, tmp_path: Path) -> None:
    photos = [reviewed(n) for n in range(10, 40)]
    other = create_snapshot(photos, (), tmp_path / "others", created=DAY)
    shutil.rmtree(snapshot)
    other.rename(snapshot)
    with pytest.raises(SnapshotError, match="was changed"):
        verify_snapshot(snapshot)


@pytest.mark.parametrize("seed", range(8))
def test_neither_item_nor_lot_stands_in_two_parts(seed: int) -> None:
    """Brute force over random sets, items that come back in another lot included."""
    rng = np.random.default_rng(seed)
    photos = [
        reviewed(
            n,
            data=bytes([n]),
            item=f"i{rng.integers(40)}" if rng.random() < 0.8 else None,
            lot=f"l{rng.integers(25)}" if rng.random() < 0.3 else None,
        )
        for n in range(80)
    ]
    splits = assign_splits(photos, "lot")
    parts: dict[str, set[str]] = defaultdict(set)
    for photo, split in zip(photos, splits, strict=True):
        for name in (photo.item, photo.lot):
            if name:
                parts[name].add(split)
    assert all(len(found) == 1 for found in parts.values())
    assert set(splits) == {"train", "val", "test"}


def test_a_lot_keeps_its_part_when_others_come() -> None:
    few = [reviewed(n, data=bytes([n]), lot=f"lot {n}") for n in range(60)]
    more = [*few, *(reviewed(n, data=bytes([n]), lot=f"lot {n}") for n in range(60, 120))]
    assert assign_splits(more, "lot")[:60] == assign_splits(few, "lot")


def test_three_photos_of_one_lot_are_too_few(tmp_path: Path) -> None:
    photos = [reviewed(n, item=str(n), lot="only") for n in range(3)]
    with pytest.raises(SnapshotError, match="3 photos of 1 lots cannot be split") as refused:
        create_snapshot(photos, (), tmp_path, created=DAY)
    assert "--by item" in refused.value.fix
    folder = create_snapshot(photos, (), tmp_path, created=DAY, by="item")
    assert {photo.split for photo in read_snapshot(folder)[0].photos} == {"train", "val", "test"}


def test_place_and_camera_are_taken_out_and_pixels_stay(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Cameramaker"
    exif.get_ifd(0x8825)[1] = "S"
    tagged = photo_bytes(1, "JPEG", quality=90, exif=exif, comment=b"a secret")
    photos = [reviewed(n, data=tagged if n == 1 else None) for n in range(6)]
    folder = create_snapshot(photos, (), tmp_path, created=DAY)
    (path,) = (folder / "photos").glob("*.jpg")
    assert b"Cameramaker" not in path.read_bytes()
    assert b"secret" not in path.read_bytes()
    with Image.open(path) as clean, Image.open(io.BytesIO(tagged)) as before:
        assert not clean.getexif()
        assert np.array_equal(np.asarray(clean), np.asarray(before))
