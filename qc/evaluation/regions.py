"""Are defects found as things, not as pixels: recall of regions against false regions a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.regions import Region

NEAR_PX = 3
"""A finding this near to a defect is not a false one: masks and maps differ by a pixel or two."""

FOUND_SHARE = 0.1
"""Share of a defect's own area that a finding must cover to have found it."""


@dataclass(frozen=True)
class Match:
    """What the findings of one picture are worth.

    Attributes:
        surest: per true defect, by its label, the surest finding that covers it.
        false: findings that touch neither a defect nor a place that nobody knows.
    """

    surest: dict[int, Region]
    false: list[Region]

    def probability(self, label: int) -> float:
        """Return that of a defect's surest finding; 0 where it was missed."""
        return self.surest[label].probability if label in self.surest else 0.0


def match(
    regions: Sequence[Region],
    truths: NDArray[np.integer],
    unknown: NDArray[np.bool_] | None = None,
) -> Match:
    """Compare findings with the true defects of a picture, whatever they are called.

    A scratch that is called a crack was found; its name is the business of the confusion table.

    Args:
        regions: what was found, polygons in pixels.
        truths: `(H, W)` labels of the true defects, 0 where there is none.
        unknown: `(H, W)` true where nobody knows what is there: a finding that touches such a
            place is not a false one. Nowhere by default.
    """
    areas = np.bincount(truths.ravel())
    excused = truths > 0 if unknown is None else (truths > 0) | unknown
    reach = np.ones((2 * NEAR_PX + 1,) * 2, np.uint8)
    near = cv2.dilate(excused.astype(np.uint8), reach).astype(bool)
    surest: dict[int, Region] = {}
    false = []
    for region in regions:
        own = np.zeros(truths.shape, np.uint8)
        cv2.fillPoly(own, [np.rint(region.polygon).astype(np.int32)], (1,))
        inside = own.astype(bool)
        covered = np.bincount(truths[inside], minlength=len(areas)) / np.maximum(areas, 1)
        covered[0] = 0
        for label in np.flatnonzero(covered >= FOUND_SHARE).tolist():
            if label not in surest or region.probability > surest[label].probability:
                surest[label] = region
        if not (inside & near).any():
            false.append(region)
    return Match(surest, false)


@dataclass
class FalseFindings:
    """What is found on some pictures where nothing is: the price of recall."""

    pictures: int = 0
    probabilities: list[float] = field(default_factory=list)

    def add(self, false: Iterable[Region]) -> None:
        """Count one picture's."""
        self.pictures += 1
        self.probabilities += [region.probability for region in false]

    def limit_at(self, per_picture: float) -> float:
        """Lowest probability that keeps them within an allowance a picture."""
        allowed = int(per_picture * self.pictures)
        surest = sorted(self.probabilities, reverse=True)
        return surest[allowed] if allowed < len(surest) else 0.0

    def recall_at(self, per_picture: float, found: Sequence[float]) -> float:
        """Share of some defects found when so many false findings a picture are accepted.

        Args:
            per_picture: the allowance.
            found: per defect, as `Match.probability`.

        Returns:
            The share; NaN without defects.
        """
        if not found:
            return float("nan")
        return float(np.mean(np.array(found) > self.limit_at(per_picture)))
