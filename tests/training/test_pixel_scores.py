"""Metrics against torchmetrics and, for calibration, against known distributions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import (
    binary_auroc,
    binary_average_precision,
    binary_calibration_error,
    binary_jaccard_index,
)

from qc.evaluation.pixels import PixelScores, score_auroc
from training.calibration import fit_logistic


def _drawn(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    target = rng.random(20_000) < 0.1
    logits = rng.normal(0, 2, target.size) + 2.5 * target - 2
    return 1 / (1 + np.exp(-logits)), target


@pytest.mark.parametrize("seed", range(3))
def test_pixel_scores_agree_with_torchmetrics(seed: int) -> None:
    probability, target = _drawn(seed)
    scores = PixelScores()
    for part in np.array_split(np.arange(target.size), 7):
        scores.add(probability[part], target[part])
    p, t = torch.from_numpy(probability), torch.from_numpy(target.astype(int))
    assert scores.positives == target.sum()
    assert scores.average_precision() == pytest.approx(
        float(binary_average_precision(p, t)), abs=2e-3
    )
    assert scores.auroc() == pytest.approx(float(binary_auroc(p, t)), abs=1e-3)
    for threshold in (0.2, 0.5, 0.8):
        expected = float(binary_jaccard_index(p, t, threshold=threshold))
        assert scores.iou(threshold) == pytest.approx(expected, abs=5e-3)


def test_the_best_threshold_has_the_best_f1() -> None:
    probability, target = _drawn(5)
    scores = PixelScores()
    scores.add(probability, target)

    def f1(threshold: float) -> float:
        called = probability >= threshold
        return float(2 * (called & target).sum() / (called.sum() + target.sum()))

    best = max(f1(threshold) for threshold in np.linspace(0.01, 0.99, 197))
    assert f1(scores.best_threshold()) == pytest.approx(best, abs=3e-3)


def test_image_auroc_counts_ties_half() -> None:
    scores = np.array([0.1, 0.5, 0.5, 0.9, 0.3])
    defective = np.array([False, False, True, True, True])
    expected = float(
        binary_auroc(torch.from_numpy(scores), torch.from_numpy(defective.astype(int)))
    )
    assert score_auroc(scores, defective) == pytest.approx(expected)
    assert np.isnan(score_auroc(scores, np.ones(5, bool)))


def test_calibration_error_agrees_with_torchmetrics() -> None:
    probability, target = _drawn(2)
    expected = float(
        binary_calibration_error(
            torch.from_numpy(probability), torch.from_numpy(target.astype(int)), n_bins=15
        )
    )
    scores = PixelScores()
    scores.add(probability, target)
    assert scores.calibration_error() == pytest.approx(expected, abs=1e-4)


def test_the_judge_recovers_its_weights_and_offset() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (60_000, 2))
    margin = logits @ [0.6, 0.25] - 1.5
    target = rng.random(len(logits)) < 1 / (1 + np.exp(-margin))
    weights, offset = fit_logistic(logits, target)
    assert weights == pytest.approx([0.6, 0.25], abs=0.03)
    assert offset == pytest.approx(-1.5, abs=0.06)


def test_a_witness_who_is_always_wrong_is_not_heard() -> None:
    rng = np.random.default_rng(1)
    target = rng.random(20_000) < 0.3
    told = np.where(target, 1.0, -1.0) + rng.normal(0, 1, target.size)
    weights, _ = fit_logistic(np.column_stack([told, -told + rng.normal(0, 1, told.size)]), target)
    assert weights[0] > 1
    assert weights[1] == 0
