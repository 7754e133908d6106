"""Fits against shapes whose size is known exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.geometry.fit import fit_box, fit_circle, fit_line

ANGLES = st.floats(0, np.pi)
POSITIONS = st.floats(-200, 200)


def _circle(radius, count=720):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return radius * np.column_stack([np.cos(angle), np.sin(angle)])


def _rounded_box(length, width, radius):
    corners = _circle(radius, 400)
    offset = np.sign(corners) * (np.array([length, width]) / 2 - radius)
    edge_x = np.linspace(-length / 2 + radius, length / 2 - radius, 800)
    edge_y = np.linspace(-width / 2 + radius, width / 2 - radius, 800)
    sides = [np.column_stack([edge_x, np.full(800, s * width / 2)]) for s in (-1, 1)]
    ends = [np.column_stack([np.full(800, s * length / 2), edge_y]) for s in (-1, 1)]
    return np.vstack([corners + offset, *sides, *ends])


def _moved(points, angle, x, y):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return points @ turn.T + [x, y]


@given(ANGLES, POSITIONS, POSITIONS, st.floats(5, 200))
def test_circle_wherever_it_lies(angle, x, y, radius):
    circle = fit_circle(_moved(_circle(radius), angle, x, y))
    assert circle.radius_mm == pytest.approx(radius, abs=1e-6)
    assert circle.centre_mm == pytest.approx((x, y), abs=1e-6)


def test_chip_does_not_move_the_circle():
    points = _circle(75)
    points[:30] *= 0.97  # 4 % of the rim lies 2.2 mm inside
    assert fit_circle(points).radius_mm == pytest.approx(75, abs=0.01)


@given(ANGLES, POSITIONS, POSITIONS)
def test_box_wherever_it_lies(angle, x, y):
    box = fit_box(_moved(_rounded_box(280, 180, 15), angle, x, y))
    assert box.length_mm == pytest.approx(280, abs=0.01)
    assert box.width_mm == pytest.approx(180, abs=0.01)
    assert box.centre_mm == pytest.approx((x, y), abs=0.01)


def test_noise_hardly_lengthens_the_box():
    points = _rounded_box(230, 60, 3)
    noisy = points + np.random.default_rng(1).normal(0, 0.03, points.shape)
    box = fit_box(noisy)
    # Extremes of single points would be some 0.2 mm too far apart.
    assert box.length_mm == pytest.approx(230, abs=0.1)
    assert box.width_mm == pytest.approx(60, abs=0.1)


def test_few_points_are_refused():
    with pytest.raises(ValueError, match="three points"):
        fit_circle(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="three points"):
        fit_box(np.zeros((2, 2)))


def test_a_notch_does_not_turn_the_line():
    points = np.column_stack([np.arange(200.0), np.full(200, 3.0)])
    points[20:30, 1] = 1
    line = fit_line(_moved(points, 0.4, 5, 6))
    assert abs(line.direction @ [-np.sin(0.4), np.cos(0.4)]) == pytest.approx(0, abs=1e-9)
    assert line.residual_mm == pytest.approx(0, abs=1e-9)


@given(ANGLES)
def test_the_box_around_a_spoon_lies_along_it(angle):
    """The smallest rectangle around a spoon is an oblique one."""
    bowl = _circle(20) * [1.5, 1.0] - [60, 0]
    handle = np.column_stack([np.linspace(-40, 80, 300), np.zeros(300)])
    sides = [handle + np.array([0, side]) for side in (-4.0, 4.0)]
    end = np.column_stack([np.full(41, 80.0), np.linspace(-4, 4, 41)])
    box = fit_box(_moved(np.vstack([bowl, end, *sides]), angle, 10, -5))
    assert (box.length_mm, box.width_mm) == pytest.approx((170, 40), abs=0.3)
