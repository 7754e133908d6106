"""The place on the risk-coverage curve, against counting by hand and against decision theory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.errors import JudgeError
from qc.judge.threshold import Prices, choose_threshold, risk_coverage

items = st.lists(
    st.tuples(st.integers(0, 8).map(lambda n: n / 8), st.booleans(), st.integers(1, 4)),
    min_size=2,
    max_size=24,
).filter(lambda rows: any(row[1] for row in rows))


@given(items, st.floats(1.5, 200))
def test_no_threshold_costs_less(rows: list[tuple[float, bool, int]], escape: float) -> None:
    """Every threshold is tried, its cost counted item by item."""
    probability = np.array([row[0] for row in rows])
    defective = np.array([row[1] for row in rows])
    weight = np.array([row[2] for row in rows], float)

    def cost(below: float) -> float:
        total = 0.0
        for p, bad, often in rows:
            if p >= below:
                total += often * 1.0
            elif bad:
                total += often * escape
        return total / sum(row[2] for row in rows)

    chosen = choose_threshold(probability, defective, Prices(escape, 1.0), weight)

    best = min(cost(below) for below in [0.0, 2.0, *(row[0] + 1e-9 for row in rows)])
    # A threshold of 1 lets everything pass but what is surely defective.
    assert chosen.cost == pytest.approx(best)
    if chosen.pass_below < 1:
        assert cost(chosen.pass_below) == pytest.approx(best)
    assert chosen.missed <= chosen.defective == int(defective.sum())


def test_with_true_probabilities_the_line_is_where_the_prices_meet() -> None:
    """Passing costs p times the escape, reviewing the review: equal at their ratio."""
    rng = np.random.default_rng(5)
    probability = rng.beta(0.4, 3, 200_000)
    defective = rng.random(len(probability)) < probability
    chosen = choose_threshold(probability, defective, Prices(40, 2))
    # Near its lowest point the cost is flat: the line may stray where the money does not.
    assert chosen.pass_below == pytest.approx(2 / 40, rel=0.25)
    ideal = probability < 2 / 40
    price = 40 * (defective & ideal).mean() + 2 * (~ideal).mean()
    assert 0.99 * price <= chosen.cost <= price
    passed = probability < chosen.pass_below
    assert chosen.coverage == pytest.approx(passed.mean())
    assert chosen.risk == pytest.approx(defective[passed].mean())


def test_the_curve_ends_at_the_share_of_defective_items() -> None:
    curve = risk_coverage(np.array([0.1, 0.4, 0.9]), np.array([False, True, True]))
    assert curve.coverage == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert curve.risk == pytest.approx([0, 0, 1 / 2, 2 / 3])
    assert curve.threshold == pytest.approx([0, 0.25, 0.65, np.inf])


@pytest.mark.parametrize(("escape", "review"), [(1, 1), (1, 2), (5, 0), (-1, -2)])
def test_prices_that_leave_no_choice_are_refused(escape: float, review: float) -> None:
    with pytest.raises(JudgeError, match="leave no choice"):
        Prices(escape, review)
