"""How a picture of any size is cut into overlapping tiles that the network sees one by one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

TILE_AREA_PX = 1024 * 1024
"""Largest tile. Large ones waste less on overlaps, but the network's memory follows the area."""

OVERLAP_PX = 96
"""Wider than the context that changes a pixel's probability noticeably."""

_BESIDE_PX = 5
"""So much of what lies beside the asked pixels is seen at least."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, and what its pixels weigh where tiles overlap."""

    window: tuple[slice, slice]
    share: NDArray[np.float32]
    """`(H, W)`: 1, and falling linearly towards a border beyond which another tile goes on."""


def cut(height: int, width: int, stride_px: int = 1) -> list[Tile]:
    """Cut a picture into equal tiles of at most `TILE_AREA_PX`.

    Of all such grids it is the one of the least area, which the network's time follows.

    Args:
        height: of the picture in pixels, at least 1.
        width: likewise.
        stride_px: multiple to which the network pads the sides of a tile.
    """

    def cost(grid: tuple[int, int]) -> tuple[int, int]:
        tiles = grid[0] * grid[1]
        return tiles * area(grid), tiles

    def area(grid: tuple[int, int]) -> int:
        sides = (_side(height, grid[0]), _side(width, grid[1]))
        down, across = (-(-side // stride_px) * stride_px for side in sides)
        return down * across

    grids = product(range(1, _most(height) + 1), range(1, _most(width) + 1))
    rows, columns = min((grid for grid in grids if area(grid) <= TILE_AREA_PX), key=cost)
    return [
        Tile(
            (slice(*down), slice(*across)),
            np.minimum.outer(_ramp(*down, height), _ramp(*across, width)),
        )
        for down in _spans(height, rows)
        for across in _spans(width, columns)
    ]


def around(asked: NDArray[np.bool_], stride_px: int = 1) -> tuple[slice, slice]:
    """Return the window of `(H, W)` that holds every pixel asked for and some beside them.

    Its sides are multiples of the stride, so that nothing has to be made up beyond it, or the
    whole length where that is no longer.
    """
    rows, columns = (np.asarray(asked.any(axis=axis)) for axis in (1, 0))
    return _around(rows, stride_px), _around(columns, stride_px)


def _around(asked: NDArray[np.bool_], stride_px: int) -> slice:
    places = np.flatnonzero(asked)
    first, last = (int(places[0]), int(places[-1])) if len(places) else (0, -1)
    side = -(-(last + 1 - first + 2 * _BESIDE_PX) // stride_px) * stride_px
    if side >= len(asked):
        return slice(0, len(asked))
    start = min(max((first + last + 1 - side) // 2, 0), len(asked) - side)
    return slice(start, start + side)


def _most(length: int) -> int:
    """Return a number of tiles along a side that is always enough: theirs is then near 480 px."""
    return 1 + length // (4 * OVERLAP_PX)


def _side(length: int, count: int) -> int:
    """Return the side of `count` equal tiles that overlap by at least `OVERLAP_PX`."""
    return -(-(length + (count - 1) * OVERLAP_PX) // count)


def _spans(length: int, count: int) -> list[tuple[int, int]]:
    side = _side(length, count)
    starts = np.linspace(0, length - side, count).astype(int).tolist()
    return [(start, start + side) for start in starts]


def _ramp(start: int, end: int, length: int) -> NDArray[np.float32]:
    """Weights along one side: full, but falling towards a border that another tile covers."""
    position = np.arange(end - start, dtype=np.float32)
    rise = np.ones_like(position) if start == 0 else (position + 1) / OVERLAP_PX
    fall = np.ones_like(position) if end == length else (end - start - position) / OVERLAP_PX
    return np.clip(np.minimum(rise, fall), 0, 1)
