"""What a detector suspects raises a distance, by as much as good photos let it mean something."""

from __future__ import annotations

import numpy as np
import pytest

from qc.defects.normality.suspicion import Suspicion


def test_one_deviation_of_either_counts_alike() -> None:
    rng = np.random.default_rng(0)
    distances = np.exp(rng.normal(0, 0.1, 2000))
    logits = rng.normal(-4, 2, 2000)
    fitted = Suspicion.fit(distances, logits)
    assert fitted.weight == pytest.approx(0.1 / 2, rel=0.1)
    assert fitted.usual == pytest.approx(-4, abs=0.2)
    distance = np.full(2, 1.5, np.float32)
    raised = fitted.raised(distance, np.array([fitted.usual, fitted.usual + 2], np.float32))
    assert raised == pytest.approx([1.5, 1.5 * np.exp(2 * fitted.weight)])


def test_good_photos_that_hardly_vary_do_not_make_every_logit_count() -> None:
    fitted = Suspicion.fit(np.full(8, 1.2), np.full(8, -6.0))
    assert fitted.weight == pytest.approx(0.02)
    # Much less suspicious than usual is no proof of being good.
    low = fitted.raised(np.ones(1, np.float32), np.full(1, -60, np.float32))
    assert low == pytest.approx(np.exp(-3 * 0.02))


def test_without_a_weight_distances_stay() -> None:
    distance = np.array([0.2, 1.0], np.float32)
    assert (Suspicion().raised(distance, np.array([9, -9], np.float32)) == distance).all()
