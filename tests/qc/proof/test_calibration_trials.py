"""The calibration bench judges fairly: what it calls an error is one, photos follow the guide."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.optimize import least_squares

from qc.geometry.station import CameraCalibration
from qc.proof.calibration import (
    GUIDE,
    CalibrationResult,
    distortion_error_px,
    draw_calibration,
    run_calibration,
)
from qc.proof.camera import TrueCamera
from qc.proof.stage import look_at

FACING = look_at(np.array([20.0, -30.0, 500.0]), np.array([5.0, 0.0, 0.0]), 7.0)
TRUE = TrueCamera(
    2000, 1500, 1500.0, 1500.0, 999.5, 749.5, (-0.03, 0.01, 1e-4, -2e-4, 0.0), *FACING
)


def _found(camera: TrueCamera, **changes: object) -> CameraCalibration:
    numbers = {
        name: getattr(camera, name)
        for name in ("width_px", "height_px", "fx_px", "fy_px", "cx_px", "cy_px", "distortion")
    }
    return CameraCalibration(**(numbers | changes))


@pytest.mark.parametrize(
    "changes",
    [{}, {"fx_px": 1501.5, "fy_px": 1501.5}],
    ids=["the same", "another scale"],
)
def test_no_distortion_is_found_where_the_lens_is_the_same(changes: dict[str, object]) -> None:
    assert distortion_error_px(TRUE, _found(TRUE, **changes)) < 0.01


def test_what_remains_is_what_an_optimiser_leaves() -> None:
    """Another lens and centre, against turn and scale found by iteration on OpenCV's model."""
    lens = (-0.032, 0.014, -1e-4, 1e-4, 0.0)
    found = _found(TRUE, fx_px=1504.0, fy_px=1503.0, cx_px=1001.5, cy_px=747.0, distortion=lens)
    x, y = np.meshgrid(np.linspace(0, 1999, 25), np.linspace(0, 1499, 25))
    pixels = np.column_stack([x.ravel(), y.ravel()])
    matrix = np.array([[1500.0, 0, 999.5], [0, 1500.0, 749.5], [0, 0, 1]])
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 50, 1e-10)
    rays = cv2.undistortPoints(
        pixels[:, None], matrix, np.array(TRUE.distortion), criteria=criteria
    )[:, 0]
    believed = np.array([[1504.0, 0, 1001.5], [0, 1503.0, 747.0], [0, 0, 1]])

    def away(parameters):
        seen = cv2.projectPoints(
            np.column_stack([rays, np.ones(len(rays))]), parameters[:3], np.zeros(3),
            believed, np.array(lens),
        )[0][:, 0]  # fmt: skip
        centre = np.array([1001.5, 747.0])
        return (centre + (1 + parameters[3]) * (seen - centre) - pixels).ravel()

    rest = away(least_squares(away, np.zeros(4), x_scale=1e-3).x).reshape(-1, 2)
    border = ((pixels == 0) | (pixels == [1999, 1499])).any(axis=1)
    expected = np.linalg.norm(rest[border], axis=1).max()
    assert expected > 0.5
    assert distortion_error_px(TRUE, found) == pytest.approx(expected, rel=0.02)


def test_pixels_that_are_not_square_are_found_in_full() -> None:
    """Stretched by 1 part in 1000 in x: half of it is a scale, the rest is -/+ 0.5 · 1e-3."""
    found = _found(TRUE, fx_px=1501.5)
    assert distortion_error_px(TRUE, found) == pytest.approx(0.5e-3 * np.hypot(1000, 750), rel=0.25)


def test_a_lens_that_bends_otherwise_is_found() -> None:
    """Δk1 = 1e-3 shifts by f Δk1 r³ (2 px in the corner), of which a scale takes some away."""
    k1, k2, p1, p2, k3 = TRUE.distortion
    found = _found(TRUE, distortion=(k1 + 1e-3, k2, p1, p2, k3))
    corner_px = 1500 * 1e-3 * (np.hypot(1000, 750) / 1500) ** 3
    assert 0.2 * corner_px < distortion_error_px(TRUE, found) < corner_px


def test_a_trial_follows_from_its_seed_and_its_photos_from_the_guide() -> None:
    trial = draw_calibration(3)
    assert trial == draw_calibration(3)
    for wanted, scene in zip(GUIDE, trial.scenes, strict=True):
        forward = np.array(scene.camera.rotation[2])
        slant_deg = np.degrees(np.arccos(-forward[2]))
        assert slant_deg == pytest.approx(wanted.slant_deg, abs=8)
        where = replace(scene.camera, rotation=FACING[0], translation_mm=FACING[1])
        assert where == replace(trial.camera, rotation=FACING[0], translation_mm=FACING[1])


def test_refused_and_wrong_calibrations_count_as_missed() -> None:
    known = {"seed": 1, "mat": "teliti-a3-1", "width_px": 4000}
    good = CalibrationResult(**known, focal_error_percent=-0.4, distortion_error_px=0.2)
    assert good.within_gates
    assert not CalibrationResult(**known, refused="too few photos").within_gates
    for worse in ({"focal_error_percent": -0.6}, {"distortion_error_px": 0.4}):
        assert not good.model_copy(update=worse).within_gates


@pytest.mark.slow
def test_a_known_camera_is_found_again_from_pictures() -> None:
    result = run_calibration(4)
    assert result.width_px == 2592  # the fastest to render
    assert result.within_gates
