"""The promise on false rejects: closed form, and draws from a distribution of known tail."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, lognorm

from qc.defects.normality.threshold import choose_threshold, false_reject_bound
from qc.errors import NormalityError


@pytest.mark.parametrize(("photos", "share"), [(29, 0.10), (59, 0.05), (299, 0.01)])
def test_so_many_photos_promise_so_much_and_one_less_does_not(photos: int, share: float) -> None:
    assert false_reject_bound(photos) <= share < false_reject_bound(photos - 1)
    assert false_reject_bound(photos) == pytest.approx(1 - 0.05 ** (1 / photos))


@pytest.mark.parametrize(("photos", "rank"), [(60, 58), (100, 90), (20, 19)])
def test_the_bound_of_a_lower_rank_solves_the_binomial(photos: int, rank: int) -> None:
    """More than the bound exceeds the k-th score only where at most n - k of n draws would."""
    bound = false_reject_bound(photos, rank)
    assert binom.cdf(photos - rank, photos, bound) == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize(("photos", "wanted"), [(17, None), (59, None), (100, 0.1)])
def test_the_promise_holds_in_95_percent_of_draws(photos: int, wanted: float | None) -> None:
    rng = np.random.default_rng(photos)
    kept = 0
    draws = 1500
    for _ in range(draws):
        threshold = choose_threshold(rng.lognormal(0, 1, photos), wanted)
        kept += lognorm.sf(threshold.value, 1) <= threshold.false_reject_bound
    assert kept / draws == pytest.approx(0.95, abs=0.02)


def test_a_larger_share_lowers_the_threshold() -> None:
    scores = np.arange(1.0, 101.0)
    strict, lax = choose_threshold(scores), choose_threshold(scores, 0.2)
    assert lax.value < strict.value == 100
    assert lax.false_reject_bound <= 0.2


def test_too_few_photos_for_the_promise_are_told_how_many_it_takes() -> None:
    with pytest.raises(NormalityError, match="20 photos promise at best") as error:
        choose_threshold(np.arange(20.0), 0.05)
    assert "59 good photos" in error.value.fix
