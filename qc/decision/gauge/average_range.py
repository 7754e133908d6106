"""The average-and-range method (AIAG MSA 4th ed., chapter III-B), the cross-check done by hand."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy.integrate import simpson
from scipy.special import ndtr

from qc.decision.gauge.report import AverageRange
from qc.decision.gauge.study import Study

NDC_FACTOR = 1.41
"""√2, rounded as the manual does."""


def analyse_ranges(study: Study) -> AverageRange:
    """Estimate the gauge's and the parts' standard deviations from ranges."""
    values = study.values
    parts, operators, trials = values.shape
    mean_range = float(np.ptp(values, axis=2).mean())
    operator_range = float(np.ptp(values.mean(axis=(0, 2))))
    part_range = float(np.ptp(values.mean(axis=(1, 2))))
    # With the manual's constants: K1 = 1/d2 (many ranges), K2 and K3 = 1/d2* (one range).
    repeatability = mean_range / range_mean(trials)
    spread = operator_range / range_root_mean_square(operators)
    reproducibility = math.sqrt(max(0.0, spread**2 - repeatability**2 / (parts * trials)))
    part = part_range / range_root_mean_square(parts)
    grr = math.hypot(repeatability, reproducibility)
    total = math.hypot(grr, part)
    return AverageRange(
        repeatability_sd=repeatability,
        reproducibility_sd=reproducibility,
        grr_sd=grr,
        part_sd=part,
        total_sd=total,
        grr_percent_of_total=100 * grr / total,
        ndc=math.floor(NDC_FACTOR * part / grr),
    )


@cache
def _range_moments(size: int) -> tuple[float, float]:
    """Return mean and mean square of the range of `size` standard normal values.

    By integrating the distribution of the range, `n ∫ φ(x) [Φ(x + w) − Φ(x)]ⁿ⁻¹ dx`
    (Tippett 1925), which gives any size where the manual's tables end.
    """
    x, w = np.linspace(-9, 9, 601), np.linspace(0, 18, 601)
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    rise = ndtr(x[:, None] + w) - ndtr(x)[:, None]
    below = simpson(size * density[:, None] * rise ** (size - 1), x=x, axis=0)
    beyond = 1 - below
    return float(simpson(beyond, x=w)), float(simpson(2 * w * beyond, x=w))


def range_mean(size: int) -> float:
    """Return d2, the expected range of `size` standard normal values."""
    return _range_moments(size)[0]


def range_root_mean_square(size: int) -> float:
    """Return d2* for a single range, `√(d2² + d3²)` (Duncan 1974)."""
    return math.sqrt(_range_moments(size)[1])
