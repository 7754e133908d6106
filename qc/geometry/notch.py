"""Bites out of the edge: where the outline leaves its own course inwards and comes back.

A chip that took a clean piece away leaves nothing to see on the surface; what remains is the
shape. Around every point of the outline a smooth curve is fitted to the edge on both sides of a
gap and carried across it. Where the two sides agree with one smooth curve, and the edge between
them lies inside it, something is missing. Corners are no notches: there the sides do not agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.fft import fft, ifft, next_fast_len
from scipy.ndimage import gaussian_filter1d

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]
Index = npt.NDArray[np.intp]

_STEP_MM = 0.25
_SMOOTHING_MM = 3.0
_DEGREE = 3
_HALF_GAPS_MM: Final = (1.0, 1.4, 2.0, 2.75, 3.75, 5.0, 6.5, 8.5, 11.0, 14.0)
_MIN_FLANK_MM = 4.0
_FLANK_PER_GAP = 1.2
_MAX_SHARE = 0.35
"""Share of the outline over which a shape's own course can be told from a notch."""

MIN_DEPTH_MM = 0.5
"""Corners, drawn-out necks and the outline's own noise stay below 0.45 mm on sound items."""

_DEPTH_PER_NOISE = 6.0
"""A bite is deeper than this multiple of how far the edge strays from its course elsewhere."""

_DEPTH_PER_MISFIT = 10.0
"""And deeper than this multiple of how badly the course fits the edge beside it."""

_SAME_DEPTH = 1.25
"""Ratio of the depths across two gaps, one a third wider, up to which they are the same."""

_NORMAL_MAD = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""

_MAX_SCATTER_MM = 0.12
"""RMS of the edge about the fitted course; a rougher course proves nothing."""


@dataclass(frozen=True, slots=True)
class Notch:
    """Missing material.

    `polygon_mm` `(N, 2)` between the edge and the course that it should have; `length_mm` along
    the edge, `depth_mm` the deepest place, `area_mm2` as seen from above; `limit_mm` is the
    depth from which this edge shows a notch at all.
    """

    polygon_mm: Array
    length_mm: float
    depth_mm: float
    area_mm2: float
    limit_mm: float


def find_notches(outline_mm: Array, *, min_depth_mm: float = MIN_DEPTH_MM) -> list[Notch]:
    """Find where a closed outline is bitten.

    Args:
        outline_mm: `(N, 2)` in order, on the plane of the edge's height.
        min_depth_mm: shallower bites are the edge's own unevenness.

    Returns:
        Notches of about 2 to 15 mm, the deepest first; overlapping findings count once.
    """
    even_mm = _even(outline_mm)
    centre_mm = even_mm.mean(axis=0)
    even_mm -= centre_mm  # keeps the squares below small against what they leave
    points = even_mm.view(np.complex128)[:, 0]
    found: list[tuple[Notch, set[int]]] = []
    for narrow, wide in pairwise(_courses(points)):
        limit_mm = np.maximum(min_depth_mm, np.maximum(narrow.limit_mm, wide.limit_mm))
        shallow = np.maximum(narrow.deviation_mm, wide.deviation_mm)
        deep = np.minimum(narrow.deviation_mm, wide.deviation_mm)
        # A bite is as deep across any gap; a bend of the item's own shape grows with the gap.
        bitten = (shallow < -limit_mm) & (deep > _SAME_DEPTH * shallow)
        for centre in _deepest_of_runs(bitten, shallow):
            notch, covered = wide.notch(centre, float(limit_mm[centre]))
            if notch is not None:
                found.append((notch, covered))
    kept: list[Notch] = []
    taken: set[int] = set()
    for notch, covered in sorted(found, key=lambda entry: -entry[0].depth_mm):
        if taken.isdisjoint(covered):
            kept.append(replace(notch, polygon_mm=notch.polygon_mm + centre_mm))
            taken |= covered
    return kept


class _Course:
    """The smooth course across a gap of fixed size, at every point of an outline at once.

    Points are complex numbers, x + iy in mm, evenly spaced along a closed outline.
    `deviation_mm` `(N,)` is how far the edge lies outside its course, `limit_mm` `(N,)` how far
    inside it must lie to be bitten; infinite where the two sides share no smooth course.
    """

    def __init__(self, points: Complex, gap: int, flank: int) -> None:
        self._points = points
        self._flanks, self._inner, kernels, self._across = _fits(gap, flank)
        constant, slope, *fitted = self._correlate(kernels)
        explained = np.sum([_squared(component) for component in fitted], axis=0)
        left_mm2 = (_around(_squared(points), gap, flank) - explained) / len(self._flanks)
        scatter_mm = np.sqrt(np.maximum(left_mm2, 0.0))
        self._outward = -1j * slope / np.maximum(np.abs(slope), 1e-9)
        # The course at the gap's middle is the constant term.
        self.deviation_mm = _along(self._outward, points - constant)
        smooth = scatter_mm < _MAX_SCATTER_MM
        strays = np.abs(self.deviation_mm[smooth])
        noise_mm = _NORMAL_MAD * float(np.median(strays)) if len(strays) else 0.0
        needed_mm = np.maximum(_DEPTH_PER_NOISE * noise_mm, _DEPTH_PER_MISFIT * scatter_mm)
        self.limit_mm: Array = np.where(smooth, needed_mm, np.inf)

    def _correlate(self, weights: Array) -> Complex:
        """Weigh the points on the flanks around every point: `(K, F)` → `(K, N)`.

        The outline is evenly spaced, so every fit is a correlation with fixed kernels.
        """
        kernels = np.zeros((len(weights), len(self._points)))
        kernels[:, self._flanks] = weights
        # One transform carries x and y, and its length does not grow with the kernel's.
        return np.asarray(ifft(fft(self._points) * fft(kernels).conj()))

    def notch(self, centre: int, limit_mm: float) -> tuple[Notch | None, set[int]]:
        """Return the notch around a centre and the indices of the outline that it covers."""
        edge_mm = 0.5 * limit_mm
        count = len(self._points)
        inside = (centre + self._inner) % count
        course = self._across @ self._points[(centre + self._flanks) % count]
        depth = -_along(self._outward[centre], self._points[inside] - course)
        middle = len(inside) // 2
        low, high = middle, middle
        while low > 0 and depth[low - 1] > edge_mm:
            low -= 1
        while high < len(depth) - 1 and depth[high + 1] > edge_mm:
            high += 1
        if low == 0 or high == len(depth) - 1:  # it does not come back within the gap
            return None, set()
        span = slice(low, high + 1)
        polygon = np.concatenate([course[span], self._points[inside[span]][::-1]])
        x, y = polygon.real, polygon.imag
        return (
            Notch(
                polygon_mm=np.column_stack([x, y]),
                length_mm=float(np.abs(course[high] - course[low])),
                depth_mm=float(depth[span].max()),
                area_mm2=float(abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2),
                limit_mm=limit_mm,
            ),
            {int(i) for i in inside[span]},
        )


