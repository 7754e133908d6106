"""Outlines of regions, to masks and back.

Convention: points are `(x, y)`, the origin at the centre of the upper left pixel. A pixel belongs
to a region where its centre lies inside by the even-odd rule, so that an inner ring is a hole, or
where the outline runs through its square: a line drawn through pixel centres has no inside, but
it is a crack of one pixel's width.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.float64]
"""`(N, 2)` corners of a closed outline; the last is joined to the first."""

Mask = NDArray[np.bool_]

_STEP_PX = 0.25
_TIE = 1e-4
"""Formats of relative coordinates round: half a pixel comes back as nearly that."""


def draw_rings(rings: Sequence[Ring], shape: tuple[int, int]) -> Mask:
    """Draw outlines as a mask of a shape `(height, width)`; what lies beyond it is cut off."""
    height, width = shape
    mask = np.zeros(shape, bool)
    # One flip a crossing: whatever lies to its right changes sides.
    flips = np.zeros((height, width + 1), np.int64)
    for ring in rings:
        ends = np.roll(ring, -1, axis=0)
        for (x0, y0), (x1, y1) in zip(ring, ends, strict=True):
            if y0 == y1:
                continue
            low, high = sorted((y0, y1))
            rows = np.arange(max(0, int(np.ceil(low))), min(height, int(np.ceil(high))))
            crossings = x0 + (rows - y0) * (x1 - x0) / (y1 - y0)
            columns = np.clip(np.ceil(crossings - _TIE), 0, width).astype(int)
            np.add.at(flips, (rows, columns), 1)
        _draw_line(mask, ring, ends)
    inside = np.cumsum(flips[:, :width], axis=1) % 2 == 1
    return np.asarray(mask | inside)


def _draw_line(mask: Mask, starts: Ring, ends: Ring) -> None:
    """Mark the pixels through whose square an outline runs; along the border of two, neither."""
    for start, end in zip(starts, ends, strict=True):
        count = 1 + int(np.ceil(np.abs(end - start).max() / _STEP_PX))
        points = np.linspace(start, end, count + 1)
        nearest = np.rint(points)
        inside = (np.abs(points - nearest) < 0.5 - _TIE).all(axis=1)
        columns, rows = nearest[inside].astype(int).T
        kept = (rows >= 0) & (rows < mask.shape[0]) & (columns >= 0) & (columns < mask.shape[1])
        mask[rows[kept], columns[kept]] = True


def trace_mask(mask: Mask) -> list[tuple[Ring, ...]]:
    """Trace the connected regions of a mask along the edges of their pixels.

    Drawn again they give the same mask. Pixels that touch at a corner are of one region.

    Returns:
        Each region's rings, the largest first: its outlines and its holes.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=8
    )
    regions = []
    for label in range(1, count):
        x, y, w, h, _ = (int(value) for value in stats[label])
        own = np.asarray(labels[y : y + h, x : x + w] == label)
        rings = [ring + np.array([x, y]) for ring in _trace_component(own)]
        regions.append(tuple(sorted(rings, key=lambda ring: -abs(signed_area(ring)))))
    return regions


def is_hole(ring: Ring, rings: Sequence[Ring]) -> bool:
    """Tell whether one of a region's rings is a hole: an odd number of the others surround it."""
    along = ring[1 % len(ring)] - ring[0]
    # Half a pixel along its first side: rings may share corners, but no side.
    point = ring[0] + along * min(0.5, 0.5 / max(float(np.abs(along).max()), 0.5))
    x, y = point.tolist()
    surround = [
        cv2.pointPolygonTest(other.astype(np.float32), (x, y), False) > 0
        for other in rings
        if other is not ring
    ]
    return sum(surround) % 2 == 1


def signed_area(ring: Ring) -> float:
    """Area within a ring in square pixels, negative against the clock (y pointing down)."""
    x, y = ring.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def _trace_component(mask: Mask) -> list[Ring]:
    """Chain the edges between inside and outside, inside on the right, into rings."""
    inside = np.pad(mask, 1)
    following: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for (right, below), (axis, towards), direction in _SIDES:
        # Corner (x, y) is the upper left corner of pixel (x, y).
        rows, columns = np.nonzero(inside & ~np.roll(inside, towards, axis=axis))
        for x, y in zip(columns.tolist(), rows.tolist(), strict=True):
            following.setdefault((x - 1 + right, y - 1 + below), []).append(direction)
    rings = []
    while following:
        start = next(iter(following))
        corners: list[tuple[int, int]] = []
        at, heading = start, following[start][0]
        while True:
            choices = following[at]
            # Where two pixels touch at a corner the tighter turn keeps them apart.
            tighter = (-heading[1], heading[0])
            step = tighter if tighter in choices else choices[0]
            choices.remove(step)
            if not choices:
                del following[at]
            if step != heading or not corners:
                corners.append(at)
            heading, at = step, (at[0] + step[0], at[1] + step[1])
            if at == start and not (at in following and _continues(following[at], heading)):
                break
        rings.append(np.array(corners, np.float64) - 0.5)
    return rings


def _continues(choices: list[tuple[int, int]], heading: tuple[int, int]) -> bool:
    """Tell whether a ring that comes back to its first corner turns there and goes on."""
    return (-heading[1], heading[0]) in choices


_SIDES = (
    ((0, 0), (0, 1), (1, 0)),
    ((1, 0), (1, -1), (0, 1)),
    ((1, 1), (0, -1), (-1, 0)),
    ((0, 1), (1, 1), (0, -1)),
)
"""Of each side of a pixel: the corner it starts from, where its neighbour lies (axis and shift of
`np.roll`), and its direction, with the pixel on the right hand."""
