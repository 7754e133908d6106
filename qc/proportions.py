"""What a count tells of a share: exact binomial bounds (Clopper and Pearson, Biometrika 26, 1934).

The quantiles are of scipy.special: scipy.stats would be a quarter of every program's start.
"""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv


@overload
def lower_bound(count: int, total: int, confidence: float) -> float: ...
@overload
def lower_bound(
    count: NDArray[np.integer], total: int, confidence: float
) -> NDArray[np.floating]: ...


def lower_bound(
    count: int | NDArray[np.integer], total: int, confidence: float
) -> float | NDArray[np.floating]:
    """Return the one-sided lower bound of a share of which `count` in `total` were seen.

    Args:
        count: 0 to `total`; several at once as an array.
        total: 0 for none seen, whose bound is 0.
        confidence: chance that the share lies above, such as 0.95.
    """
    counts = np.asarray(count)
    bound = np.where(
        counts > 0,
        betaincinv(np.maximum(counts, 1), total - counts + 1, 1 - confidence),
        0.0,
    )
    return float(bound) if np.ndim(count) == 0 else bound


def upper_bound(count: int, total: int, confidence: float) -> float:
    """Return the one-sided upper bound of a share of which `count` in `total` were seen.

    Of `total` 0 it is 1.
    """
    return 1 - lower_bound(total - count, total, confidence)


def interval(count: int, total: int) -> tuple[float, float]:
    """Return the two-sided 95 % interval of a share of which `count` in `total` were seen."""
    return lower_bound(count, total, 0.975), upper_bound(count, total, 0.975)


def span(count: int, total: int) -> str:
    """Write the two-sided 95 % interval: `0.72–0.99`."""
    low, high = interval(count, total)
    return f"{low:.2f}–{high:.2f}"


def told(count: int, total: int) -> str:
    """Write a share with its 95 % interval: `0.91 (0.72–0.99)`; a dash where nothing was seen."""
    if not total:
        return "–"
    return f"{count / total:.2f} ({span(count, total)})"
