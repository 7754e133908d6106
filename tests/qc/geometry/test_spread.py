"""The spread of edges against rendered mats whose blur is known."""

import numpy as np
import pytest
from scene import Scene, render

from qc.geometry.corners import find_corners
from qc.geometry.gate import ring_edges
from qc.geometry.pose import locate_mat
from qc.geometry.spread import edge_spread
from qc.photo import to_grey


@pytest.mark.parametrize("blur_px", [0.6, 1.2])
def test_the_spread_is_that_of_lens_pixel_and_reading(blur_px):
    photo = render(Scene(disc_mm=None, blur_px=blur_px, k1=-0.05))
    grey = to_grey(photo.pixels)
    view = locate_mat(find_corners(grey), Scene(k1=-0.05).camera, None)
    assert view is not None
    spread = edge_spread(*ring_edges(grey, view))
    # The oracle's own samples and its reading of the mat's picture blur a little as well.
    expected = np.sqrt(blur_px**2 + 1 / 12 + 1 / 6)
    angle = np.linspace(0, np.pi, 9)
    across = spread.across(np.column_stack([np.cos(angle), np.sin(angle)]))
    assert across == pytest.approx(expected, rel=0.08)
