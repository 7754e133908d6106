"""Fitting shapes to an outline in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

Array = npt.NDArray[np.float64]

_BIN_MM = 1.0
"""Outline points are averaged over this stretch before extremes are taken, against noise."""


_DEPTH_MM = 2.0
"""Points farther than this from the outermost one have no part in an extreme."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A fitted circle; `residual_mm` is the RMS distance of the points that were used."""

    centre_mm: tuple[float, float]
    radius_mm: float
    residual_mm: float


@dataclass(frozen=True, slots=True)
class Line:
    """A fitted line through `point_mm` along the unit vector `direction`, each `(2,)`.

    `residual_mm` is the RMS distance of the points that were used.
    """

    point_mm: Array
    direction: Array
    residual_mm: float


@dataclass(frozen=True, slots=True)
class Box:
    """The smallest rectangle around an outline, as two callipers would close on it.

    `axis` is the unit vector along the length; `centre_mm` the rectangle's centre.
    """

    centre_mm: tuple[float, float]
    axis: tuple[float, float]
    length_mm: float
    width_mm: float


def fit_circle(points_mm: Array) -> Circle:
    """Fit a circle by least squares on the geometric distance, robust against a chip.

    Source: soft-L1 loss on the orthogonal distance, started from the algebraic fit of
    Kåsa (1976).

    Args:
        points_mm: `(N, 2)`, at least three.

    Raises:
        ValueError: fewer than three points.
    """
    if len(points_mm) < 3:
        raise ValueError(f"a circle needs three points, got {len(points_mm)}")
    origin = points_mm.mean(axis=0)
    local = points_mm - origin
    design = np.column_stack([2 * local, np.ones(len(local))])
    cx, cy, rest = np.linalg.lstsq(design, (local**2).sum(axis=1), rcond=None)[0]
    start = np.array([cx, cy, np.sqrt(max(rest + cx**2 + cy**2, 1e-12))])

    def distances(parameters: Array) -> Array:
        across, along = local[:, 0] - parameters[0], local[:, 1] - parameters[1]
        return np.asarray(np.hypot(across, along) - parameters[2])

    scale = max(1.4826 * float(np.median(np.abs(distances(start)))), 1e-3)
    solution = least_squares(distances, start, loss="soft_l1", f_scale=scale)
    residual = distances(solution.x)
    used = np.abs(residual) < 4 * scale
    x, y, radius = (float(v) for v in solution.x)
    rms = float(np.sqrt(np.mean(residual[used] ** 2))) if used.any() else float("inf")
    return Circle((x + float(origin[0]), y + float(origin[1])), radius, rms)


def fit_box(points_mm: Array) -> Box:
    """Fit the minimum-area rectangle, its sides placed on averaged outline points.

    Args:
        points_mm: `(N, 2)`, at least three, not on one line.

    Raises:
        ValueError: fewer than three points.
    """
    if len(points_mm) < 3:
        raise ValueError(f"a box needs three points, got {len(points_mm)}")
    origin = points_mm.mean(axis=0)
    corners = cv2.boxPoints(cv2.minAreaRect((points_mm - origin).astype(np.float32)))
    sides = np.diff(np.asarray(corners, np.float64)[:3], axis=0)
    longer = sides[int(np.argmax(np.linalg.norm(sides, axis=1)))]
    axis = longer / max(float(np.linalg.norm(longer)), 1e-12)
    across = np.array([-axis[1], axis[0]])
    along_t, across_t = (points_mm - origin) @ axis, (points_mm - origin) @ across
    low_a, high_a = extremes(along_t, across_t)
    low_c, high_c = extremes(across_t, along_t)
    length, width = high_a - low_a, high_c - low_c
    centre = origin + axis * (low_a + high_a) / 2 + across * (low_c + high_c) / 2
    if width > length:
        length, width, axis = width, length, across
    return Box(
        (float(centre[0]), float(centre[1])),
        (float(axis[0]), float(axis[1])),
        float(length),
        float(width),
    )


def fit_line(points_mm: Array) -> Line:
    """Fit a straight line by least squares on the orthogonal distance, without a chip's points.

    Args:
        points_mm: `(N, 2)`, at least two different ones.
    """
    used = points_mm
    for _ in range(3):
        middle = used.mean(axis=0)
        direction = np.linalg.svd(used - middle, full_matrices=False)[2][0]
        across = np.array([-direction[1], direction[0]])
        distance = np.abs((points_mm - middle) @ across)
        keep = distance <= max(4 * 1.4826 * float(np.median(distance)), 1e-6)
        if keep.sum() == len(used):
            break
        used = points_mm[keep]
    residual = float(np.sqrt(np.mean(((used - middle) @ across) ** 2)))
    return Line(middle, direction, residual)


def extremes(values: Array, positions: Array) -> tuple[float, float]:
    """Return least and greatest of `(N,)` values, averaged over 1 mm stretches of `positions`.

    Only points near an extreme count for it: what lies beside the end of a bent or oblique item
    is not its end.
    """
    near, far = values < values.min() + _DEPTH_MM, values > values.max() - _DEPTH_MM
    low = _stretch_means(values[near], positions[near]).min()
    high = _stretch_means(values[far], positions[far]).max()
    return float(low), float(high)


def _stretch_means(values: Array, positions: Array) -> Array:
    stretch = np.floor((positions - positions.min()) / _BIN_MM).astype(int)
    count = np.bincount(stretch)
    return np.bincount(stretch, values)[count > 0] / count[count > 0]
