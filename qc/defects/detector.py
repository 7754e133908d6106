"""The detector: probability maps of the known defect types for a picture of any size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from qc.defects.release import Release, active_folder, read_release
from qc.defects.session import Session
from qc.errors import ReleaseError

TILE_PX = 512
OVERLAP_PX = 96
"""Wider than the context that changes a pixel's probability noticeably."""


@dataclass(frozen=True, slots=True)
class DefectMap:
    """`probability` `(types, H, W)` of each of `types` at each pixel; types are independent."""

    types: tuple[str, ...]
    probability: NDArray[np.float32]

    @property
    def score(self) -> float:
        """One figure a picture: the mean of its 20 most suspicious pixels of any type."""
        strongest = self.probability.max(axis=0).ravel()
        count = min(20, strongest.size)
        return float(np.partition(strongest, -count)[-count:].mean())


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
        if maps.shape != (1, count, stride, stride):
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

    def map(self, pixels: NDArray[np.uint8]) -> DefectMap:
        """Map the defects of a picture.

        Large pictures are cut into overlapping tiles whose weights fall linearly towards their
        borders, so that no seam shows and memory stays bounded by the tile.

        Args:
            pixels: `(H, W, 3)` sRGB, at least 1 × 1.

        Raises:
            ValueError: the array has another shape.
        """
        if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
            raise ValueError(f"pixels must be (H, W, 3), got {pixels.shape}")
        height, width = pixels.shape[:2]
        total = np.zeros((len(self.types), height, width), np.float32)
        weight = np.zeros((height, width), np.float32)
        for top, bottom in _spans(height):
            for left, right in _spans(width):
                tile = pixels[top:bottom, left:right]
                share = np.minimum.outer(
                    _ramp(top, bottom, height), _ramp(left, right, width)
                ).astype(np.float32)
                total[:, top:bottom, left:right] += self._tile(tile) * share
                weight[top:bottom, left:right] += share
        return DefectMap(self.types, total / weight)

    def _tile(self, tile: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run one tile, mirrored at its lower and right border up to the network's stride."""
        height, width = tile.shape[:2]
        stride = self.release.stride_px
        below, beside = -height % stride, -width % stride
        padded = np.pad(tile, ((0, below), (0, beside), (0, 0)), mode="symmetric")
        return self._session.run(padded[None])[0, :, :height, :width]


def _spans(length: int) -> list[tuple[int, int]]:
    """Cut a length into tiles of equal size that overlap by at least `OVERLAP_PX`."""
    if length <= TILE_PX:
        return [(0, length)]
    count = -(-(length - OVERLAP_PX) // (TILE_PX - OVERLAP_PX))
    starts = np.linspace(0, length - TILE_PX, count).round().astype(int)
    return [(int(start), int(start) + TILE_PX) for start in starts]


def _ramp(start: int, end: int, length: int) -> NDArray[np.float64]:
    """Weights along one side: full, but falling towards a border that another tile covers."""
    position = np.arange(end - start)
    rise = np.ones(end - start) if start == 0 else (position + 1) / OVERLAP_PX
    fall = np.ones(end - start) if end == length else (end - start - position) / OVERLAP_PX
    return np.clip(np.minimum(rise, fall), 0, 1)
