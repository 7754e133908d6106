"""Metrics of an inspector against the truth, from scores alone.

Pixels are counted in histograms, so that memory does not grow with the number of photos.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_BINS = 8192
_LOWEST, _HIGHEST = 1e-4, 1e4

MAX_FALSE_POSITIVES: Final = 0.3
"""Up to this share of false positive pixels regions count for AUPRO."""


def score_auroc(scores: NDArray[np.floating], defective: NDArray[np.bool_]) -> float:
    """Area under the ROC curve of image scores, ties counted half; NaN without both kinds."""
    positive, negative = scores[defective], scores[~defective]
    if len(positive) == 0 or len(negative) == 0:
        return float("nan")
    wins = (positive[:, None] > negative[None]).mean() + (
        positive[:, None] == negative[None]
    ).mean() / 2
    return float(wins)


class PixelMaps:
    """Pixel AUROC and AUPRO of score maps; scores are positive, binned by their logarithm.

    8,192 bins from 1e-4 to 1e4 tell scores apart that differ by 0.2 %.
    """

    def __init__(self) -> None:
        self._negative = np.zeros(_BINS, np.int64)
        self._positive = np.zeros(_BINS, np.int64)
        self._regions: list[NDArray[np.float32]] = []

    def add(self, scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> None:
        """Count the pixels of a photo.

        Args:
            scores: `(H, W)`.
            truth: `(H, W)` true on defects; regions are connected by sides or corners.
        """
        level = np.log(np.clip(scores, _LOWEST, _HIGHEST) / _LOWEST)
        bins = np.minimum((level / np.log(_HIGHEST / _LOWEST) * _BINS).astype(int), _BINS - 1)
        self._negative += np.bincount(bins[~truth], minlength=_BINS)
        self._positive += np.bincount(bins[truth], minlength=_BINS)
        labels, count = ndimage.label(truth, structure=np.ones((3, 3)))
        for region in range(1, count + 1):
            counted = np.bincount(bins[labels == region], minlength=_BINS)
            self._regions.append((counted / counted.sum()).astype(np.float32))

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
