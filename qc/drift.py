"""Has what is seen of a product changed: recent inspections against those before.

Each feature's distribution is compared by the two-sample Kolmogorov-Smirnov test; the p-values of
all features together are held by Holm's step-down (S. Holm, Scand. J. Statist. 6, 1979). With many
items the smallest change is significant, so an alarm also needs a distance that matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from qc.records import Inspection

ALPHA: Final = 0.001
"""Chance of a false alarm among all features of a comparison; somebody looks every day."""

LEAST_DISTANCE: Final = 0.25
"""Largest difference of the two cumulative shares, from which a change matters."""

LEAST_ITEMS: Final = 40
"""Recent ones, and as many before, from which a comparison says anything."""

FEATURES: Final = ("detector", "normality", "distance", "tilt", "mat-residual")
"""Surface scores by detector and memory, and how the camera stood: mm, degrees and pixels."""

Values = Mapping[str, NDArray[np.float64]]


class Spread(NamedTuple):
    """Where a feature's values lie: the middle half between `p25` and `p75`, 90 % in all."""

    p5: float
    p25: float
    p50: float
    p75: float
    p95: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Self:
        """Return the percentiles of `(n,)` values, interpolated between neighbours."""
        return cls(*(float(found) for found in np.percentile(values, (5, 25, 50, 75, 95))))


@dataclass(frozen=True, slots=True)
class Shift:
    """How a feature moved.

    `before` and `recent` say where the values lay and lie; `distance` is the Kolmogorov-Smirnov
    statistic, `p_value` Holm's; `alarm` where the change is neither chance nor small.
    """

    feature: str
    before: Spread
    recent: Spread
    distance: float
    p_value: float
    alarm: bool

    @property
    def rises(self) -> bool:
        """True where the recent values are typically greater."""
        return self.recent.p50 > self.before.p50


def features_of(inspections: Iterable[Inspection]) -> dict[str, NDArray[np.float64]]:
    """Collect every feature's values, one for each inspection that has it.

    Of several views the most suspicious surface counts, and the first photo's camera.
    """
    rows: dict[str, list[float]] = {name: [] for name in FEATURES}
    for inspection in inspections:
        photo = inspection.photos[0] if inspection.photos else None
        found: dict[str, float | None] = {
            "detector": _greatest(score.detector for score in inspection.scores),
            "normality": _greatest(score.normality for score in inspection.scores),
            "distance": photo.distance_mm if photo else None,
            "tilt": photo.tilt_deg if photo else None,
            "mat-residual": photo.mat_residual_px if photo else None,
        }
        for name, value in found.items():
            if value is not None:
                rows[name].append(float(value))
    return {name: np.array(values) for name, values in rows.items()}


def _greatest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def compare(before: Values, recent: Values, alpha: float = ALPHA) -> list[Shift]:
    """Compare the features of which both have enough values, the least probable first.

    Args:
        before: `(n,)` values by feature.
        recent: `(m,)` values by feature.
        alpha: chance that anything alarms where nothing changed.
    """
    from scipy.stats import ks_2samp  # a quarter of every program's start, for this alone

    found = []
    for name in FEATURES:
        old, new = before.get(name, np.empty(0)), recent.get(name, np.empty(0))
        if min(len(old), len(new)) >= LEAST_ITEMS:
            test = ks_2samp(old, new)
            found.append((float(test.pvalue), float(test.statistic), name))
    shifts, held = [], 0.0
    for rank, (p_value, distance, name) in enumerate(sorted(found)):
        held = max(held, min(1.0, p_value * (len(found) - rank)))
        shifts.append(
            Shift(
                feature=name,
                before=Spread.of(before[name]),
                recent=Spread.of(recent[name]),
                distance=distance,
                p_value=held,
                alarm=held < alpha and distance >= LEAST_DISTANCE,
            )
        )
    return shifts
