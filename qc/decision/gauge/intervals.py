"""Confidence intervals of variance components in the two-way random model.

Modified large-sample method: Graybill & Wang (1980) for sums of mean squares, Ting et al. (1990)
for their differences, Arteaga et al. (1982) for the ratio of part to gauge, as collected by
Burdick, Borror & Montgomery, *Design and Analysis of Gauge R&R Studies* (SIAM, 2005), chapter 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from scipy.special import chdtri, fdtri

from qc.decision.gauge.report import Interval


@dataclass(frozen=True, slots=True)
class MeanSquare:
    """A mean square and its degrees of freedom."""

    value: float
    df: int

    @property
    def ss(self) -> float:
        """The sum of squares."""
        return self.value * self.df


@cache
def _chi2(quantile: float, df: int) -> float:
    return float(chdtri(df, 1 - quantile))


@cache
def _fisher(quantile: float, df1: int, df2: int) -> float:
    return float(fdtri(df1, df2, quantile))


def _g(df: int, tail: float) -> float:
    return 1 - df / _chi2(1 - tail, df)


def _h(df: int, tail: float) -> float:
    return df / _chi2(tail, df) - 1


def interval_of_sum(
    terms: Sequence[tuple[float, MeanSquare]], confidence: float = 0.95
) -> Interval:
    """Interval of `Σ c · MS` with all c ≥ 0; exact where there is one term.

    Args:
        terms: pairs of coefficient and mean square.
        confidence: two-sided.
    """
    tail = (1 - confidence) / 2
    estimate = math.fsum(c * ms.value for c, ms in terms)
    below = math.fsum((_g(ms.df, tail) * c * ms.value) ** 2 for c, ms in terms)
    above = math.fsum((_h(ms.df, tail) * c * ms.value) ** 2 for c, ms in terms)
    return Interval(lower=max(0.0, estimate - math.sqrt(below)), upper=estimate + math.sqrt(above))


def interval_of_difference(
    first: MeanSquare, second: MeanSquare, divisor: float, confidence: float = 0.95
) -> Interval:
    """Interval of `(MS₁ − MS₂) / divisor`, a variance, so not below 0."""
    tail = (1 - confidence) / 2
    g1, h1 = _g(first.df, tail), _h(first.df, tail)
    g2, h2 = _g(second.df, tail), _h(second.df, tail)
    f_high = _fisher(1 - tail, first.df, second.df)
    f_low = _fisher(tail, first.df, second.df)
    g12 = ((f_high - 1) ** 2 - (g1 * f_high) ** 2 - h2**2) / f_high
    h12 = ((1 - f_low) ** 2 - (h1 * f_low) ** 2 - g2**2) / f_low
    a, b = first.value, second.value
    below = (g1 * a) ** 2 + (h2 * b) ** 2 + g12 * a * b
    above = (h1 * a) ** 2 + (g2 * b) ** 2 + h12 * a * b
    estimate = a - b
    return Interval(
        lower=max(0.0, (estimate - math.sqrt(max(0.0, below))) / divisor),
        upper=max(0.0, (estimate + math.sqrt(max(0.0, above))) / divisor),
    )


def interval_of_part_to_gauge(
    part: MeanSquare,
    operator: MeanSquare,
    interaction: MeanSquare,
    repeatability: MeanSquare,
    trials: int,
    confidence: float = 0.95,
) -> Interval:
    """Interval of the ratio of the part's variance to the gauge's (operators, interaction, error).

    Where the interaction is pooled, `interaction` and `repeatability` are the same mean square.
    """
    tail = (1 - confidence) / 2
    parts, operators = part.df + 1, operator.df + 1

    def bound(quantile: float) -> float:
        scale = part.df / _chi2(quantile, part.df)
        to_interaction = _fisher(quantile, part.df, interaction.df)
        to_operator = _fisher(quantile, part.df, operator.df)
        over = parts * scale * (part.value - to_interaction * interaction.value)
        under = operators * (
            parts * (trials - 1) * repeatability.value
            + scale * to_operator * operator.value
            + (parts - 1) * interaction.value
        )
        return max(0.0, over / under)

    return Interval(lower=bound(1 - tail), upper=bound(tail))
