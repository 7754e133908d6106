"""Known defects of a product line: confirmed misses, recognised from the next photo on.

A patch looks like a known defect where it is nearer to one of its patches than to any good one,
and near enough: within a radius in which no good patch of the memory lies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_REACH = 0.8
"""Radius about a known patch, in units of its distance to the nearest good one."""


@dataclass(frozen=True, slots=True)
class DefectBank:
    """Known patches.

    `vectors` `(B, D)` whitened as the memory's, `radius` `(B,)`, `type` `(B,)` index in `types`.
    """

    vectors: Floats
    radius: Floats
    type: NDArray[np.int32]
    types: tuple[str, ...]

    @classmethod
    def empty(cls, dimensions: int) -> DefectBank:
        """Return a bank that knows nothing."""
        return cls(
            np.empty((0, dimensions), np.float32),
            np.empty(0, np.float32),
            np.empty(0, np.int32),
            (),
        )

    def with_defect(self, name: str, vectors: Floats, good_distance: Floats) -> DefectBank:
        """Add patches of a defect.

        Args:
            name: type of the defect.
            vectors: `(N, D)`.
            good_distance: `(N,)` distance of each to the nearest good patch.
        """
        types = self.types if name in self.types else (*self.types, name)
        return DefectBank(
            np.concatenate([self.vectors, vectors]),
            np.concatenate([self.radius, np.float32(_REACH) * good_distance]),
            np.concatenate([self.type, np.full(len(vectors), types.index(name), np.int32)]),
            types,
        )

    def recognise(self, vectors: Floats, good_distance: Floats) -> NDArray[np.int64]:
        """Return the type that each patch looks like, else -1.

        Args:
            vectors: `(..., D)` whitened patches.
            good_distance: `(...)` distance of each to the nearest good patch.
        """
        squared = (
            np.square(vectors).sum(axis=-1, keepdims=True)
            + np.square(self.vectors).sum(axis=1)
            - 2 * vectors @ self.vectors.T
        )
        distance = np.sqrt(np.maximum(squared, 0))
        near = np.where(distance < self.radius, distance, np.inf)
        nearest = near.argmin(axis=-1)
        sure = near.min(axis=-1) < good_distance
        return np.where(sure, self.type[nearest], -1).astype(np.int64)
