"""Proving conformity with a limit: ISO 14253-1, and what is still at risk: JCGM 106.

A measured value proves conformity only where it lies inside the limits by more than the guard
band `g = 1.65 u`, and proves non-conformity only where it lies outside by more than that; with
a normal distribution each wrong decision then has a probability of at most 5 %.
"""

from __future__ import annotations

from enum import StrEnum

from scipy.special import ndtr

GUARD_BAND_FACTOR = 1.65
"""95 % one-sided quantile of the normal distribution, as in ISO 14253-1:2017."""


class Decision(StrEnum):
    """What the value says of the limits."""

    PASS = "pass"
    FAIL = "fail"
    CHECK = "check"


def decide(value_mm: float, u_mm: float, lower_mm: float, upper_mm: float) -> Decision:
    """Decide on a value against its limits.

    Args:
        value_mm: measured value.
        u_mm: its standard uncertainty (k = 1), not below zero.
        lower_mm: lower specification limit.
        upper_mm: upper specification limit, above `lower_mm`.

    Returns:
        `PASS` inside, `FAIL` outside, `CHECK` within the guard band of a limit. An uncertainty
        too large for the tolerance leaves no room for `PASS`.

    Raises:
        ValueError: the uncertainty is negative or the limits are not in order.
    """
    if not u_mm >= 0:
        raise ValueError(f"u_mm must not be negative, got {u_mm}")
    if not lower_mm < upper_mm:
        raise ValueError(f"lower_mm {lower_mm} must be below upper_mm {upper_mm}")
    guard_mm = GUARD_BAND_FACTOR * u_mm
    if value_mm < lower_mm - guard_mm or value_mm > upper_mm + guard_mm:
        return Decision.FAIL
    if lower_mm + guard_mm <= value_mm <= upper_mm - guard_mm:
        return Decision.PASS
    return Decision.CHECK


def conformance_probability(value: float, u: float, lower: float, upper: float) -> float:
    """Return the probability that the true value lies within the limits, given a measured one.

    JCGM 106:2012, clause 7: with no other knowledge of the item the true value is normal about
    the measured one. For an item that is accepted, one less this is the specific consumer's risk;
    for one that is rejected, this is the specific producer's risk (clause 9).

    Args:
        value: measured value; all four in one unit.
        u: its standard uncertainty (k = 1), not below zero.
        lower: lower limit, `-inf` where there is none.
        upper: upper limit, `inf` where there is none.

    Raises:
        ValueError: the uncertainty is negative.
    """
    if not u >= 0:
        raise ValueError(f"u must not be negative, got {u}")
    if u == 0:
        return float(lower <= value <= upper)
    above, below = (value - lower) / u, (upper - value) / u
    return max(0.0, 1.0 - float(ndtr(-above)) - float(ndtr(-below)))
