"""Shewhart's control charts for averages and ranges, and for shares nonconforming.

D. C. Montgomery, Introduction to Statistical Quality Control, chapters 6.2, 7.2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qc.decision.control.rules import Rule, signals
from qc.decision.gauge.average_range import range_mean, range_root_mean_square

SIZES = range(2, 11)
"""Subgroups for which a range tells nearly as much as a standard deviation."""


@dataclass(frozen=True)
class Point:
    """One point with its own limits; those of a share depend on how many were looked at."""

    value: float
    lower: float
    upper: float
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Chart:
    """A centre line and points in their order."""

    centre: float
    points: tuple[Point, ...]

    @property
    def in_control(self) -> bool:
        """Whether no rule was broken."""
        return not any(point.rules for point in self.points)


@dataclass(frozen=True)
class Factors:
    """Factors of the X̄–R chart for subgroups of one size."""

    a2: float
    d3: float
    """D3, of the lower limit of the range; 0 up to six values."""
    d4: float
    """D4, of the upper limit of the range."""
    sigma: float
    """d2: the mean range in standard deviations."""


def factors(size: int) -> Factors:
    """Return the factors for subgroups of `size`, from the distribution of the range.

    Raises:
        ValueError: `size` is not in `SIZES`.
    """
    if size not in SIZES:
        raise ValueError(f"subgroups have {SIZES[0]} to {SIZES[-1]} values, got {size}")
    mean = range_mean(size)
    relative = math.sqrt(range_root_mean_square(size) ** 2 - mean**2) / mean
    return Factors(
        a2=3 / (mean * math.sqrt(size)),
        d3=max(0.0, 1 - 3 * relative),
        d4=1 + 3 * relative,
        sigma=mean,
    )


def xbar_r(subgroups: npt.NDArray[np.float64]) -> tuple[Chart, Chart]:
    """Return the charts of averages and of ranges.

    Args:
        subgroups: `(N, n)` values, n from 2 to 10, in the order in which they were made.

    Averages are looked at by all rules, ranges by the first: their distribution is skew.

    Raises:
        ValueError: there is no subgroup, or it has another size.
    """
    if subgroups.ndim != 2 or not len(subgroups):
        raise ValueError(f"subgroups must be (N, n) with N ≥ 1, got {subgroups.shape}")
    factor = factors(subgroups.shape[1])
    means, ranges = subgroups.mean(axis=1), np.ptp(subgroups, axis=1)
    centre, mean_range = float(means.mean()), float(ranges.mean())
    reach = factor.a2 * mean_range
    averages = _chart(means, centre, np.full(len(means), reach / 3), tuple(Rule))
    lower, upper = factor.d3 * mean_range, factor.d4 * mean_range
    return averages, Chart(
        centre=mean_range,
        points=tuple(
            Point(
                value=float(value),
                lower=lower,
                upper=upper,
                rules=() if lower <= value <= upper else (Rule.BEYOND,),
            )
            for value in ranges
        ),
    )


def p_chart(nonconforming: Sequence[int], inspected: Sequence[int]) -> Chart:
    """Return the chart of shares nonconforming, with limits by the size of each sample.

    Raises:
        ValueError: the two are not of one length, or a sample is empty or has more nonconforming
            units than units.
    """
    counts, sizes = np.asarray(nonconforming, float), np.asarray(inspected, float)
    if len(counts) != len(sizes) or not len(sizes):
        raise ValueError("give as many counts as sizes, one at least")
    if (sizes < 1).any() or (counts < 0).any() or (counts > sizes).any():
        raise ValueError("each sample needs 0 ≤ nonconforming ≤ inspected, and one unit at least")
    centre = float(counts.sum() / sizes.sum())
    sigma = np.sqrt(centre * (1 - centre) / sizes)
    chart = _chart(counts / sizes, centre, sigma, tuple(Rule))
    clipped = tuple(
        Point(p.value, max(0.0, p.lower), min(1.0, p.upper), p.rules) for p in chart.points
    )
    return Chart(centre, clipped)


def _chart(
    values: npt.NDArray[np.float64],
    centre: float,
    sigma: npt.NDArray[np.float64],
    rules: tuple[Rule, ...],
) -> Chart:
    with np.errstate(invalid="ignore", divide="ignore"):
        deviations = np.nan_to_num((values - centre) / sigma, nan=0.0)
    found = signals(deviations.tolist(), rules)
    return Chart(
        centre,
        tuple(
            Point(float(v), float(centre - 3 * s), float(centre + 3 * s), broken)
            for v, s, broken in zip(values, sigma, found, strict=True)
        ),
    )
