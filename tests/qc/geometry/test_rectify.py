"""A photo whose values tell their own place, seen from above."""

from __future__ import annotations

import numpy as np
import pytest
from mat_views import HEIGHT, LENS, WIDTH, look

from qc.geometry.mat import Rect
from qc.geometry.rectify import Plane, rectify

BEGIN = np.array([900, 620])
"""Where `(x, y)` a window of 255 pixels begins in which a value is a place."""


def _place_as_colour(*, falling: bool = False) -> np.ndarray:
    """Red is the column in the window, green the row; both are taken from 255 where they fall."""
    x, y = np.meshgrid(np.arange(WIDTH) - BEGIN[0], np.arange(HEIGHT) - BEGIN[1])
    colour = np.clip(np.stack([x, y, np.zeros_like(x)], axis=-1), 0, 255).astype(np.uint8)
    return 255 - colour if falling else colour


@pytest.mark.parametrize("mm_per_px", [0.21, 0.5, 0.9])
@pytest.mark.parametrize(("roll_deg", "slant_deg"), [(0, 0), (37, 6), (180, 12)])
def test_every_pixel_shows_what_the_camera_sees_there(mm_per_px, roll_deg, slant_deg) -> None:
    pose = look(roll_deg, slant_deg, 30, 450, (20, -20))
    plane = Plane(Rect(-83.3, -51.7, 71.2, 60.4), 12.0, mm_per_px)
    rows, columns = plane.shape
    rising, falling = (
        rectify(_place_as_colour(falling=falls), LENS, pose, plane).astype(float)
        for falls in (False, True)
    )
    assert rising.shape == (rows, columns, 3)
    # Halves of a grey level are rounded up in both.
    shown = BEGIN + ((rising - falling + 255) / 2).reshape(-1, 3)[:, :2]

    x, y = np.meshgrid(np.arange(columns, dtype=float), np.arange(rows, dtype=float))
    seen = plane.to_photo(np.column_stack([x.ravel(), y.ravel()]), LENS, pose)
    inside = ((seen > BEGIN + 8) & (seen < BEGIN + 246)).all(axis=1)
    assert inside.sum() > 1000
    error_px = shown[inside] - seen[inside]
    assert np.abs(error_px).max() < 0.7  # half a level is rounding
    assert np.abs(error_px.mean(axis=0)).max() < 0.1


def test_beyond_the_photo_it_is_black() -> None:
    plane = Plane(Rect(400, -50, 500, 50), 0.0, 1.0)
    shown = rectify(_place_as_colour(falling=True), LENS, look(0, 0, 0, 450, (0, 0)), plane)
    assert not shown.any()
