from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.synthesis.render.scene import Camera, kelvin_rgb


def test_an_upright_camera_sees_the_mat_as_it_is_printed() -> None:
    camera = Camera(distance_mm=600)
    centre, right, up = camera.project(np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0.0]]))
    np.testing.assert_allclose(centre, [1023.5, 767.5])
    step = camera.f_px * 10 / 600
    np.testing.assert_allclose(right - centre, [step, 0], atol=1e-9)
    np.testing.assert_allclose(up - centre, [0, -step], atol=1e-9)


def test_focal_length_follows_the_diagonal_as_in_exif() -> None:
    # A 4:3 sensor as long as the 35 mm film's diagonal sees 53.13 degrees across that diagonal.
    camera = Camera(width_px=4000, height_px=3000, focal_35mm=43)
    diagonal_deg = 2 * math.degrees(math.atan(2500 / camera.f_px))
    assert diagonal_deg == pytest.approx(53.4, abs=0.1)


angles = st.floats(-180, 180)


@given(
    tilt=st.floats(0, 25), azimuth=angles, roll=angles,
    x=st.floats(-150, 150), y=st.floats(-150, 150), z=st.floats(0, 80),
)  # fmt: skip
def test_a_pixel_leads_back_to_its_point(
    tilt: float, azimuth: float, roll: float, x: float, y: float, z: float
) -> None:
    camera = Camera(tilt_deg=tilt, azimuth_deg=azimuth, roll_deg=roll)
    pixel = camera.project(np.array([[x, y, z]]))
    np.testing.assert_allclose(camera.on_plane(pixel, z), [[x, y]], atol=1e-6)


@given(tilt=st.floats(0, 60), azimuth=angles, roll=angles)
def test_the_pose_is_a_rotation_at_the_given_distance(
    tilt: float, azimuth: float, roll: float
) -> None:
    camera = Camera(tilt_deg=tilt, azimuth_deg=azimuth, roll_deg=roll, distance_mm=700)
    pose = camera.world_from_camera()
    np.testing.assert_allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1)
    assert np.linalg.norm(pose[:3, 3]) == pytest.approx(700)
    assert pose[2, 3] == pytest.approx(700 * math.cos(math.radians(tilt)))


def test_a_black_body_of_2856_k_is_illuminant_a() -> None:
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
              [0.0193339, 0.1191920, 0.9503041]]  # fmt: skip
    x, y, z = np.array(to_xyz) @ kelvin_rgb(2856)
    assert x / (x + y + z) == pytest.approx(0.4476, abs=0.002)
    assert y / (x + y + z) == pytest.approx(0.4074, abs=0.002)
    assert y == pytest.approx(1, abs=1e-3)
