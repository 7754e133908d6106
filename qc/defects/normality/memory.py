"""The memory of good patches: whitened features, thinned out to a coreset.

Whitening makes all directions of the features count alike, so that a small but unusual change is
not drowned by what varies on every good item. The greedy coreset is that of PatchCore (K. Roth et
al., CVPR 2022); distances are divided by the local spread of good patches about the nearest
neighbour, to the power of one half, which takes the place of PatchCore's re-weighting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SHRINKAGE = 0.3
"""Added to every eigenvalue, in units of their mean: directions without variance stay finite."""

_NEIGHBOURS = 5
_SKETCH = 48
"""Dimensions of the random projection in which the coreset is chosen; it keeps distances to
about 15 % (Johnson and Lindenstrauss, 1984)."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Good patches.

    Attributes:
        mean: `(C,)`, of the features.
        projection: `(C, D)`, whitens the features.
        vectors: `(M, D)` whitened patches.
        spread: `(M,)` weight of a distance to each vector, 1 for a typical one.
        photo: `(M,)` number of the learning photo of each vector, `ADDED` for one added later.
    """

    ADDED: ClassVar[int] = -1

    mean: Floats
    projection: Floats
    vectors: Floats
    spread: Floats
    photo: NDArray[np.int32]

    def whiten(self, features: Floats) -> Floats:
        """Return features `(..., C)` as vectors `(..., D)` that compare with the memory's."""
        return np.asarray((features - self.mean) @ self.projection, np.float32)

    def weigh(self, distance: Floats, row: NDArray[np.int64]) -> Floats:
        """Divide distances to the vectors `row` by the spread of good patches about them."""
        return np.asarray(distance / self.spread[row], np.float32)

    def without(self, photo: int, whitening: tuple[Floats, Floats]) -> Memory:
        """Return the memory as if a photo had never been seen, under the others' whitening."""
        kept = self.photo != photo
        features = self.vectors[kept] @ np.linalg.inv(self.projection) + self.mean
        mean, projection = whitening
        bare = Memory(mean, projection, features, self.spread[kept], self.photo[kept])
        return replace(bare, vectors=bare.whiten(features))


class PatchStatistics:
    """Mean and covariance of features, summed up photo by photo."""

    def __init__(self, channels: int) -> None:
        self._count = 0
        self._sum = np.zeros(channels)
        self._products = np.zeros((channels, channels))

    def add(self, features: Floats) -> None:
        """Count `(N, C)` features."""
        self._count += len(features)
        self._sum += features.sum(axis=0, dtype=np.float64)
        wide = features.astype(np.float64)
        self._products += wide.T @ wide

    def without(self, part: PatchStatistics) -> PatchStatistics:
        """Return the statistics without a part that was added before."""
        rest = PatchStatistics(len(self._sum))
        rest._count = self._count - part._count
        rest._sum = self._sum - part._sum
        rest._products = self._products - part._products
        return rest

    def whitening(self) -> tuple[Floats, Floats]:
        """Return mean `(C,)` and projection `(C, C)`; whitened vectors have a mean square of 1."""
        mean = self._sum / self._count
        covariance = self._products / self._count - np.outer(mean, mean)
        values, axes = np.linalg.eigh(covariance)
        values = np.maximum(values, 0)
        floor = max(_SHRINKAGE * float(values.mean()), 1e-9)
        projection = axes / np.sqrt((values + floor) * len(values))
        return mean.astype(np.float32), projection.astype(np.float32)


def build_memory(
    features: Floats,
    photo: NDArray[np.int32],
    whitening: tuple[Floats, Floats],
    size: int,
    rng: np.random.Generator,
) -> Memory:
    """Choose the memory among candidate patches.

    Args:
        features: `(N, C)` of the candidates.
        photo: `(N,)` number of the photo of each, of at least two photos.
        whitening: mean `(C,)` and projection `(C, D)`.
        size: largest number of vectors.
        rng: draws the sketch.
    """
    mean, projection = whitening
    vectors = np.asarray((features - mean) @ projection, np.float32)
    rows = greedy_coreset(vectors, size, rng)
    vectors, photo = vectors[rows], photo[rows]
    spread = _spread(vectors, photo)
    return Memory(mean, projection, vectors, spread, photo)


def greedy_coreset(vectors: Floats, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return rows of a subset in which every vector has a near neighbour (T. Gonzalez, 1985).

    Each step takes the vector that lies farthest from all taken before. Copies are never taken.
    """
    sketch = rng.normal(size=(vectors.shape[1], _SKETCH)).astype(np.float32)
    points = np.ascontiguousarray(vectors @ sketch / np.float32(np.sqrt(_SKETCH)))
    norms = np.square(points).sum(axis=1)
    remaining = np.full(len(points), np.inf, np.float32)
    chosen: list[int] = []
    row = 0
    while len(chosen) < min(size, len(points)):
        chosen.append(row)
        squared = norms + norms[row] - 2 * (points @ points[row])
        np.minimum(remaining, squared, out=remaining)
        remaining[row] = -np.inf
        row = int(remaining.argmax())
        if remaining[row] <= 1e-6 * norms[row]:
            break
    return np.array(chosen)


def nearest(vectors: Floats, among: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return distance `(N,)` and row `(N,)` of the nearest of `among` `(M, D)` to `(N, D)`.

    The encoder's graph does the same for a whole picture.
    """
    pairs = np.square(among).sum(axis=1) - 2 * vectors @ among.T
    row = pairs.argmin(axis=1)
    squared = pairs[np.arange(len(row)), row] + np.square(vectors).sum(axis=1)
    return np.sqrt(np.maximum(squared, 0)).astype(np.float32), row


def _spread(vectors: Floats, photo: NDArray[np.int32]) -> Floats:
    """Weigh by the root of the mean distance to the next neighbours in other photos."""
    squared_norms = np.square(vectors).sum(axis=1)
    mean = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), 512):
        part = slice(start, start + 512)
        squared = squared_norms[part, None] + squared_norms - 2 * vectors[part] @ vectors.T
        squared[photo[part, None] == photo] = np.inf
        count = min(_NEIGHBOURS, squared.shape[1] - 1)
        nearest = np.partition(squared, count - 1, axis=1)[:, :count]
        usable = np.where(np.isfinite(nearest), np.sqrt(np.maximum(nearest, 0)), np.nan)
        mean[part] = np.nanmean(usable, axis=1)
    typical = float(np.nanmedian(mean))
    return np.sqrt(np.maximum(mean, 0.1 * typical) / typical).astype(np.float32)
