"""Profiles of linear light across an outline, and the blurred steps that are fitted to them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from qc.photo import Photo, srgb_to_linear

Array = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

STEP_PX = 0.5
_MARGIN_PX = 20

_ROUNDS = 12
_DAMPING = 1e-3
_SIGMAS_PX = (0.15, 6.0)
_SETTLED_PX = 0.002
"""A step that moves less is done."""


class ProfileReader:
    """Reads colour profiles in linear light from the surroundings of `(N, 2)` points."""

    def __init__(self, photo: Photo, points_px: Array) -> None:
        margin = _MARGIN_PX
        low = np.maximum(np.floor(points_px.min(axis=0)).astype(int) - margin, 0)
        high = np.ceil(points_px.max(axis=0)).astype(int) + margin
        self._origin = low
        self._linear = srgb_to_linear(photo.pixels[low[1] : high[1], low[0] : high[0]])

    def read(
        self, points: Array, normals: Array, inner_px: float, outer_px: float
    ) -> tuple[Array, npt.NDArray[np.float32]]:
        """Return offsets `(M,)` along the outward normals and colours `(N, M, 3)`."""
        steps = np.arange(-round(inner_px / STEP_PX), round(outer_px / STEP_PX) + 1)
        offsets = np.asarray(steps * STEP_PX, np.float64)
        return offsets, self._at(points, normals, offsets)

    def averaged(
        self, points: Array, normals: Array, offsets: Array, starts: npt.NDArray[np.intp]
    ) -> Array:
        """Return colours `(S, M, 3)` at offsets `(M,)`, averaged from each start to the next."""
        colours = self._at(points, normals, offsets)
        sizes = np.diff(np.append(starts, len(points)))
        return np.asarray(np.add.reduceat(colours, starts, axis=0) / sizes[:, None, None])

    def _at(self, points: Array, normals: Array, offsets: Array) -> npt.NDArray[np.float32]:
        # x and y apart: numpy takes ten times as long for many rows of two.
        starts, along = (points - self._origin).T.astype(np.float32), normals.T.astype(np.float32)
        steps = offsets.astype(np.float32)
        x, y = (
            start[:, None] + way[:, None] * steps for start, way in zip(starts, along, strict=True)
        )
        colours = cv2.remap(self._linear, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(colours, np.float32)


def fit_edges(offsets: Array, signal: npt.NDArray[np.floating]) -> tuple[Array, Array, Array]:
    """Fit `a + b·(1 - erf((s - s0) / (σ√2))) / 2` to each profile by damped Gauss-Newton.

    Args:
        offsets: `(M,)` positions s along the normals, pixels, negative inside.
        signal: `(N, M)` light of the item.

    Returns:
        Edge position s0, contrast b (inside minus outside) and σ, each `(N,)`, pixels.
    """
    outside = signal[:, -3:].mean(axis=1, dtype=np.float64)
    contrast = signal[:, :3].mean(axis=1, dtype=np.float64) - outside
    # a, b, s0, σ
    fitted = np.stack([outside, contrast, np.zeros(len(signal)), np.ones(len(signal))])
    at = offsets.astype(np.float32)[:, None]
    # Profiles come last, so that one operation serves all of them.
    seen = np.ascontiguousarray(signal.T, np.float32)
    going = np.arange(len(signal))
    for _ in range(_ROUNDS):
        change = _step(at, seen, fitted[:, going])
        change[2:] = np.clip(change[2:], [[-1.0], [-0.5]], [[1.0], [0.5]])
        fitted[:, going] += change
        fitted[3] = np.clip(fitted[3], *_SIGMAS_PX)
        left = np.abs(change[2:]).max(axis=0) > _SETTLED_PX
        seen, going = seen[:, left], going[left]
        if len(going) == 0:
            break
    _, contrast, edge, sigma = fitted
    return edge, contrast, sigma


def _step(at: Singles, seen: Singles, fitted: Array) -> Array:
    """Return the change `(4, N)` of what was fitted to `(M, N)` light."""
    outside, contrast, edge, sigma = fitted.astype(np.float32)
    z = (at - edge) / sigma
    step = ndtr(-z)
    bell = np.exp(np.float32(-0.5) * z * z) * (contrast / sigma / np.float32(np.sqrt(2 * np.pi)))
    residual = seen - (outside + contrast * step)
    slopes = (step, bell, bell * z)
    normal, pull = np.empty((len(edge), 4, 4)), np.empty((len(edge), 4))
    normal[:, 0, 0], pull[:, 0] = len(at), residual.sum(axis=0)
    for i, slope in enumerate(slopes, start=1):
        normal[:, 0, i] = normal[:, i, 0] = slope.sum(axis=0)
        pull[:, i] = np.einsum("mn,mn->n", slope, residual)
        for j, other in enumerate(slopes[:i], start=1):
            normal[:, i, j] = normal[:, j, i] = np.einsum("mn,mn->n", slope, other)
    diagonal = range(4)
    normal[:, diagonal, diagonal] *= 1 + _DAMPING
    normal[:, diagonal, diagonal] += 1e-12
    # Reordered, for numpy takes the greatest of two neighbours thirty times more slowly.
    return np.ascontiguousarray(np.linalg.solve(normal, pull[..., None])[..., 0].T)
