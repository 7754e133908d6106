"""Snapshots: labelled photos as they were at one time, never changed, split by what they show.

A snapshot is a folder: `photos/`, `annotations.json` (COCO), `snapshot.json`, and
`manifest.sha256`, which lists the SHA-256 of every other file as `sha256sum` does. The SHA-256 of
the manifest is the snapshot's identity and stands in the folder's name and in every release
trained from it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final, Literal
from uuid import uuid4

from qc.datasets.coco import LABELS_FILE, coco_text, read_coco
from qc.datasets.model import SPLITS, Dataset, DatasetPhoto, LabelledRegion, Split
from qc.datasets.pictures import clean_photo, size_of
from qc.datasets.rings import Ring
from qc.errors import SnapshotError

MANIFEST_FILE: Final = "manifest.sha256"
CARD_FILE: Final = "snapshot.json"
_FORMAT: Final = 1
_PREFIX: Final = "snapshot-"
_ID_DIGITS: Final = 12
_SHARES: Final = {"test": 0.15, "val": 0.15}

SplitBy = Literal["lot", "item"]
Progress = Callable[[Iterable["ReviewedPhoto"]], Iterable["ReviewedPhoto"]]


@dataclass(frozen=True, slots=True, eq=False)
class ReviewedPhoto:
    """A photo that a person looked at, with every defect on it.

    `read` gives the photo's bytes; `regions` are the defects agreed with, corrected or missed by
    the machine, `false_alarms` those that a person dismissed; the rest as in `DatasetPhoto`.
    """

    sha256: str
    read: Callable[[], bytes]
    regions: tuple[LabelledRegion, ...]
    false_alarms: tuple[LabelledRegion, ...] = ()
    product: str | None = None
    item: str | None = None
    lot: str | None = None
    mm_per_px: float | None = None
    outlines: tuple[Ring, ...] = ()


def of_dataset(dataset: Dataset) -> list[ReviewedPhoto]:
    """Take the photos of a data set as reviewed; the parts they stand in are given up.

    Raises:
        SnapshotError: a photo cannot be read.
    """
    return [
        ReviewedPhoto(
            sha256=hashlib.sha256(_bytes_of(photo.path)).hexdigest(),
            read=partial(_bytes_of, photo.path),
            regions=photo.regions,
            false_alarms=photo.false_alarms,
            product=photo.product,
            item=photo.item,
            lot=photo.lot,
            mm_per_px=photo.mm_per_px,
            outlines=photo.outlines,
        )
        for photo in dataset.photos
    ]


def create_snapshot(
    photos: Sequence[ReviewedPhoto],
    types: Sequence[str],
    out: Path,
    *,
    created: date,
    by: SplitBy = "lot",
    progress: Progress = iter,
) -> Path:
    """Write a snapshot below `out` and return its folder.

    Args:
        photos: reviewed photos; of one that stands twice the last counts.
        types: that the labels may hold, whether one occurs or not.
        out: folder of snapshots.
        created: the day.
        by: what is never split: lots and items, or items alone.
        progress: shows how far it is.

    Raises:
        SnapshotError: there are fewer than three lots or items to split.
        DatasetError: a photo cannot be read.
    """
    unique = list({photo.sha256: photo for photo in photos}.values())
    splits = assign_splits(unique, by)
    out.mkdir(parents=True, exist_ok=True)
    building = out / f".{uuid4().hex}"
    (building / "photos").mkdir(parents=True)
    kept = []
    for photo, split in zip(progress(unique), splits, strict=True):
        data, suffix = clean_photo(photo.read(), photo.sha256)
        path = building / "photos" / f"{photo.sha256}{suffix}"
        path.write_bytes(data)
        width, height = size_of(path)
        kept.append(
            DatasetPhoto(
                path=path,
                name=f"photos/{path.name}",
                width_px=width,
                height_px=height,
                regions=photo.regions,
                false_alarms=photo.false_alarms,
                product=photo.product,
                item=photo.item,
                lot=photo.lot,
                split=split,
                mm_per_px=photo.mm_per_px,
                outlines=photo.outlines,
            )
        )
    found = {region.type for photo in kept for region in (*photo.regions, *photo.false_alarms)}
    ordered = (*types, *sorted(found - set(types)))
    kept.sort(key=lambda photo: photo.name)
    (building / LABELS_FILE).write_text(coco_text(Dataset(ordered, tuple(kept))), encoding="utf-8")
    card = {
        "format": _FORMAT,
        "created": created.isoformat(),
        "split_by": by,
        "photos": {part: sum(photo.split == part for photo in kept) for part in SPLITS},
        "regions": {
            name: sum(r.type == name for photo in kept for r in photo.regions) for name in ordered
        },
        "false_alarms": sum(len(photo.false_alarms) for photo in kept),
    }
    (building / CARD_FILE).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    manifest = "".join(
        f"{_sha256(path)}  {path.relative_to(building).as_posix()}\n" for path in _files(building)
    )
    (building / MANIFEST_FILE).write_text(manifest, encoding="utf-8")
    identity = hashlib.sha256(manifest.encode()).hexdigest()
    folder = out / f"{_PREFIX}{identity[:_ID_DIGITS]}"
    if folder.exists():
        for path in _files(building):
            path.unlink()
        (building / "photos").rmdir()
        building.rmdir()
        verify_snapshot(folder)
        return folder
    for path in _files(building):
        path.chmod(0o444)
    building.rename(folder)
    return folder


def verify_snapshot(folder: Path) -> str:
    """Check every file of a snapshot and return its identity, a SHA-256.

    Raises:
        SnapshotError: a file was changed, removed or added, or the folder is another snapshot's.
    """
    listed, identity = read_manifest(folder)
    present = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    present.pop(MANIFEST_FILE)
    for name, sha256 in listed.items():
        if name not in present:
            raise tampered(folder, name, "is missing")
        if _sha256(present[name]) != sha256:
            raise tampered(folder, name, "was changed")
    for name in present.keys() - listed.keys():
        raise tampered(folder, name, "was added")
    return identity


def read_manifest(folder: Path) -> tuple[dict[str, str], str]:
    """Return the SHA-256 of each file of a snapshot by name, and the snapshot's identity.

    Raises:
        SnapshotError: there is no manifest, or it is not the one of the folder's name.
    """
    try:
        manifest = (folder / MANIFEST_FILE).read_bytes()
    except OSError as error:
        raise SnapshotError(
            f"{folder} has no {MANIFEST_FILE}", fix="Give a folder that qc snapshot create made."
        ) from error
    identity = hashlib.sha256(manifest).hexdigest()
    name = folder.resolve().name
    if name.startswith(_PREFIX) and not identity.startswith(name.removeprefix(_PREFIX)):
        raise tampered(folder, MANIFEST_FILE, "was changed")
    listed: dict[str, str] = {}
    for line in manifest.decode(errors="replace").splitlines():
        sha256, _, file = line.partition("  ")
        listed[file] = sha256
    return listed, identity


def read_snapshot(folder: Path) -> tuple[Dataset, str]:
    """Verify a snapshot and read it; return it with its identity.

    Raises:
        SnapshotError: as `verify_snapshot`.
    """
    identity = verify_snapshot(folder)
    return replace(read_coco(folder / LABELS_FILE), format="snapshot"), identity


def assign_splits(photos: Sequence[ReviewedPhoto], by: SplitBy) -> list[Split]:
    """Choose the part of every photo; what belongs together is never split.

    The part follows from a hash of the lot's (or item's) name, so that it stays the same in the
    next snapshot; where that leaves a part empty, the nearest lot moves.

    Raises:
        SnapshotError: there are fewer than three lots or items.
    """
    groups = _groups(photos, by)
    members: dict[int, list[str]] = defaultdict(list)
    for photo, group in zip(photos, groups, strict=True):
        members[group] += _keys(photo, by)
    if len(members) < len(SPLITS):
        raise SnapshotError(
            f"{len(photos)} photos of {len(members)} {by}s cannot be split into "
            f"{', '.join(SPLITS)}",
            fix="Review photos of more lots, or split by item (--by item)."
            if by == "lot"
            else "Review photos of more items.",
        )
    chances = {group: _chance(min(keys)) for group, keys in members.items()}
    by_chance = sorted(chances, key=lambda group: chances[group])
    split_of: dict[int, Split] = {}
    for group in by_chance:
        test, val = _SHARES["test"], _SHARES["test"] + _SHARES["val"]
        chance = chances[group]
        split_of[group] = "test" if chance < test else "val" if chance < val else "train"
    for number, part in enumerate(("test", "val")):
        if part not in split_of.values():
            split_of[by_chance[number]] = "test" if part == "test" else "val"
    if "train" not in split_of.values():
        split_of[by_chance[-1]] = "train"
    return [split_of[group] for group in groups]


def _groups(photos: Sequence[ReviewedPhoto], by: SplitBy) -> list[int]:
    """Number what belongs together: an item that came in two lots joins them."""
    parent = list(range(len(photos)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[str, int] = {}
    for number, photo in enumerate(photos):
        for key in _keys(photo, by):
            parent[root(number)] = root(first.setdefault(key, number))
    return [root(number) for number in range(len(photos))]


def _keys(photo: ReviewedPhoto, by: SplitBy) -> list[str]:
    keys = [f"item {photo.item}" if photo.item else f"photo {photo.sha256}"]
    if by == "lot" and photo.lot:
        keys.append(f"a lot {photo.lot}")  # sorts first: the lot's name decides
    return keys


def _chance(key: str) -> float:
    """A number in 0…1 that follows from a name."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) / 2**64


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SnapshotError(
            f"cannot read {path}: {error.strerror}", fix="Check the path."
        ) from error


def tampered(folder: Path, name: str, what: str) -> SnapshotError:
    """Return the error that names a file of a snapshot which is not as it was made."""
    return SnapshotError(
        f"{folder / name} {what} after the snapshot was made",
        fix="Take the whole snapshot from a trusted copy; a corrected one is a new snapshot.",
    )
