"""A judge finds what made the data, says what it passes, and refuses other experts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit, logit

from qc.errors import JudgeError
from qc.judge import Judge, Known, Prices, fit_judge, read_judge, write_judge

PRICES = Prices(100, 1)


def known(count: int, seed: int = 1, offset: float = -2.0) -> list[Known]:
    """Items whose truth follows from 0.8 · logit(detector) + 1.5 · ln(normality) + offset."""
    rng = np.random.default_rng(seed)
    detector = expit(rng.normal(-1, 1.5, count))
    normality = np.exp(rng.normal(0, 0.8, count))
    chance = expit(0.8 * logit(detector) + 1.5 * np.log(normality) + offset)
    truth = rng.random(count) < chance
    return [
        Known(float(d), float(n), bool(t))
        for d, n, t in zip(detector, normality, truth, strict=True)
    ]


def fit(items: list[Known], **options: float) -> Judge:
    return fit_judge(
        items, PRICES, name="bowl", detector="detector@1.0.0", normality="bowl", **options
    )


def test_what_made_the_data_is_found() -> None:
    judge = fit(known(40_000))
    assert judge.weights == pytest.approx((0.8, 1.5), abs=0.1)
    assert judge.offset == pytest.approx(-2, abs=0.1)
    assert judge.pass_below == pytest.approx(1 / 100, rel=0.5)


def test_the_rate_of_production_counts_not_that_of_the_photos() -> None:
    """Of defective items every one was kept, of good ones one in twenty."""
    everything = known(60_000, offset=-4)
    rate = float(np.mean([item.defective for item in everything]))
    rng = np.random.default_rng(2)
    kept = [item for item in everything if item.defective or rng.random() < 0.05]
    judge = fit(kept, defect_rate=rate)
    assert judge.offset == pytest.approx(-4, abs=0.2)
    unseen = known(60_000, seed=8, offset=-4)
    said = np.array([judge.probability(i.detector, i.normality) for i in unseen])
    passed = said < judge.pass_below
    assert passed.mean() == pytest.approx(judge.coverage, abs=0.03)
    escapes = np.mean([i.defective for i, p in zip(unseen, passed, strict=True) if p])
    assert escapes == pytest.approx(judge.risk, abs=0.003)


def test_an_expert_that_knows_nothing_does_no_harm() -> None:
    rng = np.random.default_rng(4)
    items = [Known(i.detector, float(np.exp(rng.normal())), i.defective) for i in known(4000)]
    judge = fit(items)
    assert judge.weights[1] == pytest.approx(0, abs=0.06)
    assert all(weight >= 0 for weight in judge.weights)


def test_a_file_gives_the_judge_back(tmp_path: Path) -> None:
    judge = fit(known(300))
    write_judge(tmp_path / "bowl.json", judge)
    assert read_judge(tmp_path / "bowl.json") == judge
    (tmp_path / "bowl.json").write_text('{"name": "bowl"}')
    with pytest.raises(JudgeError, match="is no judge"):
        read_judge(tmp_path / "bowl.json")
    with pytest.raises(JudgeError, match="cannot read"):
        read_judge(tmp_path / "absent.json")


def test_other_experts_are_refused() -> None:
    judge = fit(known(300))
    judge.require("detector@1.0.0", "bowl")
    with pytest.raises(JudgeError, match=r"fitted with detector detector@1.0.0, not with None"):
        judge.require(None, "bowl")
    with pytest.raises(JudgeError, match="fitted with normality bowl, not with spoon"):
        judge.require("detector@1.0.0", "spoon")


@pytest.mark.parametrize(
    ("items", "says"),
    [
        (known(300)[:8], "too few"),
        ([*known(300), Known(0.5, None, defective=False)], "have not"),
    ],
)
def test_bad_items_are_refused(items: list[Known], says: str) -> None:
    with pytest.raises(JudgeError, match=says):
        fit(items)
    with pytest.raises(JudgeError, match="no share"):
        fit(known(300), defect_rate=1.5)
