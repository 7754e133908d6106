"""The detector: probability maps of the known defect types for a picture of any size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.release import Release, active_folder, read_release
from qc.defects.session import Session
from qc.defects.tiling import cut
from qc.errors import ReleaseError

_STRONGEST = 20
_SAMPLED = 16
_ROWS = 32


@dataclass(frozen=True)
class DefectMap:
    """Probability of each of `types` at each pixel; types are independent.

    `raster` `(types, h, w)` is what was computed. Of a picture of `shape` `(H, W)` that may be
    every second row and column: what is asked of whole maps is worked out there, and enlarged.
    """

    types: tuple[str, ...]
    raster: NDArray[np.float32]
    shape: tuple[int, int] | None = None
    """None: the raster's own."""

    @cached_property
    def probability(self) -> NDArray[np.float32]:
        """`(types, H, W)` probability of each type."""
        if self._factor == 1:
            return self.raster
        return np.stack([self._enlarged(own) for own in self.raster])

    def within(self, window: tuple[slice, slice]) -> NDArray[np.float32]:
        """Return `(types, h, w)` probability of each type in a window of the picture."""
        factor = self._factor
        if factor == 1:
            return self.raster[:, *window]
        # One more cell on every side: enlarging reads beyond its own.
        cells = tuple(
            slice(max(0, side.start // factor - 1), -(-side.stop // factor) + 1) for side in window
        )
        part = self.raster[:, *cells]
        shape = (part.shape[1] * factor, part.shape[2] * factor)
        down, across = (
            slice(side.start - cell.start * factor, side.stop - cell.start * factor)
            for side, cell in zip(window, cells, strict=True)
        )
        return DefectMap(self.types, part, shape).probability[:, down, across]

    @cached_property
    def strongest(self) -> NDArray[np.float32]:
        """`(H, W)` probability of the most probable type."""
        return np.asarray(self.probability.max(axis=0))

    @cached_property
    def any_type(self) -> NDArray[np.float32]:
        """`(H, W)` probability that there is a defect, of whatever type: 1 - Π (1 - p).

        What might be a dent, a stain or a drip is hardly ever sure to be one of them.
        """
        defective = np.empty(self.raster.shape[1:], np.float32)
        # A few rows at a time stay in the processor's cache: half the time.
        for first in range(0, len(defective), _ROWS):
            rows = slice(first, first + _ROWS)
            sound = 1 - self.raster[0, rows]
            for probability in self.raster[1:, rows]:
                sound -= sound * probability
            np.subtract(1, sound, out=defective[rows])
        return self._enlarged(defective)

    @property
    def _factor(self) -> int:
        """How many of the picture's pixels a value of the raster stands for, along a side."""
        down, across = self.raster.shape[1:]
        height, width = self.shape or (down, across)
        return int(max(-(-height // down), -(-width // across)))

    def _enlarged(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return values of the raster at the picture's pixels."""
        factor = self._factor
        if factor == 1:
            return values
        height, width = self.shape or values.shape
        down, across = values.shape
        size = (across * factor, down * factor)
        larger = cv2.resize(values, size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(larger[:height, :width], np.float32)

    @property
    def score(self) -> float:
        """One figure a picture, as `score_of` its probabilities of a defect."""
        return score_of(self.any_type)


def score_of(probability: NDArray[np.float32]) -> float:
    """Return the mean of the 20 most suspicious pixels of a picture or a part of it."""
    if probability.size == 0:
        return 0.0
    count = min(_STRONGEST, probability.size)
    # The weakest of the strongest of some is not above that of all, and leaves few to partition.
    some = probability.ravel()[::_SAMPLED]
    if some.size >= count:
        probability = probability[probability >= np.partition(some, -count)[-count]]
    return float(np.partition(probability, -count, axis=None)[-count:].mean())


class Detector:
    """A release, loaded."""

    def __init__(self, release: Release, session: Session) -> None:
        self.release = release
        self._session = session

    @classmethod
    def load(cls, folder: Path, *, threads: int = 0) -> Self:
        """Load a release after verifying its checksum; `threads` as `Session`.

        Raises:
            ReleaseError: the release is incomplete, altered or cannot be run.
        """
        release = read_release(folder)
        session = Session(folder / "model.onnx", threads=threads)
        stride, count = release.stride_px, len(release.types)
        maps = session.run(np.zeros((1, stride, stride, 3), np.uint8))
        if maps.shape not in {(1, count, side, side) for side in (stride, stride // 2)}:
            raise ReleaseError(
                f"the network in {folder} gives maps of {maps.shape}, but the release has "
                f"{count} types",
                fix="Export the network again, with its release file.",
            )
        return cls(release, session)

    @classmethod
    def load_active(cls) -> Self | None:
        """Load the active release; None where none is active.

        Raises:
            ReleaseError: as `load`.
        """
        folder = active_folder()
        return cls.load(folder) if folder else None

    @property
    def reference(self) -> str:
        """`name@version` of the release."""
        return self.release.reference

    @property
    def types(self) -> tuple[str, ...]:
        """Defect types, in the order of the maps."""
        return self.release.types

    @property
    def mm_per_px(self) -> float:
        """Scale at which the network was trained."""
        return self.release.mm_per_px

    def map(self, pixels: NDArray[np.uint8], asked: NDArray[np.bool_] | None = None) -> DefectMap:
        """Map the defects of a picture.

        Large pictures are cut into overlapping tiles whose weights fall linearly towards their
        borders, so that no seam shows and memory stays bounded by the tile.

        Args:
            pixels: `(H, W, 3)` sRGB, at least 1 × 1.
            asked: `(H, W)` where the answer matters; a tile without such a pixel is not looked
                at, and its probability is 0. None means everywhere.

        Raises:
            ValueError: an array has another shape.
        """
        if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
            raise ValueError(f"pixels must be (H, W, 3), got {pixels.shape}")
        if asked is not None and asked.shape != pixels.shape[:2]:
            raise ValueError(f"asked must be {pixels.shape[:2]}, got {asked.shape}")
        height, width = pixels.shape[:2]
        tiles = [
            tile
            for tile in cut(height, width, self.release.stride_px)
            if asked is None or asked[tile.window].any()
        ]
        if [tile.share.shape for tile in tiles] == [(height, width)]:
            return self._tile(pixels)
        total = np.zeros((len(self.types), height, width), np.float32)
        weight = np.zeros((height, width), np.float32)
        for tile in tiles:
            down, across = tile.window
            total[:, down, across] += self._tile(pixels[tile.window]).probability * tile.share
            weight[tile.window] += tile.share
        weight[weight == 0] = 1
        return DefectMap(self.types, total / weight)

    def _tile(self, tile: NDArray[np.uint8]) -> DefectMap:
        """Run one tile, mirrored at its lower and right border up to the network's stride."""
        height, width = tile.shape[:2]
        stride = self.release.stride_px
        below, beside = -height % stride, -width % stride
        padded = np.pad(tile, ((0, below), (0, beside), (0, 0)), mode="symmetric")
        raster = self._session.run(padded[None])[0]
        factor = len(padded) // raster.shape[1]
        seen = raster[:, : -(-height // factor), : -(-width // factor)]
        return DefectMap(self.types, seen, (height, width))
