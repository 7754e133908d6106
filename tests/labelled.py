"""A small data set with awkward regions: holes, several parts, corners that touch, a box."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from qc.datasets.model import Dataset, DatasetPhoto, LabelledRegion, Split
from qc.datasets.rings import Ring, trace_mask

TYPES = ("crack", "stain", "burn mark")


def rectangle(left: float, top: float, right: float, bottom: float) -> Ring:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def blob(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """A random mask with holes and corners that touch."""
    mask = np.zeros(shape, bool)
    rows, columns = (slice(int(a), int(a) + 9) for a in rng.integers(1, min(shape) - 12, 2))
    mask[rows, columns] = rng.random((9, 9)) < 0.7
    return mask


def make_photo(
    folder: Path,
    name: str,
    seed: int,
    *,
    shape: tuple[int, int] = (40, 56),
    regions: tuple[LabelledRegion, ...] = (),
    product: str | None = None,
    item: str | None = None,
    lot: str | None = None,
    split: Split | None = None,
) -> DatasetPhoto:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((shape[1], shape[0])).save(path)
    return DatasetPhoto(
        path=path,
        name=name,
        width_px=shape[1],
        height_px=shape[0],
        regions=regions,
        product=product,
        item=item,
        lot=lot,
        split=split,
    )


def awkward(folder: Path) -> Dataset:
    """Three photos: with everything, with one type, and good."""
    rng = np.random.default_rng(7)
    shape = (40, 56)
    first = trace_mask(blob(rng, shape))
    regions = (
        LabelledRegion("crack", tuple(ring for rings in first for ring in rings)),
        LabelledRegion("stain", (rectangle(3.5, 4.5, 12.5, 9.5), rectangle(5.5, 5.5, 8.5, 7.5))),
        LabelledRegion("crack", (rectangle(30.5, 24.5, 40.5, 34.5),)),
        LabelledRegion("burn mark", (np.array([(30.0, 30), (44, 22), (50, 37)]),)),
    )
    line = LabelledRegion("crack", (np.array([(2.0, 2), (20, 2)]),))
    return Dataset(
        TYPES,
        (
            make_photo(folder, "a/one.png", 1, regions=regions, item="i1", lot="l1", split="train"),
            make_photo(folder, "two.png", 2, regions=(line,), product="bowl", split="val"),
            make_photo(folder, "three.png", 3),
        ),
    )
