"""Which pieces are one line: a crack or scratch that grain or a gleam interrupts.

Pieces belong together that lie near each other along one line, by the Gestalt laws of proximity
and good continuation (Wertheimer, 1923), and apart that lie beside each other: a claw's strokes
are several scratches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from qc.defects.sizes import size_px

_LINE: Final = 3.0
"""Length over width from which something is a line."""

_GAP_SHARE: Final = 0.3
"""Longest gap, as a share of the longer one's length."""

_OFF_LINE_PX: Final = 2.0
"""How much wider than the wider one both together may be."""

Point = tuple[int, int]
"""A pixel (x, y)."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some of the outlines, which are one: their numbers, their points `(N, 2)`, their size."""

    numbers: tuple[int, ...]
    points: NDArray[np.float64]
    length: float
    width: float

    @property
    def longest_gap(self) -> float:
        """How far from it a line may go on; nothing continues what is not a line."""
        return _GAP_SHARE * self.length if self.length >= _LINE * self.width else 0.0


def continued(outlines: Sequence[NDArray[np.float64]]) -> list[tuple[int, ...]]:
    """Group the numbers of outlines `(N, 2)` (x, y) in px that continue each other's line."""
    if len(outlines) < 2:  # as of most photos: nothing to size
        return [(n,) for n in range(len(outlines))]
    stretches = {n: _Stretch((n,), points, *size_px(points)) for n, points in enumerate(outlines)}
    # The nearest are joined first, so that the order of the outlines decides nothing.
    for _, one, other in sorted(_neighbours(list(stretches.values()))):
        first, second = stretches[one], stretches[other]
        if first is not second and (both := _both(first, second)):
            stretches |= dict.fromkeys(both.numbers, both)
    return sorted({stretch.numbers for stretch in stretches.values()})


def _neighbours(stretches: list[_Stretch]) -> Iterator[tuple[float, int, int]]:
    """Yield pairs of which one is a line that may go on in the other, and how far they are."""
    low = np.array([stretch.points.min(axis=0) for stretch in stretches])
    high = np.array([stretch.points.max(axis=0) for stretch in stretches])
    reach = np.array([stretch.longest_gap for stretch in stretches])
    apart = np.maximum(low[:, None] - high, low - high[:, None]).max(axis=2)
    allowed = np.maximum(reach[:, None], reach)
    near = (apart <= allowed) & (allowed > 0)
    for one, other in np.argwhere(np.triu(near, 1)).tolist():
        gap = float(cdist(stretches[one].points, stretches[other].points).min())
        if gap <= allowed[one, other]:
            yield gap, one, other


def _both(one: _Stretch, other: _Stretch) -> _Stretch | None:
    """Join two stretches; None where they do not lie along one line."""
    points = np.concatenate([one.points, other.points])
    length, width = size_px(points)
    if width > max(one.width, other.width) + _OFF_LINE_PX:
        return None
    return _Stretch(tuple(sorted(one.numbers + other.numbers)), points, length, width)


def bridges(outlines: Sequence[NDArray[np.float64]]) -> list[tuple[Point, Point]]:
    """Return the ends of the shortest lines that connect all outlines of a group."""
    ends = []
    joined, left = outlines[0], list(outlines[1:])
    while left:
        gaps = [cdist(joined, outline) for outline in left]
        nearest = min(range(len(left)), key=lambda n: float(gaps[n].min()))
        here, there = np.unravel_index(gaps[nearest].argmin(), gaps[nearest].shape)
        ends.append((_whole(joined[here]), _whole(left[nearest][there])))
        joined = np.concatenate([joined, left.pop(nearest)])
    return ends


def _whole(point: NDArray[np.float64]) -> Point:
    x, y = np.rint(point).astype(int).tolist()
    return x, y
