"""Cut-outs against the whole photo in linear light."""

import numpy as np
import pytest

from qc.photo import cut_out, srgb_to_linear

GREY = np.random.default_rng(5).integers(0, 256, (60, 90), np.uint8)


@pytest.mark.parametrize("count", [1, 5, 12])
def test_a_cut_out_shows_what_the_photo_shows_there(count):
    points = np.random.default_rng(count).uniform([12, 12], [77, 47], (count, 2))
    around = cut_out(GREY, points, 11.5)
    light = srgb_to_linear(GREY)
    assert around.whole.all()
    for offset in np.ndindex(23, 23):
        there = np.rint(points).astype(int) - 11 + offset
        here = (there + around.shift_px).astype(int)
        np.testing.assert_array_equal(
            around.linear_grey[here[:, 1], here[:, 0]], light[there[:, 1], there[:, 0]]
        )


def test_beyond_the_photo_its_border_goes_on_and_that_is_told():
    points = np.array([[40.0, 30.0], [2.0, 30.0], [40.0, 58.0]])
    around = cut_out(GREY, points, 4)
    assert around.whole.tolist() == [True, False, False]
    x, y = (np.array([-2.0, 30.0]) + around.shift_px[1]).astype(int)
    assert around.linear_grey[y, x] == srgb_to_linear(GREY)[30, 0]


def test_a_photo_smaller_than_a_cut_out_is_no_fault():
    around = cut_out(GREY[:5, :7], np.array([[3.0, 2.0]]), 20)
    assert around.linear_grey.shape == (41, 41)
    assert not around.whole.any()
