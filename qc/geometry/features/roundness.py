"""Roundness of the outline."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from qc.geometry.features.shape import Found, Shape

Array = npt.NDArray[np.float64]

_SAMPLES = 720
_CUTOFF_UPR = 50
"""Undulations per revolution that the filter halves: ISO 12181-2, Gaussian filter."""

_ALPHA = 0.4697
"""Of the Gaussian profile filter, ISO 16610-21: sqrt(ln 2 / π)."""

_SIGMA = _ALPHA / np.sqrt(2 * np.pi) * _SAMPLES / _CUTOFF_UPR
_DRAWN = 73


def roundness(shape: Shape) -> Found:
    """Return the peak-to-valley deviation from the least-squares reference circle.

    Source: ISO 12181-1 (RONt by LSCI), after the Gaussian filter of 50 undulations per
    revolution of ISO 12181-2.
    """
    centre, radius = least_squares_circle(shape.outline_mm)
    away = shape.outline_mm - centre
    angle = np.arctan2(away[:, 1], away[:, 0])
    order = np.argsort(angle)
    at = np.linspace(-np.pi, np.pi, _SAMPLES, endpoint=False)
    deviation = np.interp(
        at, angle[order], np.linalg.norm(away, axis=1)[order] - radius, period=2 * np.pi
    )
    smooth = gaussian_filter1d(deviation, _SIGMA, mode="wrap")
    turn = np.linspace(0, 2 * np.pi, _DRAWN)
    circle = centre + radius * np.column_stack([np.cos(turn), np.sin(turn)])
    return Found(float(np.ptp(smooth)), circle)


def least_squares_circle(points_mm: Array) -> tuple[Array, float]:
    """Return centre `(2,)` and radius of the circle with the least sum of squared distances.

    Unlike `fit_circle` it lets every point count, as the standard asks: a flat is out of round.
    """
    centre = points_mm.mean(axis=0)
    for _ in range(12):
        away = points_mm - centre
        distance = np.linalg.norm(away, axis=1)
        design = np.column_stack([away / distance[:, None], np.ones(len(away))])
        dx, dy, radius = np.linalg.lstsq(design, distance, rcond=None)[0]
        centre = centre + np.array([dx, dy])
        if np.hypot(dx, dy) < 1e-9:
            break
    return centre, float(radius)
