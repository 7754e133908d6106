"""Layouts of photos beside masks: MVTec AD's, and `images` beside `masks`.

MVTec AD: `train/good`, `test/good`, `test/TYPE` and `ground_truth/TYPE/NAME_mask.png`. A photo
with defects of several types stands under `combined`, and its mask no longer says which is which.
Images and masks: `masks/NAME.png` holds the number of a type at each pixel, 0 where there is no
defect, and `classes.json` the types of these numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
from PIL import Image

from qc.datasets.model import (
    Dataset,
    DatasetPhoto,
    LabelledRegion,
    Losses,
    require_types,
    split_of,
)
from qc.datasets.pictures import copy_photo, output_folder, photos_in, read_photo
from qc.datasets.rings import Mask, draw_rings, trace_mask
from qc.errors import DatasetError
from qc.evaluation.folder import GOOD
from qc.evaluation.labels import UNTYPED

COMBINED: Final = "combined"
CLASSES_FILE: Final = "classes.json"


def read_mvtec(folder: Path) -> Dataset:
    """Read MVTec AD's layout; `train` becomes the part train, `test` the part test.

    Raises:
        DatasetError: a defective photo has no mask, or one that is empty or of another size.
    """
    photos, types = [], set[str]()
    for part in ("train", "test"):
        for path in photos_in(folder / part):
            kind = path.parent.name
            if kind != GOOD:
                types.add(kind)
            read = partial(_defect_regions, folder, kind, path)
            photos.append(read_photo(path, path.relative_to(folder).as_posix(), (part,), read))
    if not photos:
        raise DatasetError(f"no photo in {folder}/test", fix="Give the folder above test.")
    return Dataset(tuple(sorted(types)), tuple(photos), "mvtec")


def write_mvtec(dataset: Dataset, out: Path) -> Losses:
    """Write MVTec AD's layout: good photos of the part train to `train`, all others to `test`.

    Returns:
        What the format could not hold.

    Raises:
        DatasetError: the folder is not empty, or a photo cannot be copied.
    """
    output_folder(out)
    losses = Losses()
    for photo in dataset.photos:
        kinds = sorted({region.type for region in photo.regions})
        kind = COMBINED if len(kinds) > 1 else kinds[0] if kinds else GOOD
        if kind == COMBINED:
            losses.add("types of a photo with several became one")
        if kinds and photo.split == "train":
            losses.add("defective photo of the part train stands in test")
        part = "train" if photo.split == "train" and not kinds else "test"
        name = _flat_name(photo)
        copy_photo(photo, out / part / kind, name)
        if kinds:
            rings = [region.rings for region in photo.regions]
            mask = np.any([draw_rings(r, photo.shape) for r in rings], axis=0)
            _write_mask(
                np.asarray(mask * 255, np.uint8),
                out / "ground_truth" / kind / f"{Path(name).stem}_mask.png",
            )
    return losses


def read_masks(folder: Path) -> Dataset:
    """Read `images` beside `masks`; without `classes.json` every mask value is a `defect`.

    Raises:
        DatasetError: a photo has no mask, or one of another size or with an unknown class.
    """
    classes = _classes(folder / CLASSES_FILE)
    photos = []
    for path in photos_in(folder / "images"):
        inside = path.relative_to(folder / "images")
        read = partial(_typed_regions, (folder / "masks" / inside).with_suffix(".png"), classes)
        photos.append(read_photo(path, inside.as_posix(), inside.parts[:-1], read))
    if not photos:
        raise DatasetError(f"no photo in {folder}/images", fix="Give the folder above images.")
    types = tuple((classes or {1: UNTYPED}).values())
    return Dataset(types, tuple(photos), "masks")


def write_masks(dataset: Dataset, out: Path) -> Losses:
    """Write `images`, `masks` and `classes.json`; the smaller of two regions lies on top.

    Returns:
        What the format could not hold.

    Raises:
        DatasetError: the folder is not empty, a photo cannot be copied, or there are more than
            255 types.
    """
    if len(dataset.types) > 255:
        raise DatasetError(f"{len(dataset.types)} types do not fit a mask", fix="Write COCO.")
    output_folder(out)
    losses = Losses()
    for photo in dataset.photos:
        values = np.zeros(photo.shape, np.uint8)
        drawn = [(region, draw_rings(region.rings, photo.shape)) for region in photo.regions]
        for region, mask in sorted(drawn, key=lambda pair: -int(pair[1].sum())):
            if (values[mask] > 0).any():
                losses.add("region covers another")
            values[mask] = dataset.types.index(region.type) + 1
        copy_photo(photo, out / "images", photo.name)
        _write_mask(values, (out / "masks" / photo.name).with_suffix(".png"))
    listed = {str(number): name for number, name in enumerate(dataset.types, start=1)}
    (out / CLASSES_FILE).write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
    return losses


def _defect_regions(
    folder: Path, kind: str, photo: Path, size: tuple[int, int]
) -> list[LabelledRegion]:
    if kind == GOOD:
        return []
    mask = _read_mask(_ground_truth(folder, kind, photo), size) > 0
    if not mask.any():
        raise DatasetError(
            f"the mask of {photo} is empty",
            fix="Draw the defect, or move the photo to the good ones.",
        )
    return [LabelledRegion(kind, rings) for rings in trace_mask(mask)]


def _typed_regions(
    path: Path, classes: dict[int, str] | None, size: tuple[int, int]
) -> Iterator[LabelledRegion]:
    values = _read_mask(path, size)
    if classes is None:
        values = (values > 0).astype(np.uint8)
    known = classes or {1: UNTYPED}
    if unknown := [int(v) for v in np.unique(values) if v and int(v) not in known]:
        raise DatasetError(
            f"{path} contains class {unknown[0]}, which {CLASSES_FILE} does not list",
            fix="Correct the mask, or add the class.",
        )
    for number, name in known.items():
        for rings in trace_mask(values == number):
            yield LabelledRegion(name, rings)


def _ground_truth(folder: Path, kind: str, photo: Path) -> Path:
    masks = folder / "ground_truth" / kind
    named = masks / f"{photo.stem}_mask.png"
    return named if named.is_file() else masks / f"{photo.stem}.png"


def _read_mask(path: Path, size: tuple[int, int]) -> np.ndarray:
    try:
        with Image.open(path) as image:
            values = np.asarray(image if image.mode in ("L", "P") else image.convert("L"), np.uint8)
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"mask {path} cannot be read: {error}", fix="Every such photo needs its mask."
        ) from error
    if values.shape != (size[1], size[0]):
        raise DatasetError(
            f"mask {path} is {values.shape[1]}×{values.shape[0]}, its photo {size[0]}×{size[1]}",
            fix="A mask has the size of its photo.",
        )
    return values


def _write_mask(values: Mask | np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise DatasetError(
            f"two photos would have the mask {path}", fix="Give the photos different names."
        )
    Image.fromarray(np.asarray(values, np.uint8)).save(path)


def _flat_name(photo: DatasetPhoto) -> str:
    """MVTec AD has no folders below the type's: those of the name go into it."""
    parts = [p for p in PurePosixPath(photo.name).parts if split_of(p) is None]
    return "-".join(p for p in parts if p not in (GOOD, COMBINED)) or photo.path.name


def _classes(path: Path) -> dict[int, str] | None:
    if not path.exists():
        return None
    try:
        classes = {int(n): str(name) for n, name in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise DatasetError(
            f"{path} is no list of classes: {error}", fix='It reads {"1": "crack", …}.'
        ) from error
    require_types(tuple(classes.values()), path)
    return classes
