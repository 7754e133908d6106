"""ISO 14253-1 against the normal distribution it is built on."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import simpson
from scipy.stats import norm

from qc.decision.conformity import Decision, conformance_probability, decide

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


@given(st.floats(-4, 4), st.floats(0.1, 2), st.floats(0.05, 5))
def test_conformance_probability_is_the_density_between_the_limits(value, u, tolerance):
    true = np.linspace(0, tolerance, 4001)
    density = np.exp(-((true - value) ** 2) / (2 * u**2)) / (u * math.sqrt(2 * math.pi))
    integral = simpson(density, x=true)
    assert conformance_probability(value, u, 0, tolerance) == pytest.approx(integral, abs=1e-7)


def test_conformance_probability_by_drawing_true_values():
    true = np.random.default_rng(0).normal(150.8, 0.2, 400_000)
    share = np.mean((true >= 149) & (true <= 151))
    assert conformance_probability(150.8, 0.2, 149, 151) == pytest.approx(share, abs=0.003)


def test_limits_on_one_side_and_certain_values():
    assert conformance_probability(0.3, 0.1, -math.inf, 0.3) == pytest.approx(0.5)
    assert conformance_probability(1, 0, 1, 2) == 1
    assert conformance_probability(3, 0, 1, 2) == 0
    with pytest.raises(ValueError, match="negative"):
        conformance_probability(1, -1, 0, 2)


@given(SIZES, UNCERTAINTIES, SIZES, st.floats(0.01, 50))
def test_what_passes_conforms_in_nine_of_ten_cases_at_least(value, u, lower, tolerance):
    assume(u == 0 or u > 1e-6)
    probability = conformance_probability(value, u, lower, lower + tolerance)
    assert 0 <= probability <= 1
    decision = decide(value, u, lower, lower + tolerance)
    if decision is Decision.PASS:
        assert probability >= 0.9
    if decision is Decision.FAIL:
        assert probability <= 0.05
