"""The operating characteristic: how often a plan accepts lots of a given quality."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import bdtr, pdtr

from qc.decision.sampling.plan import ClassPlan

Quality = npt.NDArray[np.float64]


def acceptance(plan: ClassPlan, quality: npt.ArrayLike) -> Quality:
    """Return the probability of accepting lots of each quality, 0 to 1.

    Nonconforming units follow the binomial distribution (a lot that is large against the sample
    or one of a long series), nonconformities the Poisson distribution, as in the standard's
    Tables 5 to 10. 100 % inspection accepts or rejects with certainty.

    Args:
        plan: one class of a lot's plan.
        quality: (n,) percent nonconforming units (0 to 100) or nonconformities per 100 units.
    """
    share = np.asarray(quality, dtype=np.float64) / 100
    if plan.full:
        (stage,) = plan.stages
        return (np.round(share * stage.size, 9) <= stage.ac).astype(np.float64)
    first, *rest = plan.stages
    accepted = _at_most(plan, first.ac, first.size, share)
    for second in rest:
        for found in range(first.ac + 1, first.re):
            accepted += _exactly(plan, found, first.size, share) * _at_most(
                plan, second.ac - found, second.size, share
            )
    return accepted


def quality_accepted(plan: ClassPlan, probability: float) -> float:
    """Return the quality of which the plan accepts this share of lots.

    Args:
        plan: one class of a lot's plan, not of 100 % inspection.
        probability: between 0 and 1.

    Raises:
        ValueError: the plan has no risks, as every unit is inspected.
    """
    if plan.full:
        raise ValueError("100 % inspection has no operating characteristic")
    worst = 100.0
    if plan.counts == "defects":
        while float(acceptance(plan, worst)) > probability:
            worst *= 2
    return float(brentq(lambda quality: float(acceptance(plan, quality)) - probability, 0, worst))


def _at_most(plan: ClassPlan, number: int, size: int, share: Quality) -> Quality:
    if number < 0:
        return np.zeros_like(share)
    if plan.counts == "units":
        return np.asarray(bdtr(number, size, share))
    return np.asarray(pdtr(number, size * share))


def _exactly(plan: ClassPlan, number: int, size: int, share: Quality) -> Quality:
    return _at_most(plan, number, size, share) - _at_most(plan, number - 1, size, share)
