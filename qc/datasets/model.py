"""What every format of labelled photos is read into and written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np

from qc.datasets.rings import Mask, Ring, draw_rings
from qc.errors import DatasetError

Split = Literal["train", "val", "test"]
SPLITS: Final[tuple[Split, ...]] = ("train", "val", "test")


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRegion:
    """One defect; `rings` as in `qc.datasets.rings`.

    `box` where somebody drew no outline but a rectangle: such a label says that a defect is in
    there, not which pixels it has.
    """

    type: str
    rings: tuple[Ring, ...]
    box: bool = False

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        points = np.concatenate(self.rings)
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return left, top, right, bottom


@dataclass(frozen=True, slots=True, eq=False)
class DatasetPhoto:
    """A photo with all its defects.

    Attributes:
        path: where it lies.
        name: its path within the data set, with `/`.
        width_px: as the photo is decoded, upright.
        height_px: likewise.
        regions: every defect; a photo without is a good one.
        false_alarms: regions that an inspector called defects and a person did not.
        product: the product line it shows, where known.
        item: the physical piece it shows; photos of one are never split.
        lot: the lot the item came in.
        split: the part it is assigned to.
        mm_per_px: scale at the item; None is unknown.
        outlines: of the item's parts; empty where the whole photo counts.
    """

    path: Path
    name: str
    width_px: int
    height_px: int
    regions: tuple[LabelledRegion, ...] = ()
    false_alarms: tuple[LabelledRegion, ...] = ()
    product: str | None = None
    item: str | None = None
    lot: str | None = None
    split: Split | None = None
    mm_per_px: float | None = None
    outlines: tuple[Ring, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.height_px, self.width_px

    def masks(self) -> dict[str, Mask]:
        """Draw a mask `(H, W)` of each type that occurs."""
        drawn: dict[str, Mask] = {}
        for region in self.regions:
            mask = draw_rings(region.rings, self.shape)
            drawn[region.type] = drawn[region.type] | mask if region.type in drawn else mask
        return drawn


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Labelled photos; `types` in the order of the format they came from."""

    types: tuple[str, ...]
    photos: tuple[DatasetPhoto, ...]
    format: str = "memory"

    def regions(self) -> Iterator[tuple[DatasetPhoto, LabelledRegion]]:
        """Give every region with its photo."""
        return ((photo, region) for photo in self.photos for region in photo.regions)

    def of_split(self, split: Split) -> tuple[DatasetPhoto, ...]:
        """List the photos of one part."""
        return tuple(photo for photo in self.photos if photo.split == split)


@dataclass(slots=True)
class Losses:
    """What a format could not hold, counted by what it was."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str) -> None:
        """Count one more."""
        self.counts[what] = self.counts.get(what, 0) + 1


def split_of(name: str) -> Split | None:
    """Return the part that a folder's name means, by the usual names."""
    usual: dict[str, Split] = {
        "train": "train",
        "training": "train",
        "val": "val",
        "valid": "val",
        "validation": "val",
        "test": "test",
    }
    return usual.get(name.lower())


def require_types(types: tuple[str, ...], where: object) -> None:
    """Refuse a list of types that cannot be told apart.

    Raises:
        DatasetError: a name is empty or stands twice.
    """
    for name in types:
        if not name.strip() or types.count(name) > 1:
            raise DatasetError(
                f"{where}: type {name!r} is empty or stands twice",
                fix="Give every type a name of its own.",
            )
