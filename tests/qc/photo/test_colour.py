"""Colour arithmetic against published pairs and its own invariants."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.photo import srgb_to_linear
from qc.photo.colour import delta_e_2000, linear_to_lab, srgb_to_lab

# Sharma, Wu & Dalal (2005), table 1 (ciede2000testdata.txt of the University of Rochester).
_SHARMA = """
50.0000   2.6772 -79.7751 50.0000   0.0000 -82.7485  2.0425
50.0000   3.1571 -77.2803 50.0000   0.0000 -82.7485  2.8615
50.0000   2.8361 -74.0200 50.0000   0.0000 -82.7485  3.4412
50.0000  -1.3802 -84.2814 50.0000   0.0000 -82.7485  1.0000
50.0000  -1.1848 -84.8006 50.0000   0.0000 -82.7485  1.0000
50.0000  -0.9009 -85.5211 50.0000   0.0000 -82.7485  1.0000
50.0000   0.0000   0.0000 50.0000  -1.0000   2.0000  2.3669
50.0000  -1.0000   2.0000 50.0000   0.0000   0.0000  2.3669
50.0000   2.4900  -0.0010 50.0000  -2.4900   0.0009  7.1792
50.0000   2.4900  -0.0010 50.0000  -2.4900   0.0010  7.1792
50.0000   2.4900  -0.0010 50.0000  -2.4900   0.0011  7.2195
50.0000   2.4900  -0.0010 50.0000  -2.4900   0.0012  7.2195
50.0000  -0.0010   2.4900 50.0000   0.0009  -2.4900  4.8045
50.0000  -0.0010   2.4900 50.0000   0.0010  -2.4900  4.8045
50.0000  -0.0010   2.4900 50.0000   0.0011  -2.4900  4.7461
50.0000   2.5000   0.0000 50.0000   0.0000  -2.5000  4.3065
50.0000   2.5000   0.0000 73.0000  25.0000 -18.0000 27.1492
50.0000   2.5000   0.0000 61.0000  -5.0000  29.0000 22.8977
50.0000   2.5000   0.0000 56.0000 -27.0000  -3.0000 31.9030
50.0000   2.5000   0.0000 58.0000  24.0000  15.0000 19.4535
50.0000   2.5000   0.0000 50.0000   3.1736   0.5854  1.0000
50.0000   2.5000   0.0000 50.0000   3.2972   0.0000  1.0000
50.0000   2.5000   0.0000 50.0000   1.8634   0.5757  1.0000
50.0000   2.5000   0.0000 50.0000   3.2592   0.3350  1.0000
60.2574 -34.0099  36.2677 60.4626 -34.1751  39.4387  1.2644
63.0109 -31.0961  -5.8663 62.8187 -29.7946  -4.0864  1.2630
61.2901   3.7196  -5.3901 61.4292   2.2480  -4.9620  1.8731
35.0831 -44.1164   3.7933 35.0232 -40.0716   1.5901  1.8645
22.7233  20.0904 -46.6940 23.0331  14.9730 -42.5619  2.0373
36.4612  47.8580  18.3852 36.2715  50.5065  21.2231  1.4146
90.8027  -2.0831   1.4410 91.1528  -1.6435   0.0447  1.4441
90.9257  -0.5406  -0.9208 88.6381  -0.8985  -0.7239  1.5381
 6.7747  -0.2908  -2.4247  5.8714  -0.0985  -2.2286  0.6377
 2.0776   0.0795  -1.1350  0.9033  -0.0636  -0.5514  0.9082
"""
SHARMA = np.array(_SHARMA.split(), float).reshape(-1, 7)

CHANNEL = st.floats(0, 1)
COLOUR = st.tuples(CHANNEL, CHANNEL, CHANNEL)


def test_published_pairs():
    assert len(SHARMA) == 34
    for first, second in ((SHARMA[:, :3], SHARMA[:, 3:6]), (SHARMA[:, 3:6], SHARMA[:, :3])):
        np.testing.assert_allclose(delta_e_2000(first, second), SHARMA[:, 6], atol=6e-5)


@given(COLOUR, COLOUR)
def test_difference_is_symmetric_and_zero_for_the_same(one, other):
    first, second = linear_to_lab(np.array(one)), linear_to_lab(np.array(other))
    assert delta_e_2000(first, second) == pytest.approx(delta_e_2000(second, first), abs=1e-6)
    assert delta_e_2000(first, first) == 0


def test_lab_is_as_opencv_computes_it():
    picture = np.random.default_rng(0).random((1, 1000, 3), np.float32)
    theirs = cv2.cvtColor(picture, cv2.COLOR_LRGB2Lab)
    np.testing.assert_allclose(linear_to_lab(picture), theirs, atol=0.1)


def test_every_pixels_lab_is_near_the_exact_one():
    levels = np.arange(0, 256, 5, np.uint8)
    picture = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(len(levels), -1, 3)
    exact = linear_to_lab(srgb_to_linear(picture))
    np.testing.assert_allclose(srgb_to_lab(picture), exact, atol=0.5)


@given(st.floats(0, 1))
def test_greys_are_neutral(level):
    lightness, a, b = linear_to_lab(np.full(3, level))
    assert (a, b) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))
    assert 0 <= lightness <= 100 + 1e-9


# Of the primaries, as every table of sRGB in CIELAB (D65) gives them.
@pytest.mark.parametrize(
    ("linear", "lab"),
    [
        ((1, 1, 1), (100, 0, 0)),
        ((1, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 1, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 1), (32.30, 79.19, -107.86)),
    ],
)
def test_primaries(linear, lab):
    np.testing.assert_allclose(linear_to_lab(np.array(linear, float)), lab, atol=0.03)
