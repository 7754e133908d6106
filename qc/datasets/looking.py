"""A labelled photo as a detector is shown it: at its scale, the surroundings hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.datasets.model import DatasetPhoto
from qc.datasets.rings import Mask, Ring, draw_rings
from qc.defects.detector import DefectMap, Detector
from qc.defects.regions import HIGH, LOW, Region, find_regions
from qc.defects.surface import hide_surroundings, surface_regions
from qc.defects.unscaled import map_unscaled
from qc.errors import DatasetError, PhotoError
from qc.photo import decode_photo

_MARGIN_PX: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One photo at a detector's scale.

    Attributes:
        pixels: `(H, W, 3)` sRGB, surroundings of the item hidden.
        item: `(H, W)` true on the item; None where the whole photo counts.
        truths: `(H, W)` number of the photo's region at each pixel, from 1; 0 where there is none.
        scale: pixels here per pixel of the photo.
        origin: of these pixels in the photo, `(x, y)`.
        scaled: whether the pixels have the detector's scale; else nobody knows theirs.
    """

    pixels: NDArray[np.uint8]
    item: Mask | None
    truths: NDArray[np.int32]
    scale: float
    origin: tuple[float, float]
    scaled: bool

    def map(self, detector: Detector) -> DefectMap:
        """Run a detector."""
        return detector.map(self.pixels) if self.scaled else map_unscaled(detector, self.pixels)

    def regions(
        self, maps: DefectMap, mm_per_px: float, *, low: float = LOW, high: float = HIGH
    ) -> list[Region]:
        """Find instances, their polygons in these pixels."""
        if self.item is None:
            return find_regions(maps, low=low, high=high, scale=mm_per_px)
        return surface_regions(maps, self.item, mm_per_px, low=low, high=high)

    def to_photo(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn points of these pixels into points of the photo."""
        return np.asarray((points + 0.5) / self.scale - 0.5 + np.array(self.origin))


def look_at(photo: DatasetPhoto, mm_per_px: float) -> Look:
    """Read a photo and bring it to a scale; one of unknown scale stays as it is.

    Raises:
        DatasetError: the photo cannot be read, or is of another size than its labels.
    """
    try:
        decoded = decode_photo(photo.path.read_bytes())
    except OSError as error:
        raise DatasetError(f"{photo.path}: {error.strerror}", fix="Fetch it again.") from error
    except PhotoError as error:
        raise DatasetError(f"{photo.path}: {error.message}", fix=error.fix) from error
    if (decoded.height_px, decoded.width_px) != photo.shape:
        raise DatasetError(
            f"{photo.path} is {decoded.width_px}×{decoded.height_px}, its labels are for "
            f"{photo.width_px}×{photo.height_px}",
            fix="Take the photo that was labelled.",
        )
    left, top, right, bottom = _window(photo)
    cut = decoded.pixels[top:bottom, left:right]
    scale = photo.mm_per_px / mm_per_px if photo.mm_per_px else 1.0
    width, height = (max(1, round(side * scale)) for side in (cut.shape[1], cut.shape[0]))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    pixels = np.asarray(cv2.resize(cut, (width, height), interpolation=how), np.uint8)

    def here(rings: tuple[Ring, ...]) -> list[Ring]:
        return [(ring - np.array([left, top]) + 0.5) * scale - 0.5 for ring in rings]

    item = None
    if photo.outlines:
        item = draw_rings(here(photo.outlines), (height, width))
        pixels = hide_surroundings(pixels, item)
    truths = np.zeros((height, width), np.int32)
    for number, region in enumerate(photo.regions, start=1):
        truths[draw_rings(here(region.rings), (height, width))] = number
    return Look(pixels, item, truths, scale, (left, top), photo.mm_per_px is not None)


def covered(own: NDArray[np.bool_], truths: NDArray[np.int32], labels: int) -> NDArray[np.float64]:
    """Share of each labelled region that a finding covers."""
    areas = np.bincount(truths.ravel(), minlength=labels + 1)
    hidden = np.bincount(truths[own], minlength=labels + 1)
    return np.asarray((hidden / np.maximum(areas, 1))[1:])


def inside(region: Region, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Draw an instance as a mask of a shape."""
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [np.rint(region.polygon).astype(np.int32)], (1,))
    return canvas.astype(bool)


def _window(photo: DatasetPhoto) -> tuple[int, int, int, int]:
    if not photo.outlines:
        return 0, 0, photo.width_px, photo.height_px
    points = np.concatenate(photo.outlines)
    left, top = np.maximum(np.floor(points.min(axis=0)).astype(int) - _MARGIN_PX, 0).tolist()
    right, bottom = (np.ceil(points.max(axis=0)).astype(int) + _MARGIN_PX).tolist()
    return left, top, min(right, photo.width_px), min(bottom, photo.height_px)
