"""Fitting shapes to an outline in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_DEPTH_MM = 0.2
"""Points farther than this from the outermost ones have no part in an extreme."""

_OUTLYING_MM = 2.0
_BIN_MM = 1.0
"""Least stretch over which points are averaged."""

_WINDOWS = 5
_WINDOW_SHARE = 1 / 3
"""An extreme is the greatest mean of so many windows, each over that share of the points near it:
the noise of single points would always add to it, and a warped side has its extreme somewhere."""

_CIRCLE_ROUNDS, _CIRCLE_SETTLED_MM = 40, 1e-6
_RIDGE = 1e-12 * np.eye(3)
"""Points on one line have no circle. It is relative to what is solved."""

_SLENDER = 2.0
"""Length over width from which the principal axis is an outline's own."""


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
    """The rectangle around an outline, as two callipers would close on it.

    `axis` is the unit vector along the length; `centre_mm` the rectangle's centre.
    """

    centre_mm: tuple[float, float]
    axis: tuple[float, float]
    length_mm: float
    width_mm: float


def fit_circle(points_mm: Array) -> Circle:
    """Fit a circle by least squares on the geometric distance, robust against a chip.

    Source: soft-L1 loss on the orthogonal distance, minimised from the algebraic fit of Kåsa
    (1976) by iteratively reweighted least squares (Holland & Welsch 1977), near the end with the
    loss's own curvature (Triggs et al. 2000, section 4.3). It runs dozens of times in every
    inspection, in a twentieth of the time that a general solver takes.

    Args:
        points_mm: `(N, 2)`, at least three.

    Raises:
        ValueError: fewer than three points.
    """
    if len(points_mm) < 3:
        raise ValueError(f"a circle needs three points, got {len(points_mm)}")
    x, y = points_mm.T.copy()  # rows: numpy takes means along columns ten times more slowly
    origin = (x.mean(), y.mean())
    x -= origin[0]
    y -= origin[1]
    design = np.stack([x, y, np.ones_like(x)])
    squared = x * x + y * y
    moments = design @ design.T
    ridge = _RIDGE * np.trace(moments)
    twice_cx, twice_cy, rest = np.linalg.solve(moments + ridge, design @ squared)
    cx, cy = twice_cx / 2, twice_cy / 2
    radius = float(np.sqrt(max(rest + cx**2 + cy**2, 1e-12)))
    scale, near = 0.0, False
    for _ in range(_CIRCLE_ROUNDS):
        dx, dy = x - cx, y - cy
        distance = np.maximum(np.sqrt(dx * dx + dy * dy), 1e-12)
        residual = distance - radius
        scale = scale or max(1.4826 * _median(np.abs(residual)), 1e-3)
        curved = 1 / (1 + (residual / scale) ** 2)
        slope = np.sqrt(curved)
        design[0], design[1] = dx / distance, dy / distance
        # Only near the end does the loss curve as it does there.
        normal = (design * (curved * slope if near else slope)) @ design.T
        step = np.linalg.solve(normal + len(x) * _RIDGE, design @ (slope * residual))
        cx, cy, radius = cx + step[0], cy + step[1], radius + float(step[2])
        moved_mm = np.abs(step).max()
        if moved_mm < _CIRCLE_SETTLED_MM:
            break
        near = moved_mm < scale
    used = residual[np.abs(residual) < 4 * scale]
    rms = float(np.sqrt(used @ used / len(used))) if len(used) else float("inf")
    return Circle((float(cx + origin[0]), float(cy + origin[1])), radius, rms)


def _median(values: Array) -> float:
    """Return the upper median, in a third of the time that numpy takes for the mean of both."""
    middle = len(values) // 2
    return float(np.partition(values, middle)[middle])


def fit_box(points_mm: Array) -> Box:
    """Fit a rectangle, its sides placed on averaged outline points.

    Its length lies along the principal axis of a slender outline, else along a side of the
    minimum-area rectangle: around a spoon the smallest rectangle is an oblique one, on a square
    the principal axis may lie anywhere.

    Args:
        points_mm: `(N, 2)`, at least three, not on one line.

    Raises:
        ValueError: fewer than three points.
    """
    if len(points_mm) < 3:
        raise ValueError(f"a box needs three points, got {len(points_mm)}")
    origin = points_mm.mean(axis=0)
    axis = _box_axis(points_mm - origin)
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


def _box_axis(points: Array) -> Array:
    hull = convex_hull(points)
    _, spread = area_moments(hull)
    variances, axes = np.linalg.eigh(spread)
    if variances[1] > _SLENDER**2 * variances[0]:
        axis = np.asarray(axes[:, 1])
        return axis if axis @ [1.0, 0.3] >= 0 else -axis
    corners = cv2.boxPoints(cv2.minAreaRect(hull.astype(np.float32)))
    sides = np.diff(np.asarray(corners, np.float64)[:3], axis=0)
    longer = sides[int(np.argmax(np.linalg.norm(sides, axis=1)))]
    return np.asarray(longer / max(float(np.linalg.norm(longer)), 1e-12))


def convex_hull(points: Array) -> Array:
    """Return those of `(N, 2)` points that lie on their convex hull, in order."""
    chosen = cv2.convexHull(points.astype(np.float32), returnPoints=False)
    return np.asarray(points[np.ravel(chosen)])


def area_moments(outline_mm: Array) -> tuple[Array, Array]:
    """Return centroid `(2,)` and second central moments `(2, 2)` over area of a polygon.

    Source: Green's theorem; Steger, *On the calculation of arbitrary moments of polygons*, 1996.
    """
    middle = outline_mm.mean(axis=0)
    a = outline_mm - middle
    b = np.roll(a, -1, axis=0)
    cross = a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]
    area = cross.sum() / 2
    centroid = (cross[:, None] * (a + b)).sum(axis=0) / (6 * area)
    pairs = np.einsum("n,ni,nj->ij", cross, a, a) + np.einsum("n,ni,nj->ij", cross, b, b)
    mixed = np.einsum("n,ni,nj->ij", cross, a, b)
    second = (2 * pairs + mixed + mixed.T) / (24 * area) - np.outer(centroid, centroid)
    return middle + centroid, second


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
    """Return least and greatest of `(N,)` values along smooth curves through `positions`.

    Only points near an extreme count for it: what lies beside the end of a bent or oblique item
    is not its end.
    """
    return -_greatest(-values, positions), _greatest(values, positions)


def _greatest(values: Array, positions: Array) -> float:
    near = values > values.max() - _OUTLYING_MM
    outermost = _stretch_means(values[near], positions[near]).max()
    near = values > outermost - _DEPTH_MM
    order = positions[near].argsort()
    at = positions[near][order]
    sums = np.concatenate([[0.0], values[near][order].cumsum()])
    low, high = float(at[0]), float(at[-1])
    width = max(_BIN_MM, _WINDOW_SHARE * (high - low))
    starts = np.linspace(low, max(low, high - width), _WINDOWS)
    first, last = at.searchsorted(starts, "left"), at.searchsorted(starts + width, "right")
    held = last > first
    return float(((sums[last] - sums[first])[held] / (last - first)[held]).max())


def _stretch_means(values: Array, positions: Array) -> Array:
    stretch = np.floor((positions - positions.min()) / _BIN_MM).astype(int)
    count = np.bincount(stretch)
    return np.bincount(stretch, values)[count > 0] / count[count > 0]
