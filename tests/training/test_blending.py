"""The share of new weights: as much of the new as what was known allows."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from training.blending import FORGETTING_LIMIT, choose_blend

RELEASE = Path("detector/1.0.0")


def scores(crack: float, burn: float) -> dict[str, float]:
    return {"crack": crack, "burn": burn, "mean": (crack + burn) / 2}


def test_the_best_mean_is_taken_among_what_forgets_little() -> None:
    """At 1 the new type is best, but cracks are forgotten; 0.2 learns less than 0.6."""
    table = {
        0.0: scores(0.80, 0.0),
        1.0: scores(0.70, 0.90),
        0.8: scores(0.80 - 2 * FORGETTING_LIMIT, 0.88),
        0.6: scores(0.80 - FORGETTING_LIMIT / 2, 0.85),
        0.4: scores(0.81, 0.60),
        0.2: scores(0.81, 0.20),
    }
    blend = choose_blend(RELEASE, ["crack", "dent"], table.__getitem__)
    assert blend.own_share == 0.6
    assert blend.release == RELEASE
    assert blend.tried["1"]["crack"] == 0.70
    assert blend.tried["0"]["burn"] == 0.0


def test_where_everything_forgets_the_release_stays_and_it_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def table(share: float) -> dict[str, float]:
        return scores(0.8 - 0.1 * share, share)

    with caplog.at_level(logging.WARNING):
        blend = choose_blend(RELEASE, ["crack"], table)
    assert blend.own_share == 0.0
    assert "loses 0.020 at best: the release's weights stay" in caplog.text


def test_new_outputs_on_the_release_are_kept_where_training_gained_nothing() -> None:
    blend = choose_blend(RELEASE, ["crack"], lambda share: scores(0.8, 0.7 - 0.1 * share))
    assert blend.own_share == 0.0


def test_a_network_that_forgets_nothing_is_not_blended() -> None:
    blend = choose_blend(RELEASE, ["crack"], lambda share: scores(0.8 + 0.1 * share, share))
    assert blend.own_share == 1.0
