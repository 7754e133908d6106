"""Pixel metrics from histograms against brute force over every threshold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from qc.evaluation.pixels import DISTANCE, MAX_FALSE_POSITIVES, PixelScores, score_auroc


def _drawn(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = ndimage.gaussian_filter(rng.normal(size=(60, 80)), 4) > 0.09
    scores = rng.lognormal(0, 0.5, truth.shape) * np.where(truth, 2.0, 1.0)
    return scores, truth


@pytest.mark.parametrize("seed", range(3))
def test_pixel_metrics_agree_with_brute_force(seed: int) -> None:
    pictures = [_drawn(10 * seed + k) for k in range(3)]
    maps = PixelScores(DISTANCE)
    for scores, truth in pictures:
        maps.add_map(scores, truth)
    every = np.concatenate([scores.ravel() for scores, _ in pictures])
    target = np.concatenate([truth.ravel() for _, truth in pictures])
    assert maps.auroc() == pytest.approx(score_auroc(every, target), abs=1e-3)

    regions = []
    for scores, truth in pictures:
        labels, count = ndimage.label(truth, np.ones((3, 3)))
        regions += [scores[labels == region + 1] for region in range(count)]
    points = [
        (float((every[~target] >= t).mean()), float(np.mean([(r >= t).mean() for r in regions])))
        for t in np.quantile(every, np.linspace(1, 0, 2000))
    ]
    share, overlap = np.array([(0.0, 0.0), *points]).T
    grid = np.linspace(0, MAX_FALSE_POSITIVES, 3000)
    expected = np.trapezoid(np.interp(grid, share, overlap), grid) / MAX_FALSE_POSITIVES
    assert maps.aupro() == pytest.approx(expected, abs=2e-3)


def test_a_perfect_map_scores_one_and_no_defect_scores_nothing() -> None:
    truth = np.zeros((20, 20), bool)
    truth[5:9, 5:9] = True
    maps = PixelScores(DISTANCE)
    maps.add_map(np.where(truth, 5.0, 1.0), truth)
    assert maps.auroc() == 1
    assert maps.aupro() == pytest.approx(1)
    clean = PixelScores(DISTANCE)
    clean.add_map(np.ones((4, 4)), np.zeros((4, 4), bool))
    assert np.isnan(clean.auroc())
    assert np.isnan(clean.aupro())
