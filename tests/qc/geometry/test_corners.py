"""Corners of a mat that is small in the photo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from qc.geometry.corners import find_corners
from qc.geometry.mat import standard_mat
from qc.geometry.mat_print import mat_png

_WIDTH, _HEIGHT = 4000, 3000
_TABLE = 150


@pytest.mark.parametrize("mm_per_px", [0.3, 0.33, 0.36, 0.4])
def test_the_smallest_mat_is_found_from_a_metre_away(mm_per_px: float) -> None:
    """Up to 0.4 mm a pixel it is near enough to be measured; its markers are 26 px wide then."""
    layout = standard_mat("A4")
    printed = cv2.imdecode(np.frombuffer(mat_png(layout), np.uint8), cv2.IMREAD_GRAYSCALE)
    size = round(layout.sheet_width_mm / mm_per_px), round(layout.sheet_height_mm / mm_per_px)
    sheet = cv2.GaussianBlur(cv2.resize(printed, size, interpolation=cv2.INTER_AREA), (0, 0), 0.7)
    photo = np.full((_HEIGHT, _WIDTH), _TABLE, np.uint8)
    left, top = (_WIDTH - size[0]) // 2, (_HEIGHT - size[1]) // 2
    photo[top : top + size[1], left : left + size[0]] = sheet

    corners = find_corners(photo)

    assert corners is not None
    assert corners.layout == layout
    assert len(corners.ids) == len(layout.corner_ids())
    px_per_mm = np.array(size) / [layout.sheet_width_mm, layout.sheet_height_mm]
    middle = np.array([left, top]) + np.array(size) / 2 - 0.5
    true_px = middle + corners.points_mm * px_per_mm * [1, -1]
    assert np.abs(corners.points_px - true_px).max() <= 0.15