@cache
def _fits(gap: int, flank: int) -> tuple[Index, Index, Array, Array]:
    """Return what fits a polynomial to both flanks of a gap, wherever it is.

    Returns:
        Indices of the `(F,)` points on the flanks and of the `(G,)` in the gap, from its middle.
        What weighs the points on the flanks, `(6, F)`: to constant and slope, and to four
        orthonormal parts of the fit; and to the course across the gap, `(G, F)`.
    """
    outer = np.arange(gap + 1, gap + flank + 1)
    flanks, inner = np.concatenate([-outer[::-1], outer]), np.arange(-gap, gap + 1)
    powers, across = (
        np.vander(places / (gap + flank), _DEGREE + 1, increasing=True)
        for places in (flanks, inner)
    )
    basis, mixing = np.linalg.qr(powers)
    solve = np.linalg.solve(mixing, basis.T)
    return flanks, inner, np.vstack([solve[:2], basis.T]), across @ solve


def _squared(numbers: Complex) -> Array:
    return np.asarray(numbers.real**2 + numbers.imag**2)


def _along(direction: Complex, numbers: Complex) -> Array:
    """Return how far numbers, taken as points of the plane, lie along unit directions."""
    return np.asarray(direction.real * numbers.real + direction.imag * numbers.imag)


def _around(values: Array, gap: int, flank: int) -> Array:
    """Return the sum `(N,)` of closed `(N,)` values over both flanks around every point."""
    count, reach = len(values), gap + flank
    sums = np.concatenate([[0.0], values[-reach:], values, values[:reach]]).cumsum()
    before = sums[flank : flank + count] - sums[:count]
    return np.asarray(before + sums[-count:] - sums[-count - flank : -flank])


def _courses(points: Complex) -> list[_Course]:
    courses = []
    for half_gap_mm in _HALF_GAPS_MM:
        gap = round(half_gap_mm / _STEP_MM)
        flank = round(max(_MIN_FLANK_MM, _FLANK_PER_GAP * half_gap_mm) / _STEP_MM)
        if 2 * (gap + flank) > _MAX_SHARE * len(points):
            break
        courses.append(_Course(points, gap, flank))
    return courses


def _even(outline_mm: Array) -> Array:
    """Space a closed curve a quarter of a millimetre apart along its course, counter-clockwise.

    Lengths are taken along the smoothed curve, so that the walls of a bite add little to them.
    """
    x, y = outline_mm[:, 0], outline_mm[:, 1]
    if np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) < 0:
        outline_mm = outline_mm[::-1]
    dense = _resampled(outline_mm, outline_mm)
    smooth = gaussian_filter1d(dense, _SMOOTHING_MM / _STEP_MM, axis=0, mode="wrap")
    return _resampled(dense, smooth)


def _resampled(points: Array, measured: Array) -> Array:
    """Interpolate a closed curve at even lengths of another one with as many points."""
    ahead = np.linalg.norm(np.diff(measured, axis=0, append=measured[:1]), axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(ahead)])
    closed = np.vstack([points, points[:1]])
    count = next_fast_len(max(8, round(travelled[-1] / _STEP_MM)))
    at = np.linspace(0, travelled[-1], count, endpoint=False)
    return np.column_stack([np.interp(at, travelled, closed[:, k]) for k in (0, 1)])


def _deepest_of_runs(flags: npt.NDArray[np.bool_], deviation: Array) -> list[int]:
    """Return the index of the least deviation in every run of flags on a closed outline."""
    if not flags.any():
        return []
    if flags.all():
        return [int(deviation.argmin())]
    start = int(np.flatnonzero(~flags)[0])  # begin where no run is cut in two
    order = (np.arange(len(flags)) + start) % len(flags)
    at = order[flags[order]]
    breaks = np.flatnonzero(np.diff((at - start) % len(flags)) > 1) + 1
    return [int(run[deviation[run].argmin()]) for run in np.split(at, breaks)]
