"""Where the item ends, from a model of how a photo draws its rim.

A rounded rim is not a step. Towards the silhouette its normal turns level with the square root of
the distance, and its light follows: it darkens on the shaded side, and lacquer mirrors the mat.
Half of the contrast is then reached inside the item, by up to two pixels. Besides, a JPEG keeps
colour at half the resolution of brightness, so that what is read in linear light near a coloured
edge is a mixture that never was.

The model is therefore made where light adds, and compared where the codec wrote. With F the mat's
colour beside the item and A the item's own, some pixels inside, linear light is

    on the mat:  F (m + m' d)        on the item:  A (a + b √d + c d) + F (r + r' √d)

at the distance d from the silhouette; r is the mat that the rim mirrors and is lit by. This is
blurred by the spread that the photo's own sharp edges show, then coded by sRGB and Y'CbCr, its
chroma blurred once more. The silhouette is where this fits a stretch of the outline best, found
by damped least squares (Levenberg 1944, Marquardt 1963) for all stretches at once. The spread must
be known: a wider one puts the silhouette as much farther inside as it is wider.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter
from scipy.special import ndtr

from qc.photo.light import encode_srgb, srgb_slope

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

Profiles = Callable[[float], Array]
"""Linear light `(N, M, 3)` at `OFFSETS_PX` about the outline moved outwards by some pixels."""

_STEP_PX = 0.5
_COMPARED_PX: Final = (-4.0, 5.0)
"""Farther inside begins what has nothing to do with the rim."""

_OWN_PX, _FIELD_PX = (-6.0, -3.5), (5.0, 8.0)
"""Where the item's own colour and the mat's are read."""

OFFSETS_PX: Final = np.arange(_OWN_PX[0], _FIELD_PX[1] + _STEP_PX / 2, _STEP_PX)
"""Where profiles are read along the outward normals."""

_CHROMA_MARGIN_PX = 2.0

_STARTS_PX: Final = (0.0, 2.0)
"""How far beyond its colour's edge an item is looked for: the rim of black lacquer mirrors the mat
so well that it is taken for mat."""

_MUST_FALL = 0.5
"""Share of the residuals that the outer start may leave: the mat in an item's shade can be fitted
as a dark rim nearly as well as the rim itself."""

_PRIOR: Final = np.array([1.0, 0.0, 0.6, 0.15, 0.0, 0.1, -0.05])
"""m, m', a, b, c, r, r' of a rounded rim under lamp and sky. It counts where the photo is mute."""

_PRIOR_U: Final = np.array([10.0, 0.05, 0.3, 0.2, 0.1, 0.3, 0.15])
_CODE_U = 0.01
"""Standard deviation of code values (of 1) about the model."""

_TERMS = len(_PRIOR)
_HELD: Final = (_CODE_U / _PRIOR_U) ** 2
_CHROMA_WEIGHT = 0.5
_CHROMA_SPREADS_PX: Final = (0.0, 0.9)
"""Added to the chroma by the codec: nothing (4:4:4), or halving and doubling again (4:2:0)."""

_SAMPLE = 60
_SOME_ROUNDS, _ROUNDS = 6, 9
_ALIKE_STRETCHES = 9
_MAX_STEP_PX = 0.7
_LEAST_LIGHT = 1e-5

_TO_YCC: Final = np.array(
    [
        [0.299, 0.587, 0.114],
        [-0.168736, -0.331264, 0.5],
        [0.5, -0.418688, -0.081312],
    ]
)
"""From sRGB to Y'CbCr: JFIF, ITU-T T.871."""


