"""How a photo draws a rim, and the fit of that to what a photo shows.

With F the mat's colour beside the item and A the item's own, some pixels inside, linear light is

    on the mat:  F (m + m' d)        on the item:  A (a + b √d + c d) + F (r + r' √d)

at the distance d from the silhouette; r is the mat that the rim mirrors and is lit by. This is
blurred by the spread that the photo's own sharp edges show, then coded by sRGB and Y'CbCr, its
chroma blurred once more. It is fitted to many stretches of an outline at once by damped least
squares (Levenberg 1944, Marquardt 1963).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter
from scipy.special import ndtr

from qc.photo.light import encode_srgb, srgb_slope

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.intp]
Singles = npt.NDArray[np.float32]
"""Half the memory and time; code values need five digits."""

_PRIOR: Final = np.array([1.0, 0.0, 0.6, 0.15, 0.0, 0.1, -0.05])
"""m, m', a, b, c, r, r' of a rounded rim under lamp and sky. It counts where the photo is mute."""

_PRIOR_U: Final = np.array([10.0, 0.05, 0.3, 0.2, 0.1, 0.3, 0.15])
_CODE_U = 0.01
"""Standard deviation of code values (of 1) about the model."""

_TERMS = len(_PRIOR)
_HELD: Final = (_CODE_U / _PRIOR_U) ** 2
_HELD_NORMAL: Final = np.diag([0.0, *_HELD])
"""What the prior adds to a normal matrix; the edge itself is free."""

_FIELD_TERMS, _OWN_TERMS = (0, 1, 5, 6), (2, 3, 4)
_CHROMA_WEIGHT = 0.5
_WEIGHTS: Final = np.array([1.0, _CHROMA_WEIGHT, _CHROMA_WEIGHT], np.float32)[:, None, None]

_MAX_STEP_PX = 0.7
_SETTLED_PX = 0.01
_SETTLED_LOSS = 1e-3
"""A stretch is done where a step moves its edge less and changes the loss by no more than this
share: a damped step alone may be small far from the end."""

_LEAST_LIGHT = 1e-5

_LUMA: Final = np.array([0.299, 0.587, 0.114])
_TO_YCC: Final = np.stack(
    [_LUMA, ([0, 0, 1] - _LUMA) * 0.5 / (1 - 0.114), ([1, 0, 0] - _LUMA) * 0.5 / (1 - 0.299)]
).astype(np.float32)
"""Y'CbCr of JFIF (ITU-T T.871): Y' = luma, Cb = (B' - Y') · 0.564, Cr = (R' - Y') · 0.713."""

_FIRST_U, _STEP_U, _LAST_U = -6.0, 0.02, 25.0


@dataclass(frozen=True, slots=True)
class Stretches:
    """Profiles across stretches of an outline.

    `light` `(3, M, N)` linear light at `offsets_px` `(M,)` outwards, of which `compared` `(M,)`
    counts and the rest is what its blur reaches; `field` and `own` `(3, N)` the colours of mat and
    item; `spread_px` `(N,)` the standard deviation of the spread of a sharp edge. The stretches
    come last, so that one operation serves all of them.
    """

    offsets_px: Array
    compared: Flags
    light: Singles
    field: Singles
    own: Singles
    spread_px: Array

    def __len__(self) -> int:
        return len(self.spread_px)

    def some(self, which: Index) -> Stretches:
        """Return some of the stretches."""
        # Indexing would leave the stretches first in memory, where numpy is several times slower.
        return Stretches(
            self.offsets_px,
            self.compared,
            self.light.take(which, axis=-1),
            self.field.take(which, axis=-1),
            self.own.take(which, axis=-1),
            self.spread_px[which],
        )


@dataclass(frozen=True, slots=True)
class Guess:
    """Where each rim may end, `(N,)` pixels outwards, and the `(N, 7)` terms of the model."""

    edge_px: Array
    terms: Array

    def some(self, which: slice | Index) -> Guess:
        """Return the guesses for some of the stretches."""
        return Guess(self.edge_px[which], self.terms[which])


@dataclass(frozen=True, slots=True)
class RimFit:
    """Where the rim ends, pixels outwards, the model's terms, and what is left of the residuals.

    `edge_px` and `loss` are `(N,)`, `terms` `(N, 7)`, the `normal` matrices `(N, 8, 8)`.
    """

    edge_px: Array
    terms: Array
    loss: Array
    normal: Array

    @property
    def u_px(self) -> Array:
        """Standard uncertainty `(N,)` of the edge.

        It is how far the photo and what rims usually look like leave it open.
        """
        # The first element of the inverse
        of_edge = np.eye(1 + _TERMS)[:, :1]
        return np.asarray(_CODE_U * np.sqrt(np.linalg.solve(self.normal, of_edge)[:, 0, 0]))

    @property
    def mirrored(self) -> Array:
        """Share `(N,)` of what is seen at the edge that is the mat, mirrored."""
        own, mat = np.maximum(self.terms[:, [_OWN_TERMS[0], _FIELD_TERMS[2]]], 0).T
        return np.asarray(mat / np.maximum(own + mat, 1e-3))

    def among(self, count: int, at: Index) -> Guess:
        """Guess the fits of all `count` stretches of a closed outline from those `at` some.

        Neighbours are alike; the median of three keeps a single stray fit from being spread.
        """
        known = np.column_stack([self.edge_px, self.terms])
        known = median_filter(known, (3, 1), mode="wrap")
        every = np.arange(count)
        edge, *terms = (np.interp(every, at, values, period=count) for values in known.T)
        return Guess(edge, np.column_stack(terms))

    def some(self, which: slice | Index) -> RimFit:
        """Return the fits of some of the stretches."""
        return RimFit(self.edge_px[which], self.terms[which], self.loss[which], self.normal[which])


def fit_rims(
    stretches: Stretches, chroma_px: float, rounds: int, start: Guess | RimFit | None = None
) -> RimFit:
    """Fit the model to each stretch.

    Args:
        stretches: what the photo shows.
        chroma_px: by how much the codec blurs colour more than brightness.
        rounds: how many steps at most.
        start: where to begin; None: at 0, with the terms of a usual rim.
    """
    count = len(stretches)
    coded = np.asarray(encode_srgb(np.maximum(stretches.light, _LEAST_LIGHT)), np.float32)
    wanted = _Codec.of(stretches, 0.0).compared(_to_ycc(coded))  # the photo is blurred already
    stretches = replace(stretches, light=stretches.light[..., :0, :])  # not read again
    codec = _Codec.of(stretches, chroma_px)
    edge, terms = np.zeros(count), np.tile(_PRIOR, (count, 1))
    if start is not None:
        edge, terms = start.edge_px.copy(), start.terms.copy()
    damping = np.full(count, 1e-3)
    here = _Fitted.at(stretches, codec, wanted, edge, terms)
    loss, normal = here.loss.copy(), here.normal.copy()
    going = np.arange(count)
    for _ in range(rounds):
        change = here.step(damping[going])
        next_edge = edge[going] + np.clip(change[:, 0], -_MAX_STEP_PX, _MAX_STEP_PX)
        next_terms = terms[going] + change[:, 1:]
        there = _Fitted.at(stretches, codec, wanted, next_edge, next_terms)
        better = there.loss < here.loss
        accepted = going[better]
        still = np.abs(next_edge - edge[going]) < _SETTLED_PX
        settled = still & (np.abs(here.loss - there.loss) < _SETTLED_LOSS * here.loss)
        edge[accepted], terms[accepted] = next_edge[better], next_terms[better]
        loss[accepted], normal[accepted] = there.loss[better], there.normal[better]
        damping[going] *= np.where(better, 0.3, 5.0)
        left = ~settled
        if not left.any():
            break
        here = here.or_better(there, better).some(left)
        if settled.any():
            some = np.flatnonzero(left)
            stretches, wanted, going = stretches.some(some), wanted.take(some, axis=1), going[some]
    return RimFit(edge, terms, loss, normal)


@dataclass(frozen=True, slots=True)
class _Codec:
    """What a JPEG keeps of code values: brightness where compared, colour blurred."""

    compares: slice
    chroma: Singles | None
    """`(C, M)`: from code values to those compared, weighted; None where colour is not blurred."""

    @classmethod
    def of(cls, stretches: Stretches, chroma_px: float) -> _Codec:
        at, compared = stretches.offsets_px, np.flatnonzero(stretches.compared)
        compares = slice(int(compared[0]), int(compared[-1]) + 1)
        if not chroma_px:
            return cls(compares, None)
        blur = np.exp(-0.5 * ((at[compared, None] - at) / chroma_px) ** 2)
        blur *= _CHROMA_WEIGHT / blur.sum(axis=1, keepdims=True)
        return cls(compares, blur.astype(np.float32))

    def compared(self, ycc: Singles) -> Singles:
        """Return `(…, K, N)` of `(…, 3, M, N)` Y'CbCr, or of its changes."""
        near = ycc[..., self.compares, :]
        kept: Singles = np.empty(near.shape, np.float32)
        if self.chroma is None:
            np.multiply(near, _WEIGHTS, out=kept)
        else:
            kept[..., 0, :, :] = near[..., 0, :, :]
            np.matmul(self.chroma, ycc[..., 1:, :, :], out=kept[..., 1:, :, :])
        return kept.reshape(*kept.shape[:-3], -1, kept.shape[-1])


