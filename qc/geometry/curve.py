"""Closed curves of pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

Array = npt.NDArray[np.float64]

SPACING_PX = 1.5
_MOST_POINTS = 2400


def resample(points: Array, *, hole: bool = False) -> tuple[Array, Array]:
    """Space a closed curve `(N, 2)` evenly; return points and unit normals that point off the item.

    Args:
        points: in order, either way round.
        hole: the item lies outside.
    """
    closed = np.vstack([points, points[:1]])
    lengths = np.linalg.norm(np.diff(closed, axis=0), axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    count = int(np.clip(travelled[-1] / SPACING_PX, 64, _MOST_POINTS))
    at = np.linspace(0, travelled[-1], count, endpoint=False)
    even = np.column_stack([np.interp(at, travelled, closed[:, k]) for k in (0, 1)])
    smooth = gaussian_filter1d(even, 2.0, axis=0, mode="wrap")
    tangent = np.roll(smooth, -1, axis=0) - np.roll(smooth, 1, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    normal = np.column_stack([tangent[:, 1], -tangent[:, 0]])
    x, y = even[:, 0], even[:, 1]
    doubled_area = float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    return even, normal if (doubled_area > 0) is not hole else -normal


def there_and_back(points: Array, *, right: bool) -> tuple[Array, Array]:
    """Space a line evenly that is followed there and back; return points and unit normals.

    Args:
        points: `(2 N, 2)`, the second half the first one in reverse.
        right: the normals point to the right of the way there, in pixels with y down.
    """
    once = len(points) // 2
    line = (points[:once] + points[once:][::-1]) / 2
    lengths = np.linalg.norm(np.diff(line, axis=0), axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    count = int(np.clip(travelled[-1] / SPACING_PX, 32, _MOST_POINTS // 2))
    at = np.linspace(0, travelled[-1], count)
    even = np.column_stack([np.interp(at, travelled, line[:, k]) for k in (0, 1)])
    tangent = np.gradient(gaussian_filter1d(even, 2.0, axis=0, mode="nearest"), axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    normal = np.column_stack([tangent[:, 1], -tangent[:, 0]]) * (1.0 if right else -1.0)
    return np.concatenate([even, even[::-1]]), np.concatenate([normal, normal[::-1]])


def bridged(values: Array, good: npt.NDArray[np.bool_]) -> Array:
    """Fill what is not good from both neighbours along the closed curve."""
    at = np.arange(len(values))
    return np.asarray(np.interp(at, at[good], values[good], period=len(values)))
