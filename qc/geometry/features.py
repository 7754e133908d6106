"""What can be measured on an outline: one function a feature.

A feature takes the outline in millimetres on the plane of its height, `(N, 2)` in order, and
returns its value with the two points between which it was taken. To add one, write the function,
register it, and prove it on outlines of known size in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from qc.geometry.fit import fit_box, fit_circle

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FeatureValue:
    """A value and its `(2, 2)` end points in the mat frame, millimetres."""

    value_mm: float
    ends_mm: Array


def length(outline_mm: Array) -> FeatureValue:
    """Long side of the smallest rectangle around the outline."""
    box = fit_box(outline_mm)
    return _centred(box.centre_mm, box.axis, box.length_mm)


def width(outline_mm: Array) -> FeatureValue:
    """Short side of the smallest rectangle around the outline."""
    box = fit_box(outline_mm)
    return _centred(box.centre_mm, (-box.axis[1], box.axis[0]), box.width_mm)


def diameter(outline_mm: Array) -> FeatureValue:
    """Diameter of the least-squares circle."""
    circle = fit_circle(outline_mm)
    return _centred(circle.centre_mm, (1.0, 0.0), 2 * circle.radius_mm)


FEATURES: Final[dict[str, Callable[[Array], FeatureValue]]] = {
    "length": length,
    "width": width,
    "diameter": diameter,
}


def _centred(centre: tuple[float, float], axis: tuple[float, float], value: float) -> FeatureValue:
    half = np.multiply(axis, value / 2)
    return FeatureValue(value, np.array([centre - half, centre + half]))
