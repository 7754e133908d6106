"""Metrics of maps and scores, computed from histograms so that memory stays bounded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BINS = 4096


class PixelScores:
    """Scores of positive and negative pixels of one defect type, binned by probability.

    4,096 bins spaced evenly in probability's logit (clipped at ±12) resolve AP to about 1e-3.
    """

    def __init__(self) -> None:
        self._positive = np.zeros(_BINS, np.int64)
        self._negative = np.zeros(_BINS, np.int64)

    def add(self, probability: NDArray[np.floating], target: NDArray[np.bool_]) -> None:
        """Count pixels; both arrays have the same shape."""
        clipped = np.clip(np.asarray(probability, np.float64), 6.2e-6, 1 - 6.2e-6)
        logit = np.log(clipped / (1 - clipped))
        bins = np.clip(((logit + 12) / 24 * _BINS).astype(int), 0, _BINS - 1)
        self._positive += np.bincount(bins[target], minlength=_BINS)
        self._negative += np.bincount(bins[~target], minlength=_BINS)

    @property
    def positives(self) -> int:
        """Number of defect pixels seen."""
        return int(self._positive.sum())

    def average_precision(self) -> float:
        """Area under the step-wise precision-recall curve; NaN without positives."""
        hits = np.cumsum(self._positive[::-1])
        calls = hits + np.cumsum(self._negative[::-1])
        if hits[-1] == 0:
            return float("nan")
        precision = hits / np.maximum(calls, 1)
        return float(np.sum(precision * self._positive[::-1]) / hits[-1])

    def auroc(self) -> float:
        """Area under the ROC curve; NaN without both kinds of pixels."""
        positive, negative = self._positive.sum(), self._negative.sum()
        if positive == 0 or negative == 0:
            return float("nan")
        below = np.cumsum(self._negative) - self._negative
        wins = np.sum(self._positive * (below + self._negative / 2))
        return float(wins / (positive * negative))

    def iou(self, threshold: float) -> float:
        """Intersection over union of `probability >= threshold`; NaN without any pixel."""
        first = self._bin(threshold)
        hit = self._positive[first:].sum()
        union = self._positive.sum() + self._negative[first:].sum()
        return float(hit / union) if union else float("nan")

    def calibration_error(self, bins: int = 15) -> float:
        """Expected calibration error over equal-width bins of probability."""
        logit = (np.arange(_BINS) + 0.5) / _BINS * 24 - 12
        probability = 1 / (1 + np.exp(-logit))
        index = np.minimum((probability * bins).astype(int), bins - 1)
        count = self._positive + self._negative
        gap = np.bincount(index, weights=probability * count - self._positive, minlength=bins)
        return float(np.abs(gap).sum() / max(int(count.sum()), 1))

    def best_threshold(self) -> float:
        """Probability at which F1 is highest."""
        hits = np.cumsum(self._positive[::-1])
        calls = hits + np.cumsum(self._negative[::-1])
        f1 = 2 * hits / np.maximum(calls + self._positive.sum(), 1)
        at = _BINS - 1 - int(np.argmax(f1))
        return float(1 / (1 + np.exp(-(at / _BINS * 24 - 12))))

    def false_share(self, threshold: float) -> float:
        """Share of clean pixels at or above a probability."""
        total = self._negative.sum()
        return float(self._negative[self._bin(threshold) :].sum() / total) if total else 0.0

    @staticmethod
    def _bin(threshold: float) -> int:
        clipped = min(max(threshold, 6.2e-6), 1 - 6.2e-6)
        return int(np.ceil((np.log(clipped / (1 - clipped)) + 12) / 24 * _BINS - 1e-9))
