"""Profiles of linear light across an outline, and the blurred steps that are fitted to them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

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

_TAIL = np.array([1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153], np.float32)
"""What the normal distribution leaves beyond z, as a polynomial."""


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
        left = np.flatnonzero(np.abs(change[2:]).max(axis=0) > _SETTLED_PX)
        if len(left) == 0:
            break
        if len(left) < len(going):
            seen, going = seen.take(left, axis=1), going[left]
    _, contrast, edge, sigma = fitted
    return edge, contrast, sigma


def _step(at: Singles, seen: Singles, fitted: Array) -> Array:
    """Return the change `(4, N)` of what was fitted to `(M, N)` light."""
    outside, contrast, edge, sigma = fitted.astype(np.float32)
    z = (at - edge) / sigma
    step, bell = _beyond(z)
    bell *= contrast / sigma
    residual = seen - (outside + contrast * step)
    slopes = (step, bell, bell * z)
    # The normal equations, the right side last; again the profiles come last.
    system = np.empty((4, 5, len(edge)))
    system[0, 0], system[0, 4] = len(at), residual.sum(axis=0)
    for i, slope in enumerate(slopes, start=1):
        system[0, i] = system[i, 0] = slope.sum(axis=0)
        system[i, 4] = np.einsum("mn,mn->n", slope, residual)
        for j, other in enumerate(slopes[:i], start=1):
            system[i, j] = system[j, i] = np.einsum("mn,mn->n", slope, other)
    for i in range(4):
        system[i, i] *= 1 + _DAMPING
        system[i, i] += 1e-12
    return _solved(system)


def _beyond(z: Singles) -> tuple[Singles, Singles]:
    """Return how much of a normal distribution lies beyond z, to 3e-7, and its density at z.

    It takes half of SciPy's time.

    Source: Abramowitz & Stegun, *Handbook of Mathematical Functions*, 26.2.17.
    """
    bell = np.exp(np.float32(-0.5) * z * z)
    bell *= np.float32(1 / np.sqrt(2 * np.pi))
    t = 1 / (1 + np.float32(0.2316419) * np.abs(z))
    beyond = np.zeros_like(z)
    for coefficient in _TAIL:
        beyond += coefficient
        beyond *= t
    beyond *= bell
    return np.where(z < 0, 1 - beyond, beyond), bell


def _solved(system: Array) -> Array:
    """Solve N positive definite systems `(4, 5, N)`, the right side last; return `(4, N)`.

    Without pivots, which these do not need, in a quarter of the time of LAPACK one by one.
    """
    for k in range(4):
        system[k, k + 1 :] /= system[k, k]
        system[k + 1 :, k + 1 :] -= system[k + 1 :, k, None] * system[k, k + 1 :]
    for k in (3, 2, 1):
        system[:k, 4] -= system[:k, k] * system[k, 4]
    return np.ascontiguousarray(system[:, 4])
