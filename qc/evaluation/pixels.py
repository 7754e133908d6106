"""Metrics of maps and scores against the truth.

Pixels are counted in histograms, so that memory does not grow with the number of photos.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import expit, logit

MAX_FALSE_POSITIVES: Final = 0.3
"""Up to this share of false positive pixels regions count for AUPRO."""

_FARTHEST_LOGIT = 12.0
_LOWEST_DISTANCE, _HIGHEST_DISTANCE = 1e-4, 1e4


@dataclass(frozen=True)
class Scale:
    """How scores are binned: `bins` of equal width in a score's logit or logarithm."""

    bins: int
    of_probabilities: bool

    def bin(self, scores: NDArray[np.floating]) -> NDArray[np.int64]:
        """Return each score's bin; a higher score never has a lower one."""
        share = self._share(np.asarray(scores, np.float64))
        return np.minimum((share * self.bins).astype(np.int64), self.bins - 1)

    def first_bin(self, score: float) -> int:
        """Return the lowest bin whose scores all reach `score`."""
        return int(np.ceil(self._share(np.asarray(score, float)) * self.bins - 1e-9))

    def value(self, place: float | NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the score at a place; bin `i` reaches from place `i` to `i + 1`."""
        share = np.asarray(place, np.float64) / self.bins
        if self.of_probabilities:
            return np.asarray(expit((2 * share - 1) * _FARTHEST_LOGIT))
        return np.asarray(_LOWEST_DISTANCE * (_HIGHEST_DISTANCE / _LOWEST_DISTANCE) ** share)

    def _share(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.of_probabilities:
            farthest = float(expit(_FARTHEST_LOGIT))
            far = logit(np.clip(scores, 1 - farthest, farthest))
            return np.asarray((far / _FARTHEST_LOGIT + 1) / 2)
        level = np.log(np.clip(scores, _LOWEST_DISTANCE, _HIGHEST_DISTANCE) / _LOWEST_DISTANCE)
        return np.asarray(level / np.log(_HIGHEST_DISTANCE / _LOWEST_DISTANCE))


PROBABILITY: Final = Scale(4096, of_probabilities=True)
"""Even in the logit, clipped at ±12; resolves AP to about 1e-3."""

DISTANCE: Final = Scale(8192, of_probabilities=False)
"""Even in the logarithm from 1e-4 to 1e4; scores that differ by 0.3 % are told apart."""


class PixelScores:
    """Scores of defective and clean pixels, and how much of each region reaches a score."""

    def __init__(self, scale: Scale = PROBABILITY) -> None:
        self._scale = scale
        self._positive = np.zeros(scale.bins, np.int64)
        self._negative = np.zeros(scale.bins, np.int64)
        self._regions: list[NDArray[np.float32]] = []

    def add(self, scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> None:
        """Count pixels; `scores` and `truth` have the same shape, whatever it is."""
        self._count(self._scale.bin(scores), truth)

    def add_map(
        self,
        scores: NDArray[np.floating],
        truth: NDArray[np.bool_],
        known: NDArray[np.bool_] | None = None,
    ) -> None:
        """Count the pixels of a photo, and its regions for AUPRO.

        Args:
            scores: `(H, W)`.
            truth: `(H, W)` true on defects; regions are connected by sides or corners.
            known: `(H, W)` false where the label says nothing; None means everywhere known.
        """
        bins = self._scale.bin(scores)
        if known is None:
            known = np.ones(truth.shape, bool)
        self._count(bins[known], truth[known])
        labels, count = ndimage.label(truth & known, structure=np.ones((3, 3)))
        for region, window in enumerate(ndimage.find_objects(labels, count), start=1):
            own = bins[window][labels[window] == region]
            counted = np.bincount(own, minlength=self._scale.bins)
            self._regions.append((counted / counted.sum()).astype(np.float32))

    def _count(self, bins: NDArray[np.int64], truth: NDArray[np.bool_]) -> None:
        self._positive += np.bincount(bins[truth], minlength=self._scale.bins)
        self._negative += np.bincount(bins[~truth], minlength=self._scale.bins)

    @property
    def counts(self) -> NDArray[np.int64]:
        """`(2, bins)` clean and defective pixels by score; counts of several photos add up."""
        return np.stack([self._negative, self._positive])

    @classmethod
    def of_counts(cls, counts: NDArray[np.int64], scale: Scale = PROBABILITY) -> PixelScores:
        """Return the scores of pixels that were counted before, without regions for AUPRO."""
        scores = cls(scale)
        scores._negative, scores._positive = counts
        return scores

    @property
    def positives(self) -> int:
        """Number of defect pixels seen."""
        return int(self._positive.sum())

    def average_precision(self) -> float:
        """Area under the step-wise precision-recall curve; NaN without positives."""
        recall, precision = self.precision_recall()
        return float(np.sum(precision * np.diff(recall, prepend=0.0)))

    def precision_recall(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Recall and precision at every bin's lower limit, from the highest; NaN if undefined."""
        hits = np.cumsum(self._positive[::-1]).astype(np.float64)
        calls = hits + np.cumsum(self._negative[::-1])
        recall = hits / hits[-1] if hits[-1] else np.full_like(hits, np.nan)
        return recall, hits / np.maximum(calls, 1)

    def auroc(self) -> float:
        """Area under the ROC curve over pixels, ties counted half; NaN without both kinds."""
        positive, negative = self._positive.sum(), self._negative.sum()
        if positive == 0 or negative == 0:
            return float("nan")
        below = np.cumsum(self._negative) - self._negative
        return float(np.sum(self._positive * (below + self._negative / 2)) / positive / negative)

    def aupro(self) -> float:
        """Area under the per-region overlap curve up to 30 % false positives, as a share of 0.3.

        Every region counts alike, however large it is (P. Bergmann et al., The MVTec Anomaly
        Detection Dataset, IJCV 129, 2021). NaN without regions or clean pixels.
        """
        if not self._regions or not self._negative.any():
            return float("nan")
        share = np.cumsum(self._negative[::-1]) / self._negative.sum()
        overlap = np.cumsum(np.mean(self._regions, axis=0)[::-1])
        share, overlap = np.append(0.0, share), np.append(0.0, overlap)
        limit = MAX_FALSE_POSITIVES
        at_limit = float(np.interp(limit, share, overlap))
        inside = share < limit
        area = np.trapezoid(np.append(overlap[inside], at_limit), np.append(share[inside], limit))
        return float(area / limit)

    def iou(self, threshold: float) -> float:
        """Intersection over union of `score >= threshold`; NaN without any pixel."""
        first = self._scale.first_bin(threshold)
        hit = self._positive[first:].sum()
        union = self._positive.sum() + self._negative[first:].sum()
        return float(hit / union) if union else float("nan")

    def reliability(self, bins: int = 15) -> list[tuple[float, float, int]]:
        """Mean score, share of defects and number of pixels in `bins` of equal width.

        For probabilities only; empty bins are left out.
        """
        probability = self._scale.value(np.arange(self._scale.bins) + 0.5)
        index = np.minimum((probability * bins).astype(int), bins - 1)
        count = self._positive + self._negative
        pixels = np.bincount(index, weights=count, minlength=bins)
        said = np.bincount(index, weights=probability * count, minlength=bins)
        true = np.bincount(index, weights=self._positive, minlength=bins)
        return [
            (float(s / n), float(t / n), int(n))
            for s, t, n in zip(said, true, pixels, strict=True)
            if n
        ]

    def calibration_error(self, bins: int = 15) -> float:
        """Expected calibration error over bins of equal width in probability; NaN if empty."""
        rows = self.reliability(bins)
        total = sum(count for _, _, count in rows)
        if not total:
            return float("nan")
        return sum(abs(said - true) * count for said, true, count in rows) / total

    def best_threshold(self) -> float:
        """Score at which F1 is highest."""
        hits = np.cumsum(self._positive[::-1])
        calls = hits + np.cumsum(self._negative[::-1])
        f1 = 2 * hits / np.maximum(calls + self._positive.sum(), 1)
        return float(self._scale.value(self._scale.bins - 1 - int(np.argmax(f1))))


def score_auroc(scores: NDArray[np.floating], defective: NDArray[np.bool_]) -> float:
    """Area under the ROC curve of image scores, ties counted half; NaN without both kinds."""
    positive, negative = int(defective.sum()), int((~defective).sum())
    if positive == 0 or negative == 0:
        return float("nan")
    _, group, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[group]
    return float((ranks[defective].sum() - positive * (positive + 1) / 2) / positive / negative)
