"""The item's surface before the detector: what lies beyond the outline is hidden."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.detector import DefectMap, Detector, score_of
from qc.defects.regions import HIGH, LOW, Region, find_regions
from qc.defects.tiling import around
from qc.photo import median_colour

_RIM_MM = 0.7
"""Width of the outline's own transition, in which nothing is called a defect by itself."""


def hide_surroundings(pixels: NDArray[np.uint8], item: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Replace everything outside the item with the item's median colour.

    The detector is trained on pictures prepared by this function, so that neither the mat nor
    the table looks like a defect, and a gap in the outline still shows as a gap.

    Args:
        pixels: `(H, W, 3)` sRGB.
        item: `(H, W)` true on the item.

    Returns:
        A copy of `pixels`; unchanged where the item is empty.
    """
    if not item.any():
        return pixels.copy()
    # The outermost pixels mix the item with its surroundings.
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    pure = cv2.erode(item.astype(np.uint8), kernel, borderValue=1).astype(bool)
    inside = np.flatnonzero(pure if pure.any() else item)
    sample = pixels.reshape(-1, 3)[inside[:: max(1, len(inside) // 20_000)]]
    # A row at a time: numpy spreads three bytes over a picture ten times more slowly.
    row = np.empty_like(pixels[:1])
    row[:] = median_colour(sample).astype(np.uint8)
    hidden = np.repeat(row, len(pixels), axis=0)
    return np.asarray(cv2.copyTo(pixels, pure.astype(np.uint8), hidden), np.uint8)


def find_defects(
    detector: Detector, pixels: NDArray[np.uint8], item: NDArray[np.bool_]
) -> tuple[list[Region], float]:
    """Find the defects on an item's surface, and score the surface as a whole.

    Args:
        detector: the detector.
        pixels: `(H, W, 3)` sRGB at the detector's scale.
        item: `(H, W)` true on the item.

    Returns:
        Instances with sizes in mm and polygons in pixels of `pixels`; one that lies within
        0.7 mm of the outline only is the outline. And the surface's score without that rim, 0 to
        1, as `DefectMap.score`.
    """
    # Only the box around the item is worked on.
    window = around(item, detector.release.stride_px)
    corner = (window[1].start, window[0].start)
    item = item[window]
    maps = detector.map(hide_surroundings(pixels[window], item), item)
    inner = _inner(item, detector.mm_per_px)
    regions = find_regions(maps, item, reaching=inner, scale=detector.mm_per_px)
    return [region.moved(*corner) for region in regions], score_of(maps.any_type[inner])


def surface_regions(
    maps: DefectMap,
    item: NDArray[np.bool_],
    mm_per_px: float,
    *,
    low: float = LOW,
    high: float = HIGH,
) -> list[Region]:
    """Find the instances on an item's surface in its maps; limits as in `find_regions`."""
    reaching = _inner(item, mm_per_px)
    return find_regions(maps, item, reaching=reaching, scale=mm_per_px, low=low, high=high)


def _inner(item: NDArray[np.bool_], mm_per_px: float) -> NDArray[np.bool_]:
    """Tell the item without the transition of its outline.

    That is where no pixel beside the item is within reach, found in a tenth of the time that the
    distance to the nearest takes.
    """
    reach_px = int(_RIM_MM / mm_per_px) + 1
    middle = np.ones((2 * reach_px + 1, 2 * reach_px + 1), np.uint8)
    middle[reach_px, reach_px] = 0
    within = cv2.distanceTransform(middle, cv2.DIST_L2, 3) * mm_per_px <= _RIM_MM
    return np.asarray(cv2.erode(item.astype(np.uint8), within.astype(np.uint8)), bool)
