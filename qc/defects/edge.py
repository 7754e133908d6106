"""Chips that the outline shows: bites out of the edge, beside what the network sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.regions import Region
from qc.geometry.notch import Notch
from qc.geometry.rectify import Plane

CHIP = "chip"
_TOUCH_MM = 1.5
"""A broken face seen by the network this near to a notch belongs to it."""


def add_notches(regions: Sequence[Region], notches: Sequence[Notch], plane: Plane) -> list[Region]:
    """Add the outline's notches to the network's regions, each chip once.

    Where both see the same chip the two are independent witnesses: it is larger than either
    saw, and as sure as both together.

    Args:
        regions: of the surface, polygons in pixels of `plane`.
        notches: of the outline, on the same plane.
        plane: of the surface patch.

    Returns:
        All regions, the most probable first.
    """
    kept = list(regions)
    for notch in notches:
        chip = _region(notch, plane)
        for other in [r for r in kept if r.type == CHIP and _touch(r, chip, plane)]:
            kept.remove(other)
            chip = replace(
                max(chip, other, key=lambda r: r.area),
                probability=1 - (1 - chip.probability) * (1 - other.probability),
            )
        kept.append(chip)
    return sorted(kept, key=lambda region: -region.probability)


def notch_probability(depth_mm: float, limit_mm: float) -> float:
    """How sure a notch is: at least even at the limit, by Chebyshev's inequality beyond it.

    The chance that an edge strays by `depth_mm` falls with the square of the depth whatever the
    distribution is, which is more cautious than trusting the tails of a normal one.
    """
    return 1 - 0.5 * min(1.0, limit_mm / depth_mm) ** 2


def _region(notch: Notch, plane: Plane) -> Region:
    return Region(
        type=CHIP,
        probability=notch_probability(notch.depth_mm, notch.limit_mm),
        polygon=plane.to_raster(notch.polygon_mm),
        length=notch.length_mm,
        width=notch.depth_mm,
        area=notch.area_mm2,
    )


def _touch(first: Region, second: Region, plane: Plane) -> bool:
    reach = 2 * round(_TOUCH_MM / plane.mm_per_px) + 1
    near = cv2.dilate(
        _filled(first, plane), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    )
    return bool(np.logical_and(near, _filled(second, plane)).any())


def _filled(region: Region, plane: Plane) -> NDArray[np.uint8]:
    mask = np.zeros(plane.shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(region.polygon).astype(np.int32)], (1,))
    return mask
