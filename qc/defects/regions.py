"""From probability maps to defect instances.

A region is grown from its seeds by hysteresis (Canny, 1986): it extends to all connected pixels at
which its type is the most probable one and reaches the low threshold, so that a crack which fades
in between stays one crack. One of them must be a defect of any type with the high probability.
Regions of a type that continue each other's line are one instance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.detector import DefectMap
from qc.defects.lines import bridges, continued
from qc.defects.sizes import outline_of, size_px
from qc.defects.tiling import around

LOW = 0.3
HIGH = 0.5
_MIN_AREA_PX = 4
_STRONGEST_SHARE = 0.1
"""The instance's probability is the mean of its strongest tenth: one hot pixel decides nothing."""


@dataclass(frozen=True, slots=True)
class Region:
    """A defect instance on the map's raster.

    `probability` is that of a defect, whatever its type; `polygon` `(N, 2)` (x, y) its outline
    through pixel centres; `length`, `width` and `area` in the map's pixels, or in mm (mm²) once
    scaled.
    """

    type: str
    probability: float
    polygon: NDArray[np.float64]
    length: float
    width: float
    area: float

    def moved(self, right_px: int, down_px: int) -> Region:
        """Return the same instance on a raster that begins so much farther to the upper left."""
        return replace(self, polygon=self.polygon + np.array([right_px, down_px]))


def find_regions(
    maps: DefectMap,
    allowed: NDArray[np.bool_] | None = None,
    *,
    reaching: NDArray[np.bool_] | None = None,
    scale: float = 1.0,
    low: float = LOW,
    high: float = HIGH,
) -> list[Region]:
    """Find the instances in probability maps, the most probable first.

    Args:
        maps: of `(types, H, W)`.
        allowed: `(H, W)` where a defect may lie; None means everywhere.
        reaching: `(H, W)` of which an instance must hold a pixel; None means any.
        scale: unit of length per pixel: mm/px gives sizes in mm, 1 gives pixels.
        low: probability to which a region extends.
        high: probability that it must reach.
    """
    if float(maps.any_type.max(initial=0)) < high:
        return []
    # Few pixels of most items are suspicious at all, and no type is surer than any of them. What
    # lies farther from them than the window's margin closes no gap.
    window = around(maps.any_type >= low)
    left, top = window[1].start, window[0].start
    probability, any_type = maps.within(window), maps.any_type[window]
    strongest = probability.max(axis=0)
    if allowed is not None:
        strongest = np.where(allowed[window], strongest, 0)
    reached = None if reaching is None else reaching[window]
    suspicious = strongest >= low
    winner = probability[:, suspicious].argmax(axis=0)
    defective = any_type[suspicious]
    regions: list[Region] = []
    for channel, name in enumerate(maps.types):
        values = np.where(winner == channel, defective, 0)
        if float(values.max(initial=0)) < high:
            continue
        own = np.zeros_like(strongest)
        own[suspicious] = values
        # One dark grain line or a change of type must not cut a crack in two.
        extent = cv2.morphologyEx(
            (own >= low).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
        )
        pieces = []
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            np.asarray(extent), connectivity=8
        )
        for label in range(1, count):
            x, y, w, h, area = (int(v) for v in stats[label])
            box = (slice(y, y + h), slice(x, x + w))
            inside = labels[box] == label
            values = own[box][inside]
            if area < _MIN_AREA_PX or float(values.max()) < high:
                continue
            if reached is not None and not reached[box][inside].any():
                continue
            pieces.append(
                _Piece(inside, values, outline_of(inside) + np.array([left + x, top + y]))
            )
        lines = continued([piece.outline for piece in pieces])
        regions += [_region(name, [pieces[n] for n in numbers], scale) for numbers in lines]
    return sorted(regions, key=lambda region: -region.probability)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Connected pixels of a type: its mask `(H, W)`, what they say, and its outline `(N, 2)`."""

    inside: NDArray[np.bool_]
    values: NDArray[np.float32]
    outline: NDArray[np.float64]

    @property
    def probability(self) -> float:
        count = max(1, round(_STRONGEST_SHARE * self.values.size))
        return float(np.sort(self.values)[-count:].mean())


def _region(name: str, pieces: list[_Piece], scale: float) -> Region:
    """Make an instance of pieces that are one line; its gaps are none of its area."""
    outline = pieces[0].outline if len(pieces) == 1 else _around(pieces)
    length, width = size_px(outline)
    return Region(
        type=name,
        probability=max(piece.probability for piece in pieces),
        polygon=_simplified(outline),
        length=length * scale,
        width=width * scale,
        area=sum(piece.values.size for piece in pieces) * scale**2,
    )


def _around(pieces: list[_Piece]) -> NDArray[np.float64]:
    """Return the outline of several pieces and of the lines that connect them."""
    outlines = [piece.outline for piece in pieces]
    corner = np.concatenate(outlines).min(axis=0)
    across, down = (np.concatenate(outlines).max(axis=0) - corner).astype(int) + 1
    whole = np.zeros((down, across), np.uint8)
    for piece in pieces:
        x, y = (piece.outline.min(axis=0) - corner).astype(int)
        height, width = piece.inside.shape
        whole[y : y + height, x : x + width] |= piece.inside
    for here, there in bridges([outline - corner for outline in outlines]):
        cv2.line(whole, here, there, (1,))
    return np.asarray(outline_of(whole.astype(bool)) + corner)


def _simplified(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    simple = cv2.approxPolyDP(outline.astype(np.float32), 0.7, True)
    return np.asarray(simple, np.float64).reshape(-1, 2)
