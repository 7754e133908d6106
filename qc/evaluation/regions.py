"""Are defects found as things, not as pixels: recall of regions against false regions a picture."""

from __future__ import annotations

from collections.abc import Sequence
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
class RegionScores:
    """Collects pictures; a defect counts as found at the probability of its surest finding."""

    pictures: int = 0
    found: list[float] = field(default_factory=list)
    """Per true defect, the probability of its surest finding; 0 where it was missed."""
    false: list[float] = field(default_factory=list)
    """Probability of every false finding."""

    def add(
        self,
        regions: Sequence[Region],
        truths: NDArray[np.integer],
        asked: Sequence[int] | None = None,
        unknown: NDArray[np.bool_] | None = None,
    ) -> None:
        """Count one picture.

        Args:
            regions: what was found, polygons in pixels.
            truths: `(H, W)` labels of the true defects, 0 where there is none.
            asked: labels that count for the recall, all by default; the others are neither
                asked for nor false.
            unknown: as in `match`.
        """
        self.pictures += 1
        matched = match(regions, truths, unknown)
        self.false += [region.probability for region in matched.false]
        labels = np.unique(truths[truths > 0]).tolist() if asked is None else asked
        for label in labels:
            region = matched.surest.get(label)
            self.found.append(region.probability if region else 0.0)

    def limit_at(self, false_per_picture: float) -> float:
        """Lowest probability that keeps the false regions within an allowance a picture."""
        allowed = int(false_per_picture * self.pictures)
        false = sorted(self.false, reverse=True)
        return false[allowed] if allowed < len(false) else 0.0

    def recall_at(self, false_per_picture: float) -> float:
        """Share of the defects found when so many false regions a picture are accepted.

        NaN without defects.
        """
        if not self.found:
            return float("nan")
        return float(np.mean(np.array(self.found) > self.limit_at(false_per_picture)))
