"""How wide the photo draws a sharp edge, measured on the black and white of the mat's ring."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from qc.photo import edge_widths_px

Array = npt.NDArray[np.float64]

_REACH_PX = 6.0
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


def edge_spread(
    linear_grey: npt.NDArray[np.float32], points: Array, normals: Array, reach_px: float
) -> EdgeSpread:
    """Measure the spread on the mat's black and white edges.

    Args:
        linear_grey: `(H, W)` linear light, and all else, as `ring_edges` gives it.
        points: `(N, 2)` on these edges.
        normals: `(N, 2)` unit normals.
        reach_px: how far along them it reaches without other edges.
    """
    if len(points) == 0:
        return EdgeSpread(np.eye(2), (_USUAL_PX, _USUAL_PX))
    sigmas = edge_widths_px(
        linear_grey,
        points,
        normals,
        window_px=min(reach_px, _REACH_PX),
        interpolation=cv2.INTER_LINEAR,
    )
    # Edges that run more along x, and the others
    kinds = [np.abs(normals[:, axis]) > np.sqrt(0.5) for axis in (0, 1)]
    axes, found = [], []
    for axis, kind in enumerate(kinds):
        chosen = kind & np.isfinite(sigmas)
        enough = int(chosen.sum()) >= _MIN_EDGES
        found.append(float(np.median(sigmas[chosen])) if enough else _USUAL_PX)
        aligned = normals[kind] * np.sign(normals[kind, axis])[:, None]
        middle = np.median(aligned, axis=0) if len(aligned) else np.eye(2)[axis]
        axes.append(middle / np.linalg.norm(middle))
    x, y = (float(np.clip(sigma, _LEAST_PX, _MOST_PX)) for sigma in found)
    return EdgeSpread(np.array(axes), (x, y))
