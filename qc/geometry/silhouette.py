"""Where the item ends, from a model of how a photo draws its rim.

A rounded rim is not a step. Towards the silhouette its normal turns level with the square root of
the distance, and its light follows: it darkens on the shaded side, and lacquer mirrors the mat.
Half of the contrast is then reached inside the item, by up to two pixels. Besides, a JPEG keeps
colour at half the resolution of brightness, so that what is read in linear light near a coloured
edge is a mixture that never was.

The model (`qc.geometry.rim`) is therefore made where light adds, and compared where the codec
wrote. The silhouette is where it fits a stretch of the outline best. The spread of edges must be
known: a wider one puts the silhouette as much farther inside as it is wider.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d, median_filter

from qc.geometry.rim import Stretches, fit_rims

Array = npt.NDArray[np.float64]

_STEP_PX = 0.5
_COMPARED_PX: Final = (-4.0, 5.0)
"""Farther inside begins what has nothing to do with the rim."""

_OWN_PX, _FIELD_PX = (-6.0, -3.5), (5.0, 8.0)
"""Where the item's own colour and the mat's are read."""

_CHROMA_MARGIN_PX = 2.0

_FARTHER_PX = 2.0
"""How far beyond its colour's edge an item is looked for as well: the rim of black lacquer mirrors
the mat so well that it is taken for mat."""

OFFSETS_PX: Final = np.arange(_OWN_PX[0], _FIELD_PX[1] + _FARTHER_PX + _STEP_PX / 2, _STEP_PX)
"""Where profiles are read along the outward normals."""

_MUST_FALL = 0.5
"""Share of the residuals that the outer start may leave: the mat in an item's shade can be fitted
as a dark rim nearly as well as the rim itself."""

_CHROMA_SPREADS_PX: Final = (0.0, 0.9)
"""Added to the chroma by the codec: nothing (4:4:4), or halving and doubling again (4:2:0)."""

_SAMPLE = 60
_SOME_ROUNDS, _LAST_ROUNDS, _ROUNDS = 6, 4, 9
_ALIKE_STRETCHES = 9
_GLIMPSED = 4
"""Every so many-th stretch tells whether an item reaches farther anywhere: more than half of
`_ALIKE_STRETCHES` must agree on that, so none is overlooked."""


class Silhouette(NamedTuple):
    """How far outwards an item ends, and the standard uncertainty of that, `(N,)` pixels each.

    `mirrored` is the share `(N,)` of what is seen there that is the mat, mirrored; `chroma_px` by
    how much the photo's codec blurs colour more than brightness.
    """

    edge_px: Array
    u_px: Array
    mirrored: Array
    chroma_px: float


def find_silhouette(
    profiles: Array, spread_px: Array, inner_px: float, chroma_px: float | None = None
) -> Silhouette:
    """Fit the model to profiles averaged over stretches of a closed outline.

    Args:
        profiles: `(N, M, 3)` linear light at `OFFSETS_PX`.
        spread_px: `(N,)` standard deviation of the spread of a sharp edge across each.
        inner_px: how far inside the item is known to reach.
        chroma_px: as found before in the same photo; None tries what codecs do.
    """
    near = _stretches(profiles, spread_px, 0.0, inner_px)

    def far(which: npt.NDArray[np.intp]) -> Stretches:
        return _stretches(profiles[which], spread_px[which], _FARTHER_PX, inner_px)

    sampled = np.arange(0, len(near), max(1, len(near) // _SAMPLE))
    sample = near.some(sampled)
    spreads_px = _CHROMA_SPREADS_PX if chroma_px is None else (chroma_px,)
    tried = {chroma: fit_rims(sample, chroma, _SOME_ROUNDS) for chroma in spreads_px}
    chroma_px = min(tried, key=lambda chroma: float(np.median(tried[chroma].loss)))
    # Some stretches may have far to go; the others begin where their neighbours ended.
    known = fit_rims(sample, chroma_px, _SOME_ROUNDS, tried[chroma_px])
    inner = fit_rims(near, chroma_px, _LAST_ROUNDS, known.among(len(near), sampled))
    glimpsed = np.arange(0, len(near), _GLIMPSED)
    glimpse = fit_rims(far(glimpsed), chroma_px, _ROUNDS)
    looked_at = _near(glimpsed[glimpse.loss < _MUST_FALL * inner.loss[glimpsed]], len(near))
    if len(looked_at) == 0:
        return Silhouette(inner.edge_px, inner.u_px, inner.mirrored, chroma_px)
    begin = glimpse.among(len(near), glimpsed).some(looked_at)
    fitted = fit_rims(far(looked_at), chroma_px, _LAST_ROUNDS, begin)
    outer_loss = np.full(len(near), np.inf)
    outer_loss[looked_at] = fitted.loss
    # A whole stretch of the outline has such a rim, or none.
    farther = _alike((_alike(outer_loss) < _MUST_FALL * _alike(inner.loss)).astype(np.float64)) == 1
    chosen, known = looked_at[farther[looked_at]], fitted.some(np.flatnonzero(farther[looked_at]))
    edge_px, u_px, mirrored = inner.edge_px.copy(), inner.u_px, inner.mirrored
    edge_px[chosen] = _FARTHER_PX + known.edge_px
    u_px[chosen], mirrored[chosen] = known.u_px, known.mirrored
    return Silhouette(edge_px, u_px, mirrored, chroma_px)


def _near(places: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
    """Return which of `count` stretches lie so near to some that they may be alike."""
    near = np.zeros(count)
    near[places] = 1
    return np.flatnonzero(maximum_filter1d(near, 2 * _ALIKE_STRETCHES + 1, mode="wrap"))


def _alike(values: Array) -> Array:
    return np.asarray(median_filter(values, _ALIKE_STRETCHES, mode="wrap"))


def _stretches(profiles: Array, spread_px: Array, start_px: float, inner_px: float) -> Stretches:
    """Return what is compared of the profiles about an outline moved outwards by `start_px`."""
    at = OFFSETS_PX - start_px
    depth = inner_px + start_px
    low, high = max(_COMPARED_PX[0], -depth), _COMPARED_PX[1]
    own = (at >= max(_OWN_PX[0], -depth)) & (at <= max(_OWN_PX[1], 1.0 - depth))
    field = (at >= _FIELD_PX[0]) & (at <= _FIELD_PX[1])
    near = (at >= max(_OWN_PX[0], low - _CHROMA_MARGIN_PX)) & (at <= high + _CHROMA_MARGIN_PX)
    return Stretches(
        offsets_px=at[near],
        compared=(at[near] >= low) & (at[near] <= high),
        light=np.ascontiguousarray(profiles[:, near].transpose(2, 1, 0), np.float32),
        field=np.ascontiguousarray(np.median(profiles[:, field], axis=1).T, np.float32),
        own=np.ascontiguousarray(np.median(profiles[:, own], axis=1).T, np.float32),
        spread_px=spread_px,
    )
