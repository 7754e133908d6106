"""How far apart two parts lie."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import correlate1d
from scipy.spatial import cKDTree

from qc.geometry.features.shape import FeatureError, Found, Shape

Array = npt.NDArray[np.float64]

_PARABOLA = np.array([-21, 14, 39, 54, 59, 54, 39, 14, -21]) / 231
"""The middle of a parabola through nine points (A. Savitzky and M. J. E. Golay, Anal. Chem. 36,
1964, table I): the least of many noisy distances is too small, parabolas through neighbours are
hardly so, and keep a corner's radius."""


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
    return np.asarray(correlate1d(outline_mm, _PARABOLA, axis=0, mode="wrap"))
