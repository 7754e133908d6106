"""How far the suspicion of the encoder's own detector raises a patch's distance to good ones.

A distance says how unlike good items a patch is, a suspicion how like known defects. Scores of
good photos show how much either varies where nothing is wrong: one standard deviation of the
suspicion raises a distance as much as one of the (logarithmic) distance is. The product stays a
distance: positive, and that of the memory alone where nothing is more suspicious than usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FITTED_PHOTOS: Final = 256
"""Good photos that suffice for the weight; what they show is held together while it is fitted."""

_LEAST_DISTANCE_SPREAD = 0.02
_LEAST_LOGIT_SPREAD = 1.0
"""Where good photos hardly vary, their spread says less than the next photo's light."""

_LOWEST = -3.0
"""Logits below the usual one that lower a distance; less suspicious than that means nothing."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`weight` of a logit above the `usual` one of good photos; a weight of 0 changes nothing."""

    weight: float = 0.0
    usual: float = 0.0

    @classmethod
    def fit(cls, distances: NDArray[np.floating], logits: NDArray[np.floating]) -> Self:
        """Choose the weight.

        Args:
            distances: `(n,)` score of each good photo by distances alone, without itself.
            logits: `(n,)` the same of its suspicion.
        """
        spread = max(_robust_deviation(np.log(np.maximum(distances, 1e-6))), _LEAST_DISTANCE_SPREAD)
        weight = spread / max(_robust_deviation(logits), _LEAST_LOGIT_SPREAD)
        return cls(float(weight), float(np.median(logits)))

    def raised(self, distance: Floats, logits: Floats) -> Floats:
        """Return distances `(...)` raised by the suspicion `(...)` of the same patches."""
        if self.weight == 0:
            return distance
        above = np.maximum(logits - self.usual, _LOWEST)
        return np.asarray(distance * np.exp(self.weight * above), np.float32)


def _robust_deviation(values: NDArray[np.floating]) -> float:
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))
