"""How much may pass by itself: the risk-coverage curve, and the place on it by two prices.

Items are ordered by the probability that they are defective. Passing those below a threshold
covers a share of all items at a risk, the share of defective ones among them (R. El-Yaniv and
Y. Wiener, On the foundations of noise-free selective classification, JMLR 11, 2010). What does not
pass goes to a person. An escape and a review have prices, and the threshold of least cost is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qc.errors import JudgeError
from qc.proportions import upper_bound

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Prices:
    """What an escape and a review cost, in the same currency.

    Raises:
        JudgeError: one is not positive, or a review costs as much as an escape.
    """

    escape: float
    review: float

    def __post_init__(self) -> None:
        if not 0 < self.review < self.escape:
            raise JudgeError(
                f"a review for {self.review:g} and an escape for {self.escape:g} leave no choice",
                fix="Give prices above 0; an escape costs more than a review.",
            )


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The curve: at place k the items below `threshold[k]` pass.

    `threshold` `(n,)` rising from 0, which passes nothing, to infinity, which passes everything;
    `coverage` `(n,)` share of all items that pass; `escapes` `(n,)` share of all items that are
    defective and pass; the risk is `escapes / coverage`.
    """

    threshold: NDArray[np.float64]
    coverage: NDArray[np.float64]
    escapes: NDArray[np.float64]

    @property
    def risk(self) -> NDArray[np.float64]:
        """`(n,)` share of defective items among those that pass; 0 where none does."""
        return np.divide(
            self.escapes, self.coverage, out=np.zeros_like(self.escapes), where=self.coverage > 0
        )

    def cost(self, prices: Prices) -> NDArray[np.float64]:
        """`(n,)` mean cost of an item."""
        return prices.escape * self.escapes + prices.review * (1 - self.coverage)


@dataclass(frozen=True, slots=True)
class Choice:
    """A place on the curve.

    `pass_below` probability below which an item passes; `coverage`, `risk` and `cost` there, of an
    item of the production that was asked for; `missed` of `defective` known items pass, in truth
    at most the share `missed_bound` of all defective ones (95 %, Clopper-Pearson).
    """

    pass_below: float
    coverage: float
    risk: float
    cost: float
    missed: int
    defective: int
    missed_bound: float


def risk_coverage(
    probability: NDArray[np.floating],
    defective: NDArray[np.bool_],
    weight: NDArray[np.floating] | None = None,
) -> RiskCoverage:
    """Return the curve of known items.

    Args:
        probability: `(n,)` that each is defective.
        defective: `(n,)` whether it is.
        weight: `(n,)` how often items like it occur; None means that all occur alike.
    """
    weights = np.ones(len(probability)) if weight is None else np.asarray(weight, np.float64)
    levels, place = np.unique(np.asarray(probability, np.float64), return_inverse=True)
    share = np.bincount(place, weights=weights) / weights.sum()
    wrong = np.bincount(place, weights=weights * defective) / weights.sum()
    between = (levels[1:] + levels[:-1]) / 2
    return RiskCoverage(
        np.concatenate([[0.0], between, [np.inf]]),
        np.concatenate([[0.0], np.cumsum(share)]),
        np.concatenate([[0.0], np.cumsum(wrong)]),
    )


def choose_threshold(
    probability: NDArray[np.floating],
    defective: NDArray[np.bool_],
    prices: Prices,
    weight: NDArray[np.floating] | None = None,
) -> Choice:
    """Take the threshold of least cost; of several the one that passes least.

    Arguments as `risk_coverage`; at least one item is defective.
    """
    curve = risk_coverage(probability, defective, weight)
    at = int(np.argmin(curve.cost(prices).round(12)))
    below = float(min(curve.threshold[at], 1.0))
    missed = int((defective & (probability < curve.threshold[at])).sum())
    total = int(defective.sum())
    bound = upper_bound(missed, total, CONFIDENCE)
    return Choice(
        pass_below=below,
        coverage=float(curve.coverage[at]),
        risk=float(curve.risk[at]),
        cost=float(curve.cost(prices)[at]),
        missed=missed,
        defective=total,
        missed_bound=bound,
    )
