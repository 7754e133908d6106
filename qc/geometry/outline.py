"""The item's outline to a fraction of a pixel.

Across the coarse outline, profiles of linear light are read along the normals and an edge
model `a + b·(1 - erf((s - s0) / (σ√2))) / 2` is fitted to each; s0 is the edge. The light is
first projected on the one direction of colour in which the field, lit or in shadow, stays
dark: what remains is the item. Where a rim mirrors the field, its true end is found in the
field's own light.

Measured weakness: with 4:2:0 chroma subsampling the edge of σ < 0.8 px is widened by the
codec; position stays unbiased to about 0.1 px, which the uncertainty budget carries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, median_filter, uniform_filter1d
from scipy.special import erf, ndtr

from qc.geometry.item import Part
from qc.geometry.pose import MatView
from qc.photo import Photo, srgb_to_linear

Array = npt.NDArray[np.float64]

_STEP_PX = 0.5
_SEARCH_PX = 10.0
_FIT_PX = 5.0
_MAX_RIM_PX = 4.0
"""How far a rim that mirrors or shades the field may reach beyond what looks like the item."""

_SPACING_PX = 1.5
_MAX_PROFILES = 2400
_FLANK_STARTS_PX: Final = np.arange(-1.0, 2.41, 0.1)
_FLANK_SIGMAS_PX: Final = (0.6, 0.8, 1.0, 1.25, 1.6, 2.0)

_MIN_CONTRAST = 0.25
"""Share of the outline's median contrast below which a profile is dropped."""

_MIN_KEPT = 0.6
"""Share of the profiles that must show an edge for the outline to be believed."""

_HIGHLIGHT = 2.0
"""Light above this multiple of the part's median is a highlight."""

_FAINT = 0.5
"""Contrast of the item's colour over that of the field's light, below which an edge is faint."""

