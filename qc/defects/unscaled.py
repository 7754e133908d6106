"""Photos whose millimetres per pixel nobody knows: looked at from near and from afar.

The network knows defects at one scale. A large photo without a mat mostly shows its item finer
than that, so that a scratch is a broad band and a stain fills whatever the network sees at once.
Reduced copies bring them back to sizes that it knows, and the copies vote.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.detector import DefectMap, Detector

FAMILIAR_SIDE_PX: Final = 512
"""Longer side up to which a photo is looked at as it is: 100 mm at 0.2 mm/px."""

_CERTAIN = 1e-6
"""Distance from 0 and 1 that a probability keeps, so that one certain copy does not outvote all."""


def copies(height: int, width: int) -> int:
    """Return how many times a photo is looked at: once, and once for each halving it can bear.

    One to 724 px long is looked at once, one to 1448 px twice, and so on.
    """
    return 1 + max(0, round(float(np.log2(max(height, width) / FAMILIAR_SIDE_PX))))


def map_unscaled(detector: Detector, pixels: NDArray[np.uint8]) -> DefectMap:
    """Map the defects of a photo of unknown scale: the mean of its copies' log odds.

    Args:
        detector: sees one scale.
        pixels: `(H, W, 3)` sRGB, at least 1 × 1.

    Raises:
        ValueError: pixels have another shape.
    """
    found = detector.map(pixels)
    height, width = pixels.shape[:2]
    count = copies(height, width)
    if count == 1:
        return found
    total = _log_odds(found.probability)
    copy = pixels
    for _ in range(count - 1):
        size = (-(-copy.shape[1] // 2), -(-copy.shape[0] // 2))
        copy = np.asarray(cv2.resize(copy, size, interpolation=cv2.INTER_AREA), np.uint8)
        for own, coarse in zip(total, _log_odds(detector.map(copy).probability), strict=True):
            own += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return DefectMap(found.types, 1 / (1 + np.exp(-total / np.float32(count))))


def _log_odds(probability: NDArray[np.float32]) -> NDArray[np.float32]:
    bounded = np.clip(probability, _CERTAIN, 1 - _CERTAIN)
    return np.asarray(np.log(bounded / (1 - bounded)), np.float32)
