"""How far apart two parts lie."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import savgol_filter
from scipy.spatial import cKDTree

from qc.geometry.features.shape import FeatureError, Found, Shape

Array = npt.NDArray[np.float64]

_WINDOW_POINTS = 9
"""The least of many noisy distances is too small; parabolas through neighbours are hardly, and
keep a corner's radius."""


def gap(shape: Shape) -> Found:
    """Return the least distance to the next part on the right.

    Raises:
        FeatureError: there is no next part.
    """
    if shape.next_mm is None:
        raise FeatureError("feature-no-neighbour")
    here, there = _smooth(shape.outline_mm), _smooth(shape.next_mm)
    distances, nearest = (np.atleast_1d(a) for a in cKDTree(there).query(here))
    at = int(np.argmin(distances))
    return Found(float(distances[at]), np.array([here[at], there[nearest[at]]]))


def _smooth(outline_mm: Array) -> Array:
    return np.asarray(savgol_filter(outline_mm, _WINDOW_POINTS, 2, axis=0, mode="wrap"))
