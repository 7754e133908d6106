"""YOLO's layout in and out: `data.yaml`, `images/SPLIT`, `labels/SPLIT`.

A label's line is a class and either the corners of one polygon or centre, width and height of a
box, all relative to the photo. Neither holes nor item, lot and scale have a place there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from qc.datasets.model import (
    Dataset,
    DatasetPhoto,
    LabelledRegion,
    Losses,
    require_types,
    split_of,
)
from qc.datasets.pictures import copy_photo, output_folder, photos_in, read_photo
from qc.datasets.rings import Ring, is_hole
from qc.errors import DatasetError

LIST_FILE: Final = "data.yaml"
_HALF_PX: Final = 0.5


def read_yolo(folder: Path) -> Dataset:
    """Read a folder with `data.yaml`.

    Raises:
        DatasetError: the list of classes or a line of a label is not valid, or no photo is there.
    """
    types = _types(folder / LIST_FILE)
    photos = []
    for path in photos_in(folder):
        inside = path.relative_to(folder)
        if "images" not in inside.parts:
            continue
        at = inside.parts.index("images")
        labels = folder.joinpath(*inside.parts[:at], "labels", *inside.parts[at + 1 :])
        # Both images/train and train/images are usual.
        others = [part for position, part in enumerate(inside.parts[:-1]) if position != at]
        read = partial(_regions, labels.with_suffix(".txt"), types)
        photos.append(read_photo(path, "/".join([*others, inside.name]), others, read))
    if not photos:
        raise DatasetError(f"no photo in {folder}/images", fix="Give the folder of data.yaml.")
    return Dataset(types, tuple(photos), "yolo")


def write_yolo(dataset: Dataset, out: Path) -> Losses:
    """Write a data set; a photo without a part goes to `train`.

    Returns:
        What the format could not hold.

    Raises:
        DatasetError: the folder is not empty, or a photo cannot be copied.
    """
    output_folder(out)
    losses = Losses()
    for photo in dataset.photos:
        part = photo.split or "train"
        name = PurePosixPath(photo.name)
        parts = [p for p in name.parent.parts if split_of(p) is None]
        place = PurePosixPath(part, *parts, name.name)
        copy_photo(photo, out / "images", str(place))
        label = (out / "labels" / place).with_suffix(".txt")
        label.parent.mkdir(parents=True, exist_ok=True)
        if label.exists():
            raise DatasetError(
                f"two photos would have the label {label}", fix="Give the photos different names."
            )
        lines = [
            line for region in photo.regions for line in _lines(dataset, photo, region, losses)
        ]
        label.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    used = {photo.split or "train" for photo in dataset.photos}
    content: dict[str, Any] = {"path": "."}
    content |= {part: f"images/{part}" for part in ("train", "val", "test") if part in used}
    content["names"] = dict(enumerate(dataset.types))
    with (out / LIST_FILE).open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(content, file)
    return losses


def _types(path: Path) -> tuple[str, ...]:
    try:
        names = YAML(typ="safe", pure=True).load(path)["names"]
        listed = [names[number] for number in range(len(names))]
    except OSError as error:
        raise DatasetError(
            f"cannot read {path}: {error.strerror}", fix="Check the path."
        ) from error
    except (YAMLError, KeyError, TypeError, IndexError) as error:
        raise DatasetError(
            f"{path} has no list of names", fix="It reads: names: [crack, stain, …]"
        ) from error
    types = tuple(str(name) for name in listed)
    require_types(types, path)
    return types


def _regions(path: Path, types: tuple[str, ...], size: tuple[int, int]) -> Iterator[LabelledRegion]:
    """Read a photo's label; without one the photo is good."""
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            first, *values = line.split()
            kind, relative = int(first), np.array(values, np.float64)
            if not (0 <= kind < len(types)) or len(values) < 4 or len(values) % 2:
                raise ValueError(f"class {kind} with {len(values)} values")
            if not np.isfinite(relative).all() or relative.min() < -0.01 or relative.max() > 1.01:
                raise ValueError("values are relative to the photo, 0 to 1")
        except ValueError as error:
            raise DatasetError(
                f"{path}:{number}: {error}",
                fix="A line is a class of data.yaml and a polygon, or a box of four values.",
            ) from error
        yield _region(types[kind], relative, size)


def _region(name: str, relative: Ring, size: tuple[int, int]) -> LabelledRegion:
    if relative.size > 4:
        return LabelledRegion(name, (relative.reshape(-1, 2) * size - _HALF_PX,))
    centre, extent = relative[:2] * size - _HALF_PX, relative[2:] * size / 2
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return LabelledRegion(name, (centre + signs * extent,), box=True)


def _lines(
    dataset: Dataset, photo: DatasetPhoto, region: LabelledRegion, losses: Losses
) -> Iterator[str]:
    kind, size = dataset.types.index(region.type), (photo.width_px, photo.height_px)
    if region.box:
        left, top, right, bottom = region.bounds
        box = ((left + right) / 2 + _HALF_PX, (top + bottom) / 2 + _HALF_PX)
        yield _line(kind, np.array([*box, right - left, bottom - top]), size)
        return
    parts = [ring for ring in region.rings if not is_hole(ring, region.rings)]
    if len(parts) < len(region.rings):
        losses.add("region's holes were filled")
    if len(parts) > 1:
        losses.add("region of several parts became several")
    for ring in parts:
        yield _line(kind, (_closed(ring) + _HALF_PX).ravel(), size)


def _closed(ring: Ring) -> Ring:
    """A line of one or two points needs a third: four values would mean a box."""
    return ring if len(ring) > 2 else np.concatenate([ring, ring[:1], ring[:1]])[:4]


def _line(kind: int, values: Ring, size: tuple[int, int]) -> str:
    relative = values.reshape(-1, 2) / size
    return " ".join([str(kind), *(f"{value:.9g}" for value in relative.ravel())])
