"""Fit a judge to items whose truth is known.

A logistic regression, its weights held by a normal prior of unit width and never negative: no
expert's suspicion makes an item better. Its threshold is chosen on probabilities of items that the
regression has not seen. Known items seldom come as in production, so good and defective ones are
weighted to its rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from qc.errors import JudgeError
from qc.judge.model import Judge, evidence
from qc.judge.threshold import Prices, choose_threshold

LEAST_GOOD, LEAST_DEFECTIVE = 10, 5
_FOLDS = 5
_SEED = 0


@dataclass(frozen=True, slots=True)
class Known:
    """An item: its scores, as `qc.judge.model.evidence` takes them, and whether it is defective."""

    detector: float
    normality: float | None
    defective: bool


def fit_logistic(
    columns: NDArray[np.float64], truth: NDArray[np.bool_], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return weights `(k,)`, none negative, and offset of the greatest weighted posterior."""
    k = columns.shape[1]
    share = weight / weight.sum()

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = columns @ parameters[:k] + parameters[k]
        value = float(share @ np.logaddexp(0, np.where(truth, -margin, margin)))
        residual = share * (expit(margin) - truth)
        ridge = parameters[:k] / len(truth)  # the prior counts as one item
        return value + float(ridge @ parameters[:k]) / 2, np.append(
            columns.T @ residual + ridge, residual.sum()
        )

    bounds = [(0.0, None)] * k + [(None, None)]
    found = minimize(loss, np.append(np.ones(k), 0.0), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x[:k]), float(found.x[k])


def unseen_probability(
    columns: NDArray[np.float64], truth: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probability `(n,)` of every item by a regression that has not seen it."""
    rng = np.random.default_rng(_SEED)
    fold = np.empty(len(truth), np.int64)
    for kind in (False, True):  # both kinds in every fold
        members = rng.permutation(np.flatnonzero(truth == kind))
        fold[members] = np.arange(len(members)) % _FOLDS
    probability = np.empty(len(truth))
    for number in range(_FOLDS):
        out = fold == number
        weights, offset = fit_logistic(columns[~out], truth[~out], weight[~out])
        probability[out] = expit(columns[out] @ weights + offset)
    return probability


def fit_judge(
    items: Sequence[Known],
    prices: Prices,
    *,
    name: str,
    detector: str,
    normality: str | None = None,
    spec: str | None = None,
    view: str | None = None,
    defect_rate: float | None = None,
) -> Judge:
    """Fit a judge.

    Args:
        items: known ones; all with the score of a memory, or none.
        prices: of an escape and a review.
        name: of the judge.
        detector: reference of the release that scored them.
        normality: name of the memory that scored them.
        spec: its id, where the items were inspected by one.
        view: of the spec.
        defect_rate: share of defective items in production; None: as among the known ones.

    Raises:
        JudgeError: too few items, scores missing, or a rate that is no share.
    """
    truth = np.array([item.defective for item in items], bool)
    good, defective = int((~truth).sum()), int(truth.sum())
    if good < LEAST_GOOD or defective < LEAST_DEFECTIVE:
        raise JudgeError(
            f"{good} good and {defective} defective items are too few",
            fix=f"Give {LEAST_GOOD} good and {LEAST_DEFECTIVE} defective ones at least.",
        )
    with_memory = {item.normality is not None for item in items}
    if with_memory != {normality is not None}:
        raise JudgeError(
            "some items have the score of a memory and others have not",
            fix="Score all of them with the same memory.",
        )
    rate = defective / len(items) if defect_rate is None else defect_rate
    if not 0 < rate < 1:
        raise JudgeError(f"a defect rate of {rate:g} is no share", fix="Give 0.02 for 2 %.")
    weight = np.where(truth, rate / defective, (1 - rate) / good)
    columns = evidence(
        np.array([item.detector for item in items]),
        None if normality is None else np.array([item.normality for item in items], np.float64),
    )
    weights, offset = fit_logistic(columns, truth, weight)
    choice = choose_threshold(unseen_probability(columns, truth, weight), truth, prices, weight)
    return Judge(
        name=name,
        spec=spec,
        view=view,
        detector=detector,
        normality=normality,
        weights=tuple(float(value) for value in weights),
        offset=offset,
        pass_below=choice.pass_below,
        escape_price=prices.escape,
        review_price=prices.review,
        defect_rate=rate,
        good=good,
        defective=defective,
        coverage=choice.coverage,
        risk=choice.risk,
        missed=choice.missed,
        missed_bound=choice.missed_bound,
    )
