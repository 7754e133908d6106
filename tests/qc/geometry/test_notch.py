"""Notches: outlines of known shape, bitten by a known amount or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qc.geometry.notch import find_notches

Array = NDArray[np.float64]


def _circle(radius_mm: float, *, bite_mm: float = 0.0, length_mm: float = 0.0) -> Array:
    """A circle that is `bite_mm` smaller over an arc of `length_mm` about the x axis."""
    angle = np.linspace(0, 2 * np.pi, 3000, endpoint=False)
    from_axis_mm = np.abs((angle + np.pi) % (2 * np.pi) - np.pi) * radius_mm
    ramp = np.clip((length_mm / 2 + 0.25 - from_axis_mm) / 0.5, 0, 1)
    radii = radius_mm - bite_mm * ramp
    return np.column_stack([radii * np.cos(angle), radii * np.sin(angle)])


def _rounded_rectangle(length_mm: float, width_mm: float, radius_mm: float) -> Array:
    corners = []
    for k, (sx, sy) in enumerate([(1, 1), (-1, 1), (-1, -1), (1, -1)]):
        turn = np.pi / 2 * k + np.linspace(0, np.pi / 2, 60)
        centre = np.array([sx * (length_mm / 2 - radius_mm), sy * (width_mm / 2 - radius_mm)])
        corners.append(centre + radius_mm * np.column_stack([np.cos(turn), np.sin(turn)]))
    return np.vstack(corners)


def _spoon() -> Array:
    """An ovate bowl drawn out into a slim handle, as a radius over the long axis."""
    x = np.linspace(-95, 95, 800)
    bowl = 21 * np.sqrt(np.clip(1 - ((x - 62) / 33) ** 2, 0, None))
    handle = 5.5 + 2.5 * ((x - 20) / 115) ** 2
    end = np.clip((x + 95) / 8, 0, 1)
    half = np.maximum(bowl, np.where(x < 62, handle * np.sqrt(1 - (1 - end) ** 2), 0))
    blurred = np.convolve(np.pad(half, 40, mode="edge"), np.hanning(81) / 40, mode="valid")
    return np.vstack([np.column_stack([x, -blurred]), np.column_stack([x[::-1], blurred[::-1]])])


def _rough(outline: Array, sigma_mm: float, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    return outline + rng.normal(0, sigma_mm, outline.shape)


@settings(max_examples=25, deadline=None)
@given(
    radius_mm=st.floats(30, 180),
    length_mm=st.floats(4.0, 12.0),
    shape=st.floats(0.0, 1.0),
    clockwise=st.booleans(),
    turn_rad=st.floats(0, 6.28),
)
def test_a_bite_is_found_with_its_size(
    radius_mm: float, length_mm: float, shape: float, clockwise: bool, turn_rad: float
) -> None:
    bite_mm = 1.0 + shape * (0.3 * length_mm - 1.0)  # chips are wider than deep
    cos, sin = np.cos(turn_rad), np.sin(turn_rad)
    outline = _circle(radius_mm, bite_mm=bite_mm, length_mm=length_mm)
    outline = _rough(outline, 0.02) @ np.array([[cos, sin], [-sin, cos]]) + [40.0, -25.0]
    notch, *_ = find_notches(outline[::-1] if clockwise else outline)
    assert notch.depth_mm == pytest.approx(bite_mm, abs=0.15 + 0.15 * bite_mm)
    assert notch.length_mm == pytest.approx(length_mm, abs=0.7 + 0.2 * length_mm)
    assert notch.area_mm2 == pytest.approx(bite_mm * length_mm, rel=0.35)
    where = notch.polygon_mm.mean(axis=0) - [40.0, -25.0]
    assert np.hypot(*(where - radius_mm * np.array([cos, sin]))) < 1.5 + bite_mm


@pytest.mark.parametrize(
    "sound",
    [
        _circle(30),
        _circle(150),
        _rounded_rectangle(230, 150, 12),
        _rounded_rectangle(120, 60, 4),
        _rounded_rectangle(230, 9, 4),
        _spoon(),
    ],
)
@pytest.mark.parametrize("sigma_mm", [0.0, 0.05])
def test_a_sound_shape_has_none(sound: Array, sigma_mm: float) -> None:
    assert find_notches(_rough(sound, sigma_mm)) == []


def test_a_low_bump_is_no_notch() -> None:
    assert find_notches(_circle(60, bite_mm=-0.7, length_mm=6)) == []


def test_a_bite_in_the_side_of_a_board_is_found() -> None:
    outline = _rounded_rectangle(230, 150, 12)
    sides = np.vstack([outline, outline[:1]])
    travelled = np.r_[0, np.cumsum(np.hypot(*np.diff(sides, axis=0).T))]
    at = np.arange(0, travelled[-1], 0.1)
    outline = np.column_stack([np.interp(at, travelled, sides[:, k]) for k in (0, 1)])
    bitten = (np.abs(outline[:, 1]) < 4) & (outline[:, 0] > 0)
    outline[bitten, 0] -= 1.5
    (notch,) = find_notches(outline)
    assert notch.depth_mm == pytest.approx(1.5, abs=0.2)
    assert notch.length_mm == pytest.approx(8, abs=1)


def test_a_ragged_edge_proves_nothing_that_its_noise_could_be() -> None:
    rough = _rough(_circle(75, bite_mm=0.55, length_mm=6), 0.35)
    assert find_notches(rough) == []


def test_a_tiny_outline_is_left_alone() -> None:
    assert find_notches(_circle(2.0)) == []


@pytest.mark.parametrize("radius_mm", [75, 110, 180])
def test_a_wide_and_deep_bite_is_found(radius_mm: float) -> None:
    assert find_notches(_rough(_circle(radius_mm, bite_mm=3.6, length_mm=12), 0.02))
