"""Where the light is read: on bare paper, whatever the mat."""

import cv2
import numpy as np
import pytest

from qc.geometry.illumination import _paper_points
from qc.geometry.mat import PAPERS, standard_mat
from qc.geometry.mat_print import mat_png


@pytest.mark.parametrize("paper", PAPERS)
def test_every_point_lies_on_unprinted_paper(paper):
    layout = standard_mat(paper)
    picture = cv2.imdecode(np.frombuffer(mat_png(layout), np.uint8), cv2.IMREAD_COLOR)
    per_mm = picture.shape[1] / layout.sheet_width_mm
    points = _paper_points(layout)
    assert len(points) == 4 * len(layout.marker_squares)
    for x_mm, y_mm in points:
        x = (x_mm + layout.sheet_width_mm / 2) * per_mm
        y = (layout.sheet_height_mm / 2 - y_mm) * per_mm
        reach = round(0.5 * per_mm)
        around = picture[round(y) - reach : round(y) + reach, round(x) - reach : round(x) + reach]
        assert around.min() == 255