def _to_ycc(rgb: Singles) -> Singles:
    """Return Y'CbCr (JFIF, ITU-T T.871) of `(3, M, N)` code values."""
    return np.asarray((_TO_YCC @ rgb.reshape(3, -1)).reshape(rgb.shape))


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The model at one guess: its loss `(N,)`, normal matrix `(N, 8, 8)` and pull `(N, 8)`."""

    loss: Array
    normal: Array
    pull: Array

    @classmethod
    def at(
        cls, stretches: Stretches, codec: _Codec, wanted: Singles, edge: Array, terms: Array
    ) -> _Fitted:
        bases, moved = _bases(edge, stretches)
        lit = np.ascontiguousarray(terms.T, np.float32)[:, None]
        field, own = stretches.field[:, None], stretches.own[:, None]
        of_field, of_own = (_sum(lit, bases, which) for which in (_FIELD_TERMS, _OWN_TERMS))
        seen = field * of_field
        seen += own * of_own
        np.maximum(seen, np.float32(_LEAST_LIGHT), out=seen)
        codes = np.asarray(encode_srgb(seen), np.float32)
        gain = np.asarray(srgb_slope(seen, codes), np.float32)
        by_field, by_own = _to_ycc(gain * field), _to_ycc(gain * own)
        changes = np.empty((1 + _TERMS, *gain.shape), np.float32)
        np.multiply(by_field, _sum(lit, moved, _FIELD_TERMS), out=changes[0])
        changes[0] += by_own * _sum(lit, moved, _OWN_TERMS)
        for colour, terms_of_it in ((by_field, _FIELD_TERMS), (by_own, _OWN_TERMS)):
            for term in terms_of_it:
                np.multiply(colour, bases[term], out=changes[1 + term])
        slopes = np.ascontiguousarray(codec.compared(changes).transpose(2, 0, 1))
        residual = (wanted - codec.compared(_to_ycc(codes))).T
        off = terms - _PRIOR
        pull = (slopes @ residual[..., None])[..., 0].astype(np.float64)
        pull[:, 1:] -= _HELD * off
        normal = (slopes @ slopes.transpose(0, 2, 1)).astype(np.float64)
        normal += _HELD_NORMAL
        loss = (residual**2).sum(axis=1, dtype=np.float64) + off**2 @ _HELD
        return cls(loss, normal, pull)

    def step(self, damping: Array) -> Array:
        """Return the damped change `(N, 8)` of edge and terms."""
        diagonal = range(1 + _TERMS)
        damped = self.normal.copy()
        damped[:, diagonal, diagonal] *= 1 + damping[:, None]
        damped[:, diagonal, diagonal] += 1e-10
        return np.asarray(np.linalg.solve(damped, self.pull[..., None])[..., 0])

    def or_better(self, other: _Fitted, better: Flags) -> _Fitted:
        """Return the other guess where it is better."""
        return _Fitted(
            np.where(better, other.loss, self.loss),
            np.where(better[:, None, None], other.normal, self.normal),
            np.where(better[:, None], other.pull, self.pull),
        )

    def some(self, which: Flags) -> _Fitted:
        return _Fitted(self.loss[which], self.normal[which], self.pull[which])


def _sum(lit: Singles, bases: list[Singles], terms: tuple[int, ...]) -> Singles:
    first, *others = terms
    total = lit[first] * bases[first]
    for term in others:
        total += lit[term] * bases[term]
    return np.asarray(total, np.float32)


def _bases(edge: Array, stretches: Stretches) -> tuple[list[Singles], list[Singles]]:
    """Return the blurred bases, seven `(M, N)`, and their change as the edge moves outwards."""
    spread = stretches.spread_px.astype(np.float32)
    u = ((edge - stretches.offsets_px[:, None]) / stretches.spread_px).astype(np.float32)
    root = np.asarray(np.sqrt(spread), np.float32)
    inside, bell, arc, arc_slope = _blurred(u)
    arc, arc_slope = root * arc, arc_slope / root
    step = bell / spread
    outside = 1 - inside
    beyond = spread * (bell - u * outside)
    within = spread * (bell + u * inside)
    return (
        [outside, beyond, inside, arc, within, inside, arc],
        [-step, -outside, step, arc_slope, inside, step, arc_slope],
    )


def _blurred(u: Singles) -> tuple[Singles, Singles, Singles, Singles]:
    """Return normal distribution and density at u, E[√max(u + Z, 0)] for normal Z, its slope."""
    table = _table()
    at = (u - np.float32(_FIRST_U)) / np.float32(_STEP_U)
    np.maximum(at, 0, out=at)
    np.minimum(at, np.float32(len(table) - 1e-3), out=at)
    left = at.astype(np.intp)
    at -= left
    # Taken together, what one place needs is one reading of memory.
    near = np.take(table, left, axis=0, mode="clip")
    inside, bell, arc, slope = (near[..., k] + at * near[..., k + 4] for k in range(4))
    return inside, bell, arc, slope


@cache
def _table() -> Singles:
    """Return the four functions at `_STEP_U` apart, and how much each grows to the next place."""
    u = np.arange(_FIRST_U, _LAST_U, _STEP_U)
    z = np.linspace(-7.0, 7.0, 1401)
    weight = np.exp(-0.5 * z**2)
    weight /= weight.sum()
    arc = np.sqrt(np.maximum(u[:, None] + z, 0.0)) @ weight
    bell = np.exp(-0.5 * u**2) / np.sqrt(2 * np.pi)
    values = np.column_stack([ndtr(u), bell, arc, np.gradient(arc, u)])
    return np.hstack([values[:-1], np.diff(values, axis=0)]).astype(np.float32)
