"""The photos on which the detector was most wrong, as pictures for the report."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from qc.defects.detector import DefectMap
from qc.evaluation.labels import Mask

_WIDTH_PX = 420
_TRUTH = (0, 255, 255)
_CALLED = np.array([255, 0, 0], np.float32)


def picture(pixels: NDArray[np.uint8], maps: DefectMap, masks: Mapping[str, Mask]) -> str:
    """Draw a photo with the true outlines beside it with the probability in red.

    Returns:
        A JPEG as `data:` URL.
    """
    factor = _WIDTH_PX / pixels.shape[1]
    size = (_WIDTH_PX, max(1, round(pixels.shape[0] * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST
    plain = np.array(cv2.resize(pixels, size, interpolation=how), np.uint8)
    heat = cv2.resize(maps.any_type, size, interpolation=how)[..., None]
    called = np.asarray(plain * (1 - 0.7 * heat) + _CALLED * 0.7 * heat, np.uint8)
    for mask in masks.values():
        small = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        contours, _ = cv2.findContours(small, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        cv2.drawContours(plain, contours, -1, _TRUTH, 1)
    both = np.ascontiguousarray(np.hstack([plain, called]))
    data = simplejpeg.encode_jpeg(both, quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")
