"""Bounds of a share against what defines them: the binomial tail at the bound is the risk."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from qc.proportions import interval, lower_bound, told, upper_bound

CASES = [(1, 1), (1, 30), (7, 30), (29, 30), (30, 30), (3, 2000)]


@pytest.mark.parametrize(("count", "total"), CASES)
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.975])
def test_so_many_or_more_are_as_improbable_as_promised_at_the_lower_bound(count, total, confidence):
    bound = lower_bound(count, total, confidence)
    assert binom.sf(count - 1, total, bound) == pytest.approx(1 - confidence)


@pytest.mark.parametrize(("count", "total"), [*CASES, (0, 30)])
def test_two_sides_agree_with_the_exact_test(count, total):
    expected = binomtest(count, total).proportion_ci(0.95, method="exact")
    assert lower_bound(count, total, 0.975) == pytest.approx(expected.low)
    assert upper_bound(count, total, 0.975) == pytest.approx(expected.high)
    assert interval(count, total) == pytest.approx((expected.low, expected.high))


def test_what_was_not_seen_says_nothing():
    assert (lower_bound(0, 0, 0.95), upper_bound(0, 0, 0.95)) == (0, 1)
    assert (lower_bound(0, 9, 0.95), upper_bound(9, 9, 0.95)) == (0, 1)


def test_several_counts_at_once():
    bounds = lower_bound(np.arange(5), 4, 0.95)
    assert bounds == pytest.approx([lower_bound(count, 4, 0.95) for count in range(5)])


def test_a_share_is_told_with_its_interval():
    expected = binomtest(21, 23).proportion_ci(0.95, method="exact")
    assert told(21, 23) == f"0.91 ({expected.low:.2f}–{expected.high:.2f})"
    assert told(0, 0) == "–"
