"""Straightness: the bow of a side, the warp of a stick."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from qc.geometry.features.frame import ItemFrame
from qc.geometry.features.shape import FeatureError, Found, Shape
from qc.spec.dimension import Straightness

Array = npt.NDArray[np.float64]

_CUTOFF_MM = 8.0
"""Wavelength that the profile filter halves (ISO 12780-2): grain and pixels are not form."""

_SIGMA_PER_CUTOFF = 0.1874
"""sqrt(ln 2 / π) / sqrt(2 π), of the Gaussian filter of ISO 16610-21."""

_MIN_CUTOFFS = 4
"""Length that must remain, in wavelengths of the filter."""

_STEP_MM = 0.5


def straightness(shape: Shape, dimension: Straightness) -> list[Found]:
    """Return the peak-to-valley deviation from the least-squares line.

    Source: ISO 12780-1 (STRt by LSLI).

    Returns:
        One value for the axis, two for the sides.

    Raises:
        FeatureError: the item is too short to say.
    """
    frame = ItemFrame.of(shape.outline_mm)
    low, high = frame.ends_mm[0] + dimension.ends_mm, frame.ends_mm[1] - dimension.ends_mm
    count = int((high - low) / _STEP_MM) + 1
    if high - low < _MIN_CUTOFFS * _CUTOFF_MM:
        raise FeatureError("feature-beyond-item")
    along = np.linspace(low, high, count)
    right, left = (_profile(side, along) for side in frame.sides)
    courses = [(right + left) / 2] if dimension.of == "axis" else [right, left]
    return [_deviation(frame, along, course) for course in courses]


def _profile(side: Array, along: Array) -> Array:
    order = np.argsort(side[:, 0])
    return np.asarray(np.interp(along, side[order, 0], side[order, 1]))


def _deviation(frame: ItemFrame, along: Array, course: Array) -> Found:
    sigma = _SIGMA_PER_CUTOFF * _CUTOFF_MM / (along[1] - along[0])
    line = np.polyval(np.polyfit(along, course, 1), along)
    # The line is taken off first, so that the filter has nothing to bend at the ends.
    departure = gaussian_filter1d(course - line, sigma, mode="nearest")
    departure -= np.polyval(np.polyfit(along, departure, 1), along)
    shown = np.linspace(0, len(along) - 1, 25).astype(int)
    return Found(float(np.ptp(departure)), frame.to_mat(along[shown], course[shown]))
