"""How wide the photo draws a sharp edge, measured on the black and white of the mat's ring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qc.geometry.gate import ring_edges
from qc.geometry.pose import MatView
from qc.photo import Photo, srgb_to_linear, to_grey

Array = npt.NDArray[np.float64]

_STEP_PX = 0.25
_REACH_PX = 6.0
_PLATEAU = 5
_USUAL_PX = 0.9
"""Where too few edges of the ring are seen to tell."""

_MIN_EDGES = 6
_LEAST_PX, _MOST_PX = 0.45, 3.0


@dataclass(frozen=True, slots=True)
class EdgeSpread:
    """Standard deviation of the spread of edges, as read by linear interpolation.

    `axes` `(2, 2)` are the unit normals, in the photo, of the ring's two kinds of edges, and
    `sigmas_px` what was measured on each: a hand that moves widens one kind more.
    """

    axes: Array
    sigmas_px: tuple[float, float]

    def across(self, normals: Array) -> Array:
        """Return the spread `(N,)` across edges with `(N, 2)` unit normals."""
        shares = (normals @ self.axes.T) ** 2
        shares /= shares.sum(axis=1, keepdims=True)
        return np.asarray(np.sqrt(shares @ np.square(self.sigmas_px)))


def edge_spread(photo: Photo, view: MatView) -> EdgeSpread:
    """Measure the spread on the mat's black and white edges.

    For a step blurred by a Gaussian, `p` rising from 0 to 1 across it, the integral of
    `p (1 - p)` along the normal is `sigma / sqrt(pi)`, wherever the step lies.
    """
    points, normals, free_px = ring_edges(view)
    if len(points) == 0:
        return EdgeSpread(np.eye(2), (_USUAL_PX, _USUAL_PX))
    reach = min(free_px, _REACH_PX)
    offsets = np.arange(-reach, reach + _STEP_PX / 2, _STEP_PX)
    where = points[:, None] + offsets[None, :, None] * normals[:, None]
    light = _light_at(photo, where)
    first, last = light[:, :_PLATEAU].mean(axis=1), light[:, -_PLATEAU:].mean(axis=1)
    contrast = last - first
    clear = np.abs(contrast) > np.median(np.abs(contrast)) / 2
    rise = (light - first[:, None]) / np.where(contrast == 0, 1.0, contrast)[:, None]
    sigmas = np.sqrt(np.pi) * _STEP_PX * (rise * (1 - rise)).sum(axis=1)
    # Edges that run more along x, and the others
    kinds = [np.abs(normals[:, axis]) > np.sqrt(0.5) for axis in (0, 1)]
    axes, found = [], []
    for axis, kind in enumerate(kinds):
        chosen = kind & clear
        enough = int(chosen.sum()) >= _MIN_EDGES
        found.append(float(np.median(sigmas[chosen])) if enough else _USUAL_PX)
        aligned = normals[kind] * np.sign(normals[kind, axis])[:, None]
        middle = np.median(aligned, axis=0) if len(aligned) else np.eye(2)[axis]
        axes.append(middle / np.linalg.norm(middle))
    x, y = (float(np.clip(sigma, _LEAST_PX, _MOST_PX)) for sigma in found)
    return EdgeSpread(np.array(axes), (x, y))


def _light_at(photo: Photo, points: Array) -> Array:
    """Return linear grey light at `(N, M, 2)` points, interpolated linearly in light."""
    columns, rows = (
        np.clip(points[..., axis], 0, size - 2)
        for axis, size in ((0, photo.width_px), (1, photo.height_px))
    )
    left, top = columns.astype(int), rows.astype(int)
    right, down = columns - left, rows - top

    def corner(dx: int, dy: int) -> Array:
        colours = np.ascontiguousarray(photo.pixels[top + dy, left + dx])
        return np.asarray(srgb_to_linear(to_grey(colours)), np.float64)

    upper = corner(0, 0) * (1 - right) + corner(1, 0) * right
    lower = corner(0, 1) * (1 - right) + corner(1, 1) * right
    return np.asarray(upper * (1 - down) + lower * down)