_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed outline.

    `points_px` `(N, 2)` in order, counter-clockwise on the mat; `sigma_px` is the median width
    of the edges, `correction_px` how far they were moved on average to allow for rounded or
    mirroring rims, `scatter_px` the RMS of the points about their smooth course, `kept` the
    share of profiles that gave an edge. A `faint` outline is of an item whose own colour is
    weaker than the light it takes from the field, as that of black lacquer: the codec's colour
    noise moves such an edge by more than its profiles show.
    """

    points_px: Array
    sigma_px: float
    correction_px: float
    scatter_px: float
    kept: float
    faint: bool


def trace_outline(photo: Photo, view: MatView, part: Part, *, hole: bool = False) -> Outline | None:
    """Trace the outline of a part or of a hole.

    Args:
        photo: the photo.
        view: the mat in it.
        part: its coarse contour.
        hole: the contour surrounds the field, not the item.

    Returns:
        The outline, or None where too few profiles show an edge.
    """
    coarse = np.column_stack([part.contour_mm, np.zeros(len(part.contour_mm))])
    seen = view.camera.project(coarse, view.pose)
    points, normals = _resample(gaussian_filter1d(seen, 2.0, axis=0, mode="wrap"), hole=hole)
    profile = _ProfileReader(photo, seen)

    # On a thin stick, or in a small hole, a profile must not reach the other side.
    lengths = np.linalg.norm(np.diff(seen, axis=0, append=seen[:1]), axis=1)
    thickness_px = 2 * part.area_mm2 / view.mm_per_px**2 / float(lengths.sum())
    inner_px, outer_px = 0.45 * thickness_px, np.inf
    if hole:
        inner_px, outer_px = np.inf, 0.9 * thickness_px
        if outer_px < _FIT_PX:
            return None

    # First the 50 % level in a wide search, then the model in a narrow window about it.
    offsets, colours = profile.read(
        points, normals, min(_SEARCH_PX, inner_px), min(_SEARCH_PX, outer_px)
    )
    direction, field = _directions(colours)
    shift = _half_level(offsets, colours @ direction)
    valid = np.isfinite(shift)
    if valid.mean() < 0.5:
        return None
    shift = median_filter(_bridged(shift, valid), 9, mode="wrap")
    points, normals = _resample(points + shift[:, None] * normals, hole=hole)

    offsets, colours = profile.read(
        points, normals, min(_FIT_PX, inner_px), min(_FIT_PX + _MAX_RIM_PX, outer_px)
    )
    near, light = offsets <= _FIT_PX, colours @ direction
    # A highlight near the edge would otherwise be fitted instead of the edge.
    ceiling = _HIGHLIGHT * float(np.median(light[:, 0]))
    edge, contrast, sigma = _fit_edges(offsets[near], np.minimum(light[:, near], ceiling))
    good = (
        np.isfinite(edge)
        & (np.abs(edge) < 0.7 * _FIT_PX)
        & (contrast > _MIN_CONTRAST * np.nanmedian(contrast))
        & (sigma > 0.2)
        & (sigma < 0.6 * _FIT_PX)
    )
    if good.mean() < _MIN_KEPT:
        return None
    # Where no edge was fitted the half level stands, moved as its neighbours were.
    coloured = edge = _bridged(edge, good)
    edge = edge + _flank_px(
        profile, points + edge[:, None] * normals, normals, direction, inner_px, ceiling
    )
    rim, taken = _rim_px(offsets, colours @ field, edge, sigma, good)
    edge = edge + rim
    # A splinter of grain or a crumb moves single edges; their neighbours know better.
    course = median_filter(edge, 9, mode="wrap")
    deviation = np.abs(edge - course)
    good &= deviation < max(4 * float(np.median(deviation[good])), 0.3)
    edge = _bridged(edge, good)
    return Outline(
        points_px=points + edge[:, None] * normals,
        sigma_px=float(np.median(sigma[good])),
        correction_px=float(np.mean(np.abs(edge - coloured)[good])),
        scatter_px=float(np.sqrt(np.mean(deviation[good] ** 2))),
        kept=float(good.mean()),
        faint=float(np.median(contrast[good])) < _FAINT * taken,
    )


class _ProfileReader:
    """Reads colour profiles in linear light from the part's surroundings."""

    def __init__(self, photo: Photo, points_px: Array) -> None:
        margin = int(2 * _SEARCH_PX)
        low = np.maximum(np.floor(points_px.min(axis=0)).astype(int) - margin, 0)
        high = np.ceil(points_px.max(axis=0)).astype(int) + margin
        self._origin = low
        self._linear = srgb_to_linear(photo.pixels[low[1] : high[1], low[0] : high[0]])

    def read(
        self, points: Array, normals: Array, inner_px: float, outer_px: float
    ) -> tuple[Array, Array]:
        """Return offsets `(M,)` along the outward normals and colours `(N, M, 3)`."""
        steps = np.arange(-round(inner_px / _STEP_PX), round(outer_px / _STEP_PX) + 1)
        offsets = np.asarray(steps * _STEP_PX, np.float64)
        where = points[:, None, :] + offsets[None, :, None] * normals[:, None, :] - self._origin
        colours = cv2.remap(
            self._linear,
            where[..., 0].astype(np.float32),
            where[..., 1].astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return offsets, np.asarray(colours, np.float64)


def _resample(points: Array, *, hole: bool) -> tuple[Array, Array]:
    """Space a closed curve evenly; return points and unit normals that point off the item."""
    closed = np.vstack([points, points[:1]])
    lengths = np.linalg.norm(np.diff(closed, axis=0), axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    count = int(np.clip(travelled[-1] / _SPACING_PX, 64, _MAX_PROFILES))
    at = np.linspace(0, travelled[-1], count, endpoint=False)
    even = np.column_stack([np.interp(at, travelled, closed[:, k]) for k in (0, 1)])
    smooth = gaussian_filter1d(even, 2.0, axis=0, mode="wrap")
    tangent = np.roll(smooth, -1, axis=0) - np.roll(smooth, 1, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    normal = np.column_stack([tangent[:, 1], -tangent[:, 0]])
    x, y = even[:, 0], even[:, 1]
    doubled_area = float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    return even, normal if (doubled_area > 0) is not hole else -normal


def _bridged(values: Array, good: npt.NDArray[np.bool_]) -> Array:
    """Fill what is not good from both neighbours along the closed outline."""
    at = np.arange(len(values))
    return np.asarray(np.interp(at, at[good], values[good], period=len(values)))


def _directions(colours: Array) -> tuple[Array, Array]:
    """Return two unit colours `(3,)`: the item's across the field's, and the field's."""
    share = max(1, colours.shape[1] // 5)
    item = np.asarray(np.median(colours[:, :share], axis=(0, 1)), np.float64)
    field = _unit(np.median(colours[:, -share:], axis=(0, 1)))
    return _unit(item - float(item @ field) * field), field


def _unit(vector: npt.NDArray[np.floating]) -> Array:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float64)


def _flank_px(
    profile: _ProfileReader,
    points: Array,
    normals: Array,
    direction: Array,
    inner_px: float,
    ceiling: float,
) -> Array:
    """Return how far outside the middle of the rise a shaded flank really ends, `(N,)` pixels.

    A rounded edge darkens towards its silhouette, so half of the contrast is reached inside the
    item. The model is a step and a ramp that both begin at the edge, blurred alike:
    `a + b Φ(u) + c σ (u Φ(u) + φ(u))` with `u = (s0 - s) / σ`. For a given s0 and σ it is
    linear, so all profiles are solved at once for each of a row of candidates; σ is common to
    the outline.
    """
    offsets, colours = profile.read(points, normals, min(4.0, inner_px), 4.0)
    signal = np.minimum(colours @ direction, ceiling)
    some = signal[:: max(1, len(signal) // 400)]
    sigma = min(
        _FLANK_SIGMAS_PX,
        key=lambda width: float(np.median(_flank_losses(offsets, some, width).min(axis=0))),
    )
    ends = _vertex(_FLANK_STARTS_PX, _flank_losses(offsets, signal, sigma))
    return np.asarray(median_filter(ends, 15, mode="wrap"))


def _flank_losses(offsets: Array, signal: Array, sigma: float) -> Array:
    """Return the squared residuals `(K, N)` of N profiles for each of K candidates of s0."""
    energy = (signal**2).sum(axis=1)
    losses = np.empty((len(_FLANK_STARTS_PX), len(signal)))
    for i, start in enumerate(_FLANK_STARTS_PX):
        u = (start - offsets) / sigma
        step = ndtr(u)
        ramp = sigma * (u * step + np.exp(-0.5 * u**2) / np.sqrt(2 * np.pi))
        basis, _ = np.linalg.qr(np.column_stack([np.ones_like(u), step, ramp]))
        losses[i] = energy - ((signal @ basis) ** 2).sum(axis=1)
    return losses


def _vertex(positions: Array, losses: Array) -> Array:
    """Return where each column of `(K, N)` losses is least, refined by a parabola."""
    at = np.clip(losses.argmin(axis=0), 1, len(positions) - 2)
    columns = np.arange(losses.shape[1])
    before, here, after = (losses[at + k, columns] for k in (-1, 0, 1))
    bend = np.maximum(before - 2 * here + after, 1e-12)
    spacing = positions[1] - positions[0]
    return np.asarray(positions[at] + np.clip((before - after) / (2 * bend), -1, 1) * spacing)


def _rim_px(
    offsets: Array, light: Array, edge: Array, sigma: Array, good: npt.NDArray[np.bool_]
) -> tuple[Array, float]:
    """Return how far the item continues beyond its coloured part, `(N,)` pixels, at least 0.

    Beside it stands the median contrast of the field's light at the item's edge, which is
    negative where the item is the brighter of the two even in the field's own colour.

    The flank of a rounded, lacquered or dark rim mirrors the field or lies in its own shade, so
    that its colour fades before the item ends. Where the field beside it is lit, its light
    begins sharply at the true edge; that edge counts if it is clearly outside and sharper. A
    soft rise of the field's light is a shadow and counts for nothing.

    Args:
        offsets: `(M,)` positions along the normals, pixels.
        light: `(N, M)` light along the field's colour.
        edge: `(N,)` edge of the coloured part.
        sigma: `(N,)` its width.
        good: `(N,)` where that edge was found.
    """
    start, contrast, width = _fit_edges(offsets, -light, edge + 0.5)
    lit = np.median(light[:, -4:], axis=1)
    beyond = start - edge
    sure = (
        good
        & (beyond > 0.3)
        & (beyond < _MAX_RIM_PX)
        & (contrast > 0.4 * np.median(lit))
        & (width < np.minimum(0.8 * sigma, 1.5))
    )
    # A whole stretch of the outline shows such a rim, or none.
    share = uniform_filter1d(sure.astype(np.float64), 31, mode="wrap")
    rim = median_filter(np.where(sure, beyond, 0.0), 15, mode="wrap")
    moved = np.where(share > 0.5, np.where(sure, beyond, rim), 0.0)
    return moved, float(np.median(contrast[good]))


def _half_level(offsets: Array, signal: Array) -> Array:
    """Return the outermost crossing of half contrast per profile `(N,)`, NaN without one."""
    inside = np.median(signal[:, :5], axis=1)
    outside = np.median(signal[:, -5:], axis=1)
    # Near the outline a profile's own inside may be grain or shade; the part's median is not.
    level = (np.maximum(inside, 0.5 * np.median(inside)) + outside) / 2
    above = signal > level[:, None]
    last = signal.shape[1] - 1 - np.argmax(above[:, ::-1], axis=1)
    rows = np.arange(len(signal))
    found = above.any(axis=1) & (last < signal.shape[1] - 1)
    last = np.minimum(last, signal.shape[1] - 2)
    s0, s1 = signal[rows, last], signal[rows, last + 1]
    share = (s0 - level) / np.where(s0 == s1, 1.0, s0 - s1)
    return np.where(found, offsets[last] + share * _STEP_PX, np.nan)


def _fit_edges(
    offsets: Array, signal: Array, start: Array | None = None
) -> tuple[Array, Array, Array]:
    """Fit the edge model to all profiles at once by damped Gauss-Newton.

    Args:
        offsets: `(M,)` positions along the normals, pixels, negative inside.
        signal: `(N, M)` light of the item.
        start: `(N,)` where to begin; the profiles' origins by default.

    Returns:
        Edge position, contrast (inside minus outside) and σ, each `(N,)`, pixels.
    """
    outside = signal[:, -3:].mean(axis=1)
    contrast = signal[:, :3].mean(axis=1) - outside
    edge = np.zeros(len(signal)) if start is None else start
    sigma = np.full(len(signal), 1.0)
    for _ in range(_ROUNDS):
        z = (offsets[None, :] - edge[:, None]) / sigma[:, None]
        step = 0.5 * (1 - erf(z / np.sqrt(2)))
        bell = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
        by_edge = contrast[:, None] * bell / sigma[:, None]
        jacobian = np.stack([np.ones_like(step), step, by_edge, by_edge * z], axis=-1)
        residual = signal - (outside[:, None] + contrast[:, None] * step)
        normal = np.einsum("nmi,nmj->nij", jacobian, jacobian)
        scale = np.einsum("nii->ni", normal)
        normal[:, range(4), range(4)] += 1e-3 * scale + 1e-12
        delta = np.linalg.solve(normal, np.einsum("nmi,nm->ni", jacobian, residual)[..., None])
        outside = outside + delta[:, 0, 0]
        contrast = contrast + delta[:, 1, 0]
        edge = edge + np.clip(delta[:, 2, 0], -1.0, 1.0)
        sigma = np.clip(sigma + np.clip(delta[:, 3, 0], -0.5, 0.5), 0.15, 6.0)
    return edge, contrast, sigma
