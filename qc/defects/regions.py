"""From probability maps to defect instances.

A region is grown from its seeds by hysteresis (Canny, 1986): it extends to all connected pixels at
which its type is the most probable one and reaches the low threshold, so that a crack which fades
in between stays one crack. One of them must be a defect of any type with the high probability.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist

from qc.defects.detector import DefectMap
from qc.defects.tiling import around

LOW = 0.3
HIGH = 0.5
_MIN_AREA_PX = 4
_STRONGEST_SHARE = 0.1
"""The instance's probability is the mean of its strongest tenth: one hot pixel decides nothing."""


@dataclass(frozen=True, slots=True)
class Region:
    """A defect instance on the map's raster.

    `probability` is that of a defect, whatever its type; `polygon` `(N, 2)` (x, y) its outline
    through pixel centres; `length`, `width` and `area` in the map's pixels, or in mm (mm²) once
    scaled.
    """

    type: str
    probability: float
    polygon: NDArray[np.float64]
    length: float
    width: float
    area: float

    def moved(self, right_px: int, down_px: int) -> Region:
        """Return the same instance on a raster that begins so much farther to the upper left."""
        return replace(self, polygon=self.polygon + np.array([right_px, down_px]))


def find_regions(
    maps: DefectMap,
    allowed: NDArray[np.bool_] | None = None,
    *,
    reaching: NDArray[np.bool_] | None = None,
    scale: float = 1.0,
    low: float = LOW,
    high: float = HIGH,
) -> list[Region]:
    """Find the instances in probability maps, the most probable first.

    Args:
        maps: of `(types, H, W)`.
        allowed: `(H, W)` where a defect may lie; None means everywhere.
        reaching: `(H, W)` of which an instance must hold a pixel; None means any.
        scale: unit of length per pixel: mm/px gives sizes in mm, 1 gives pixels.
        low: probability to which a region extends.
        high: probability that it must reach.
    """
    if float(maps.any_type.max(initial=0)) < high:
        return []
    # Few pixels of most items are suspicious at all, and no type is surer than any of them. What
    # lies farther from them than the window's margin closes no gap.
    window = around(maps.any_type >= low)
    left, top = window[1].start, window[0].start
    probability, any_type = maps.within(window), maps.any_type[window]
    strongest = probability.max(axis=0)
    if allowed is not None:
        strongest = np.where(allowed[window], strongest, 0)
    reached = None if reaching is None else reaching[window]
    suspicious = strongest >= low
    winner = probability[:, suspicious].argmax(axis=0)
    defective = any_type[suspicious]
    regions: list[Region] = []
    for channel, name in enumerate(maps.types):
        values = np.where(winner == channel, defective, 0)
        if float(values.max(initial=0)) < high:
            continue
        own = np.zeros_like(strongest)
        own[suspicious] = values
        # One dark grain line or a change of type must not cut a crack in two.
        extent = cv2.morphologyEx(
            (own >= low).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
        )
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            np.asarray(extent), connectivity=8
        )
        for label in range(1, count):
            x, y, w, h, area = (int(v) for v in stats[label])
            box = (slice(y, y + h), slice(x, x + w))
            inside = labels[box] == label
            values = own[box][inside]
            if area < _MIN_AREA_PX or float(values.max()) < high:
                continue
            if reached is not None and not reached[box][inside].any():
                continue
            regions.append(_region(name, inside, values, (left + x, top + y), scale))
    return sorted(regions, key=lambda region: -region.probability)


def _region(
    name: str,
    inside: NDArray[np.bool_],
    values: NDArray[np.float32],
    origin: tuple[int, int],
    scale: float,
) -> Region:
    contours, _ = cv2.findContours(
        inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    outline = max(contours, key=len).reshape(-1, 2).astype(np.float64)
    width, length = _feret(outline)
    count = max(1, round(_STRONGEST_SHARE * values.size))
    # The outline runs through pixel centres and so misses half a pixel on every side.
    return Region(
        type=name,
        probability=float(np.sort(values)[-count:].mean()),
        polygon=_simplified(outline) + origin,
        length=(length + 1) * scale,
        width=(width + 1) * scale,
        area=values.size * scale**2,
    )


def size_of_outline(outline: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return length, width and area of an outline that a person drew.

    Args:
        outline: `(N, 2)` (x, y), N at least 3, as a closed polygon.

    Returns:
        Greatest and least Feret diameter, and the area enclosed, in the outline's unit.
    """
    width, length = _feret(outline)
    area = float(cv2.contourArea(outline.astype(np.float32)))
    return length, width, area


def _feret(outline: NDArray[np.float64]) -> tuple[float, float]:
    """Return the least and the greatest distance between parallel tangents.

    The least lies across an edge of the hull (Houle and Toussaint, 1988): steps of angle would
    miss it, and one degree across a crack of 200 px is 3.5 px of width.
    """
    hull = cv2.convexHull(outline.astype(np.float32)).reshape(-1, 2).astype(np.float64)
    edges = np.roll(hull, -1, axis=0) - hull
    normals = np.column_stack([-edges[:, 1], edges[:, 0]])
    across = hull @ (normals / np.linalg.norm(normals, axis=1, keepdims=True)).T
    return float(np.ptp(across, axis=0).min()), float(pdist(hull).max())


def _simplified(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    simple = cv2.approxPolyDP(outline.astype(np.float32), 0.7, True)
    return np.asarray(simple, np.float64).reshape(-1, 2)
