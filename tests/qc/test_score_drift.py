"""Drift: quiet where nothing changed, and said where something did."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from qc.decision.messages import LANGUAGES, MESSAGES
from qc.drift import ALPHA, FEATURES, LEAST_DISTANCE, LEAST_ITEMS, compare


def values(rng: np.random.Generator, count: int) -> dict[str, NDArray[np.float64]]:
    return {
        "detector": rng.beta(0.5, 4, count),
        "distance": rng.normal(640, 12, count),
        "tilt": rng.gamma(3, 1.5, count),
        "mat-residual": rng.lognormal(-1, 0.4, count),
    }


def test_false_alarms_are_as_rare_as_promised() -> None:
    """At a chance of 5 % and without the least distance, so that there is something to count."""
    rng = np.random.default_rng(3)
    trials = 400
    alarmed = sum(
        any(shift.p_value < 0.05 for shift in compare(values(rng, 300), values(rng, 100)))
        for _ in range(trials)
    )
    # Three standard deviations above 5 % of 400.
    assert alarmed <= 0.05 * trials + 3 * np.sqrt(trials * 0.05 * 0.95)
    assert alarmed > 0


def test_a_tablet_that_was_moved_is_noticed_and_nothing_else() -> None:
    rng = np.random.default_rng(5)
    before, recent = values(rng, 300), values(rng, 100)
    recent["distance"] = recent["distance"] + 30
    first, *others = compare(before, recent)
    assert (first.feature, first.alarm, first.rises) == ("distance", True, True)
    # The normal distribution's own percentiles, by its table.
    steps = np.array([-1.645, -0.674, 0, 0.674, 1.645])
    assert first.before == pytest.approx(640 + 12 * steps, abs=4)
    assert first.recent == pytest.approx(670 + 12 * steps, abs=6)
    assert not any(shift.alarm for shift in others)


def test_the_distance_is_the_largest_gap_of_the_cumulative_shares() -> None:
    rng = np.random.default_rng(9)
    before, recent = {"tilt": rng.normal(size=60)}, {"tilt": rng.normal(0.7, 2, 50)}
    (shift,) = compare(before, recent)
    gap = max(
        abs(np.mean(before["tilt"] <= at) - np.mean(recent["tilt"] <= at))
        for at in [*before["tilt"], *recent["tilt"]]
    )
    assert shift.distance == pytest.approx(gap)
    # The same by chance alone: labels of recent and before, shuffled.
    pool, more = np.concatenate([before["tilt"], recent["tilt"]]), 0
    order = np.argsort(pool)
    for _ in range(4000):
        own = rng.permutation(len(pool)) < 60
        steps = np.cumsum(np.where(own[order], 1 / 60, -1 / 50))
        more += np.abs(steps).max() >= gap - 1e-12
    assert shift.p_value == pytest.approx(more / 4000, abs=0.015)


def test_holm_holds_the_p_values_of_all_features_together() -> None:
    rng = np.random.default_rng(1)
    before, recent = values(rng, 200), values(rng, 80)
    together = {shift.feature: shift.p_value for shift in compare(before, recent)}
    alone = {
        name: compare({name: before[name]}, {name: recent[name]})[0].p_value for name in before
    }
    held = 0.0
    for rank, name in enumerate(sorted(alone, key=alone.__getitem__)):
        held = max(held, min(1.0, (4 - rank) * alone[name]))
        assert together[name] == pytest.approx(held)


def test_a_change_that_is_sure_but_small_does_not_alarm() -> None:
    rng = np.random.default_rng(2)
    (shift,) = compare({"tilt": rng.normal(size=20_000)}, {"tilt": rng.normal(0.15, 1, 20_000)})
    assert shift.p_value < ALPHA
    assert shift.distance < LEAST_DISTANCE
    assert not shift.alarm


def test_too_few_items_say_nothing() -> None:
    few = {"tilt": np.zeros(LEAST_ITEMS - 1)}
    assert compare(few, {"tilt": np.ones(500)}) == []


def test_every_change_has_words() -> None:
    for feature in FEATURES:
        for way in ("up", "down"):
            assert set(MESSAGES[f"drift-{feature}-{way}"]) == set(LANGUAGES)
