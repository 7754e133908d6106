"""ISO 14253-1 against the normal distribution it is built on."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm

from qc.decision.conformity import Decision, decide

SIZES = st.floats(1, 500)
UNCERTAINTIES = st.floats(0, 5)


@given(SIZES, UNCERTAINTIES, SIZES, st.floats(0.01, 50))
def test_wrong_answers_have_at_most_five_per_cent_probability(value, u, lower, tolerance):
    assume(u > 1e-6)
    upper = lower + tolerance
    decision = decide(value, u, lower, upper)
    # Given the value, the true size is normal about it: JCGM 106 with a flat prior.
    outside = norm.cdf(lower, value, u) + norm.sf(upper, value, u)
    if decision is Decision.PASS:
        assert outside <= 2 * 0.05
        assert max(norm.cdf(lower, value, u), norm.sf(upper, value, u)) <= 0.05
    if decision is Decision.FAIL:
        assert 1 - outside <= 0.05


@given(SIZES, SIZES, st.floats(0.01, 50))
def test_certain_values_are_never_doubtful(value, lower, tolerance):
    decision = decide(value, 0.0, lower, lower + tolerance)
    inside = lower <= value <= lower + tolerance
    assert decision is (Decision.PASS if inside else Decision.FAIL)


def test_tolerance_narrower_than_the_guard_bands_never_passes():
    assert decide(10.0, 0.5, 9.5, 10.5) is Decision.CHECK


@pytest.mark.parametrize(("value", "expected"), [(150, "pass"), (150.9, "check"), (151.4, "fail")])
def test_bowl_with_guard_band(value, expected):
    assert decide(value, 0.2, 149, 151) == expected


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="negative"):
        decide(1, -0.1, 0, 2)
    with pytest.raises(ValueError, match="below"):
        decide(1, 0.1, 2, 2)
