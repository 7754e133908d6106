"""Corners of an A3 mat as a camera with known lens sees them: projection and Gaussian noise.

Fast, and an oracle for the algebra only; `tests/qc/proof/test_calibration_trials.py` goes through
pictures.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from qc.geometry.calibration import MatPhoto
from qc.geometry.camera import Camera, Pose, estimated_camera
from qc.geometry.corners import MatCorners
from qc.geometry.mat import standard_mat
from qc.geometry.pose import locate_mat

WIDTH, HEIGHT = 2000, 1500
LENS = Camera(1800.0, 1.0, (1011.0, 741.0), (-0.09, 0.04, 3e-4, -4e-4, 0.0), 0.0, 0.0)

POSES = (
    # roll °, slant °, towards °, distance mm, mat centre (mm)
    (90, 3, 0, 333, (28, 0)),
    (90, 5, 90, 333, (-28, 0)),
    (90, 22, 0, 416, (15, 0)),
    (90, 22, 90, 416, (0, 15)),
    (90, 22, 180, 416, (-15, 0)),
    (90, 22, 270, 416, (0, -15)),
    (0, 20, 45, 475, (50, 10)),
    (180, 20, 135, 475, (-50, -10)),
    (90, 10, 225, 376, (20, -20)),
    (0, 15, 315, 555, (-60, 30)),
)


def look(roll_deg: float, slant_deg: float, towards_deg: float, distance_mm: float, at_mm) -> Pose:
    level = np.diag([1.0, -1.0, -1.0]) @ cv2.Rodrigues(np.array([0, 0, np.radians(roll_deg)]))[0]
    towards = np.radians(towards_deg)
    axis = np.radians(slant_deg) * np.array([np.cos(towards), np.sin(towards), 0.0])
    vector = cv2.Rodrigues(cv2.Rodrigues(axis)[0] @ level)[0].ravel()
    return Pose(tuple(vector.tolist()), (float(at_mm[0]), float(at_mm[1]), float(distance_mm)))


def see(
    pose: Pose,
    lens: Camera = LENS,
    *,
    seed: int = 0,
    noise_px: float = 0.05,
    print_scale: tuple[float, float] = (1.0, 1.0),
    heights_mm=None,
    paper: str = "A3",
    **changes,
) -> MatPhoto:
    """Return what a photo of `WIDTH` × `HEIGHT` px shows."""
    layout = standard_mat(paper)
    flat = layout.corner_points_mm()
    heights = np.zeros(len(flat)) if heights_mm is None else heights_mm
    seen = lens.project(np.column_stack([flat * print_scale, heights]), pose)
    seen += np.random.default_rng(seed).normal(0, noise_px, seen.shape)
    inside = ((seen > 4) & (seen < [WIDTH - 5, HEIGHT - 5])).all(axis=1)
    corners = MatCorners(layout, layout.corner_ids()[inside], flat[inside], seen[inside])
    view = locate_mat(corners, estimated_camera(WIDTH, HEIGHT, None), None)
    assert view is not None
    photo = MatPhoto(f"photo {seed}", WIDTH, HEIGHT, None, None, corners, view)
    return replace(photo, **changes)


def complete_set(lens: Camera = LENS, seed: int = 0, **how) -> list[MatPhoto]:
    return [see(look(*pose), lens, seed=100 * seed + i, **how) for i, pose in enumerate(POSES)]
