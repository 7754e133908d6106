"""Control charts against published tables and worked examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.decision.control import Rule, p_chart, signals, xbar_r
from qc.decision.control.charts import SIZES, factors

# D. C. Montgomery, Introduction to Statistical Quality Control, 7th ed., appendix VI.
PUBLISHED = {
    2: (1.880, 0, 3.267, 1.128),
    3: (1.023, 0, 2.574, 1.693),
    4: (0.729, 0, 2.282, 2.059),
    5: (0.577, 0, 2.114, 2.326),
    6: (0.483, 0, 2.004, 2.534),
    7: (0.419, 0.076, 1.924, 2.704),
    8: (0.373, 0.136, 1.864, 2.847),
    9: (0.337, 0.184, 1.816, 2.970),
    10: (0.308, 0.223, 1.777, 3.078),
}

# The same, table 6.3: inside diameters of piston rings, of which the decimals in µm over 73.9 mm.
PISTON_RINGS_UM = """
130 102 119 92 108   95 92 101 111 104   88 124 121 105 102   102 96 93 115 109
92 107 115 89 114    109 94 97 85 93     95 106 94 100 105    85 103 93 115 88
108 95 109 105 104   98 100 90 107 95    94 98 94 95 90       104 100 107 100 96
83 102 98 97 112     106 67 94 100 84    112 114 98 99 107    100 84 105 98 96
94 112 86 105 107    106 110 118 103 100 84 102 103 105 97    100 110 113 120 103
82 101 115 105 96    104 99 90 106 109   110 89 90 109 114    115 108 93 100 110
82 84 95 117 113
"""

# The same, table 7.1: nonconforming cans of frozen orange juice, 30 samples of 50.
CANS = [
    *(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22),
    *(8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6),
]


@pytest.mark.parametrize("size", SIZES)
def test_the_factors_are_the_published_ones(size: int) -> None:
    found = factors(size)
    assert (found.a2, found.d3, found.d4, found.sigma) == pytest.approx(PUBLISHED[size], abs=0.0011)


def test_the_piston_rings_have_the_published_limits() -> None:
    rings_mm = 73.9 + np.array(PISTON_RINGS_UM.split(), float).reshape(-1, 5) / 1000
    averages, ranges = xbar_r(rings_mm)
    assert len(averages.points) == 25
    assert averages.centre == pytest.approx(74.001, abs=5e-4)
    assert ranges.centre == pytest.approx(0.023, abs=5e-4)
    first = averages.points[0]
    assert (first.lower, first.upper) == pytest.approx((73.988, 74.014), abs=6e-4)
    assert (ranges.points[0].lower, ranges.points[0].upper) == pytest.approx((0, 0.049), abs=1.1e-3)
    assert not any(Rule.BEYOND in p.rules for p in (*averages.points, *ranges.points))


def test_the_cans_have_the_published_limits_and_the_published_points_beyond_them() -> None:
    chart = p_chart(CANS, [50] * 30)
    assert chart.centre == pytest.approx(0.2313, abs=5e-5)
    assert (chart.points[0].lower, chart.points[0].upper) == pytest.approx(
        (0.0524, 0.4102), abs=1e-4
    )
    beyond = [n for n, point in enumerate(chart.points, start=1) if Rule.BEYOND in point.rules]
    assert beyond == [15, 23]
    assert not chart.in_control


def test_each_rule_needs_its_whole_run_on_one_side() -> None:
    last = {
        Rule.BEYOND: [0, 3.1],
        Rule.TWO_OF_THREE: [2.1, 0, 2.1],
        Rule.FOUR_OF_FIVE: [1.1, 1.1, -3, 1.1, 1.1],
        Rule.EIGHT: [0.1] * 8,
    }
    for rule, run in last.items():
        for side in (1, -1):
            points = [side * value for value in run]
            found = signals(points)
            assert rule in found[-1]
            assert rule not in found[-2]
            assert rule not in signals([*points[:-1], -points[-1]])[-1] or rule is Rule.BEYOND
    assert signals([2.1, -2.1, 2.9, -2.9, 0]) == [()] * 2 + [(Rule.TWO_OF_THREE,)] * 2 + [()]


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=30))
def test_the_rules_are_symmetric_and_know_no_future(points: list[float]) -> None:
    found = signals(points)
    assert signals([-point for point in points]) == found
    assert signals(points[: len(points) // 2]) == found[: len(points) // 2]


def test_a_process_that_only_varies_is_seldom_called_out_of_control() -> None:
    noise = np.random.default_rng(11).normal(size=100_000)
    by_rule = [sum(rule in found for found in signals(noise.tolist())) / 1e5 for rule in Rule]
    # Of one point: 0.0027, 0.0031, 0.0055, 0.0078 (in order); prolonged runs count again.
    assert by_rule[0] == pytest.approx(0.0027, abs=0.0006)
    assert all(share < 0.01 for share in by_rule)


def test_charts_of_nothing_and_of_what_never_varies() -> None:
    averages, ranges = xbar_r(np.full((3, 2), 7.0))
    assert averages.in_control
    assert ranges.in_control
    assert p_chart([0, 0], [5, 9]).in_control
    with pytest.raises(ValueError, match="2 to 10"):
        xbar_r(np.zeros((3, 11)))
    with pytest.raises(ValueError, match="one unit at least"):
        p_chart([0], [0])
    with pytest.raises(ValueError, match="as many"):
        p_chart([], [])
