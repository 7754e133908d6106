"""The range's moments against the manual's tables and a closed form."""

import math

import pytest

from qc.decision.gauge.average_range import range_mean, range_root_mean_square


@pytest.mark.parametrize(("trials", "k1"), [(2, 0.8862), (3, 0.5908)])
def test_k1_of_the_manual(trials, k1):
    assert 1 / range_mean(trials) == pytest.approx(k1, abs=6e-5)


# AIAG MSA 4th ed., chapter III-B: K2 for 2 and 3 operators, K3 for 2 to 10 parts.
@pytest.mark.parametrize(
    ("size", "k"),
    [
        *((2, 0.7071), (3, 0.5231), (4, 0.4467), (5, 0.4030), (6, 0.3742)),
        *((7, 0.3534), (8, 0.3375), (9, 0.3249), (10, 0.3146)),
    ],
)
def test_k2_and_k3_of_the_manual(size, k):
    assert 1 / range_root_mean_square(size) == pytest.approx(k, abs=6e-5)


def test_range_of_two_is_a_folded_normal():
    assert range_mean(2) == pytest.approx(2 / math.sqrt(math.pi), rel=1e-5)
    assert range_root_mean_square(2) == pytest.approx(math.sqrt(2), rel=1e-5)