def find_silhouette(profiles: Profiles, spread_px: Array, inner_px: float) -> Array:
    """Fit the model to profiles averaged over stretches of a closed outline.

    Args:
        profiles: reads them.
        spread_px: `(N,)` standard deviation of the spread of a sharp edge across each.
        inner_px: how far inside the item is known to reach.

    Returns:
        `(N,)` how far outwards the item ends, pixels.
    """
    looks = [_Look.at(start_px, profiles(start_px), inner_px) for start_px in _STARTS_PX]
    some = slice(None, None, max(1, len(spread_px) // _SAMPLE))
    chroma_px = _chroma_spread(looks[0].of(some), spread_px[some])
    fits = [look.fit(spread_px, chroma_px, _ROUNDS) for look in looks]
    # A whole stretch of the outline has such a rim, or none.
    inner, outer = (median_filter(fit.loss, _ALIKE_STRETCHES, mode="wrap") for fit in fits)
    farther = median_filter((outer < _MUST_FALL * inner).astype(int), _ALIKE_STRETCHES, mode="wrap")
    return np.where(farther == 1, fits[1].edge, fits[0].edge)


@dataclass(frozen=True, slots=True)
class _Look:
    """Profiles about one start: light `(N, M, 3)` at the offsets, and what is compared of it."""

    start_px: float
    offsets: Array
    light: Array
    used: Flags
    field: Array
    own: Array

    @classmethod
    def at(cls, start_px: float, light: Array, inner_px: float) -> _Look:
        depth = inner_px + start_px
        low, high = max(_COMPARED_PX[0], -depth), _COMPARED_PX[1]
        at = OFFSETS_PX
        own = (at >= max(_OWN_PX[0], -depth)) & (at <= max(_OWN_PX[1], 1.0 - depth))
        beside = at >= _FIELD_PX[0]
        near = (at >= low - _CHROMA_MARGIN_PX) & (at <= high + _CHROMA_MARGIN_PX)
        return cls(
            start_px=start_px,
            offsets=at[near],
            light=light[:, near],
            used=(at[near] >= low) & (at[near] <= high),
            field=np.median(light[:, beside], axis=1),
            own=np.median(light[:, own], axis=1),
        )

    def of(self, some: slice) -> _Look:
        """Return some of the stretches."""
        return _Look(
            self.start_px,
            self.offsets,
            self.light[some],
            self.used,
            self.field[some],
            self.own[some],
        )

    def fit(self, spread_px: Array, chroma_px: float, rounds: int) -> _Fit:
        """Fit the model, starting here."""
        return _fitted(_Model(self, spread_px, chroma_px), self, rounds)


def _chroma_spread(look: _Look, spread_px: Array) -> float:
    return min(
        _CHROMA_SPREADS_PX,
        key=lambda chroma: float(np.median(look.fit(spread_px, chroma, _SOME_ROUNDS).loss)),
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    """`edge` and what is left of the residuals, each `(N,)`."""

    edge: Array
    loss: Array


class _Model:
    """Predicts code values of profiles from silhouette and terms, and how they change."""

    def __init__(self, look: _Look, spread_px: Array, chroma_px: float) -> None:
        self._offsets = look.offsets
        self._spread = spread_px[:, None]
        self._used = look.used
        field, own = look.field, look.own
        self._colours = np.stack([field, field, own, own, own, field, field], axis=1)
        apart = look.offsets[look.used][:, None] - look.offsets[None, :]
        if chroma_px:
            self._chroma = np.exp(-0.5 * (apart / chroma_px) ** 2)
            self._chroma /= self._chroma.sum(axis=1, keepdims=True)
        else:
            self._chroma = (apart == 0).astype(np.float64)

    def _bases(self, edge: Array) -> tuple[Array, Array]:
        """Return the blurred bases `(N, M, 7)` and their change as the edge moves outwards."""
        u = (edge[:, None] - self._offsets) / self._spread
        inside, bell = ndtr(u), np.exp(-0.5 * u**2) / np.sqrt(2 * np.pi)
        root = np.sqrt(self._spread)
        arc, arc_slope = _blurred_root(u)
        arc, arc_slope = root * arc, arc_slope / root
        step = bell / self._spread
        beyond = self._spread * (bell - u * (1 - inside))
        within = self._spread * (bell + u * inside)
        bases = np.stack([1 - inside, beyond, inside, arc, within, inside, arc], axis=-1)
        slopes = np.stack([-step, inside - 1, step, arc_slope, inside, step, arc_slope], axis=-1)
        return bases, slopes

    def seen(self, light: Array) -> Array:
        """Return `(N, K)` weighted Y'CbCr of `(N, M, 3)` linear light as the codec leaves it."""
        return self._softened(np.moveaxis(_coded(light) @ _TO_YCC.T, -1, 0)[..., None])[..., 0]

    def predict(self, edge: Array, terms: Array) -> Array:
        """Return what the photo would show, `(N, K)`."""
        bases, _ = self._bases(edge)
        return self.seen(bases @ (terms[..., None] * self._colours))

    def slopes(self, edge: Array, terms: Array) -> Array:
        """Return how that changes with edge and terms, `(N, K, 8)`."""
        bases, moved = self._bases(edge)
        lit = terms[..., None] * self._colours
        gain = _coded_slope(bases @ lit)
        columns = np.empty((*gain.shape, 1 + _TERMS))
        columns[..., 0] = gain * (moved @ lit)
        columns[..., 1:] = (
            gain[..., None] * bases[:, :, None, :] * self._colours.transpose(0, 2, 1)[:, None]
        )
        return self._softened(np.einsum("yc,nmcp->ynmp", _TO_YCC, columns, optimize=True))

    def _softened(self, ycc: Array) -> Array:
        """Blur the chroma of `(3, N, M, P)`, keep what is compared: `(N, K, P)`."""
        luma, *chroma = ycc
        soft = [_CHROMA_WEIGHT * (self._chroma @ channel) for channel in chroma]
        return np.concatenate([luma[:, self._used], *soft], axis=1)


def _fitted(model: _Model, look: _Look, rounds: int) -> _Fit:
    coded = _coded(look.light) @ _TO_YCC.T
    wanted = np.concatenate(
        [
            weight * coded[:, look.used, k]
            for k, weight in enumerate((1.0, _CHROMA_WEIGHT, _CHROMA_WEIGHT))
        ],
        axis=1,
    )
    count = len(coded)
    edge, terms = np.zeros(count), np.tile(_PRIOR, (count, 1))

    def judged(edge: Array, terms: Array) -> tuple[Array, Array]:
        residual = wanted - model.predict(edge, terms)
        return residual, (residual**2).sum(axis=1) + (terms - _PRIOR) ** 2 @ _HELD

    residual, loss = judged(edge, terms)
    damping = np.full(count, 1e-3)
    held, identity = np.diag(np.concatenate([[0.0], _HELD])), np.eye(1 + _TERMS)
    for _ in range(rounds):
        slopes = model.slopes(edge, terms)
        normal = slopes.transpose(0, 2, 1) @ slopes + held
        pull = np.einsum("nkp,nk->np", slopes, residual)
        pull[:, 1:] -= _HELD * (terms - _PRIOR)
        raised = np.einsum("npp->np", normal) * damping[:, None] + 1e-10
        change = np.linalg.solve(normal + identity * raised[:, None], pull[..., None])[..., 0]
        next_edge = edge + np.clip(change[:, 0], -_MAX_STEP_PX, _MAX_STEP_PX)
        next_terms = terms + change[:, 1:]
        next_residual, next_loss = judged(next_edge, next_terms)
        better = next_loss < loss
        damping *= np.where(better, 0.3, 5.0)
        edge, loss = np.where(better, next_edge, edge), np.where(better, next_loss, loss)
        terms = np.where(better[:, None], next_terms, terms)
        residual = np.where(better[:, None], next_residual, residual)
    return _Fit(look.start_px + edge, loss)


def _coded(light: Array) -> Array:
    return np.asarray(encode_srgb(np.maximum(light, _LEAST_LIGHT)))


def _coded_slope(light: Array) -> Array:
    return np.asarray(srgb_slope(np.maximum(light, _LEAST_LIGHT)))


def _blurred_root(u: Array) -> tuple[Array, Array]:
    """Return `E[√max(u + Z, 0)]` for normal Z, and its derivative."""
    at, values, slopes = _root_table()
    return np.interp(u, at, values), np.interp(u, at, slopes)


@cache
def _root_table() -> tuple[Array, Array, Array]:
    at = np.arange(-6.0, 25.0, 0.02)
    z = np.linspace(-7.0, 7.0, 1401)
    weight = np.exp(-0.5 * z**2)
    weight /= weight.sum()
    values = np.sqrt(np.maximum(at[:, None] + z, 0.0)) @ weight
    return at, values, np.gradient(values, at)
