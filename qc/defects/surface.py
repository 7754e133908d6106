"""The item's surface before the detector: what lies beyond the outline is hidden."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def hide_surroundings(pixels: NDArray[np.uint8], item: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Replace everything outside the item with the item's median colour.

    The detector is trained on pictures prepared by this function, so that neither the mat nor
    the table looks like a defect, and a gap in the outline still shows as a gap.

    Args:
        pixels: `(H, W, 3)` sRGB.
        item: `(H, W)` true on the item.

    Returns:
        A copy of `pixels`; unchanged where the item is empty.
    """
    if not item.any():
        return pixels.copy()
    # The outermost pixels mix the item with its surroundings.
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    pure = cv2.erode(item.astype(np.uint8), kernel, borderValue=1).astype(bool)
    inside = pixels[pure if pure.any() else item]
    filled = pixels.copy()
    filled[~pure] = np.median(inside[:: max(1, len(inside) // 20_000)], axis=0).astype(np.uint8)
    return filled
