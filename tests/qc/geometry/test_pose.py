"""Pose from corners: every direction of view, and both solutions of the planar ambiguity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from mat_views import HEIGHT, LENS, WIDTH, look, see

from qc.geometry import pose
from qc.geometry.camera import Camera, estimated_camera
from qc.geometry.mat import standard_mat
from qc.geometry.pose import locate_mat

KNOWN = Camera(LENS.focal_px, 1.0, LENS.centre_px, LENS.distortion, 1e-3, 1e-4, 0.1)


@pytest.mark.parametrize("roll_deg", [0, 45, 90, 180, 270])
@pytest.mark.parametrize("towards_deg", [0, 90, 225])
@pytest.mark.parametrize("slant_deg", [0, 10, 25])
def test_exact_corners_give_the_exact_pose(roll_deg, towards_deg, slant_deg) -> None:
    """All of these are turns by 180° or nearly, where rotation vectors are awkward."""
    true = look(roll_deg, slant_deg, towards_deg, 450, (20, -20))
    view = locate_mat(see(true, noise_px=0.0).corners, KNOWN, None)
    assert view is not None
    assert view.pose.eye_mm == pytest.approx(true.eye_mm, abs=1e-3)
    assert view.pose.matrix == pytest.approx(true.matrix, abs=1e-6)
    assert view.residual_px < 1e-4


def test_both_planar_poses_are_fitted_before_one_is_chosen(monkeypatch) -> None:
    """The order in which they are found must not matter."""
    corners = see(look(90, 6, 30, 2500, (0, 0)), seed=3).corners  # far: they look nearly alike
    found = pose._planar_poses
    flat = np.column_stack([corners.points_mm, np.zeros(len(corners.ids))])
    assert len(found(flat, corners.points_px, KNOWN)) == 2
    first = locate_mat(corners, KNOWN, None)
    monkeypatch.setattr(pose, "_planar_poses", lambda *given: found(*given)[::-1])
    other = locate_mat(corners, KNOWN, None)
    assert other.pose.matrix == pytest.approx(first.pose.matrix, abs=1e-6)


def test_corners_of_a_mirrored_mat_have_no_pose() -> None:
    corners = see(look(90, 10, 30, 450, (0, 0)), noise_px=0.0).corners
    mirrored = replace(corners, points_px=corners.points_px * [-1, 1] + [WIDTH - 1, 0])
    assert locate_mat(mirrored, KNOWN, None) is None


@pytest.mark.parametrize("stretch", [-0.008, 0.006])
def test_a_stretched_print_does_not_bend_the_camera(stretch) -> None:
    """Seen from above, a print 0.8 % too long looks like a tilted one through another lens."""
    photo = see(
        look(90, 1, 30, 450, (0, 0)), seed=5, print_scale=(1 + stretch / 2, 1 - stretch / 2)
    )
    habit = estimated_camera(WIDTH, HEIGHT, None)
    view = locate_mat(photo.corners, habit, None)
    assert view is not None
    off = np.log(view.camera.focal_px / LENS.focal_px)
    assert abs(off) <= 2 * np.sqrt(view.covariance[6, 6])
    assert abs(view.camera.focal_px / habit.focal_px - 1) <= 0.25
    assert view.pose.tilt_deg <= 3
    ratio = view.print_scale[0] / view.print_scale[1] - 1
    assert ratio == pytest.approx(stretch, abs=0.002)


def test_a_bump_of_the_sheet_does_not_bend_the_camera() -> None:
    at = standard_mat("A3").corner_points_mm()
    bump = 1.0 * np.exp(-((at - [120, 60]) ** 2).sum(axis=1) / (2 * 60**2))
    photo = see(look(90, 2, 30, 450, (0, 0)), seed=6, heights_mm=bump)
    view = locate_mat(photo.corners, estimated_camera(WIDTH, HEIGHT, None), None)
    assert view is not None
    assert abs(np.log(view.camera.focal_px / LENS.focal_px)) <= 2 * np.sqrt(view.covariance[6, 6])
