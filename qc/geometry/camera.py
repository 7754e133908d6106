"""The camera: how points of the mat's frame become pixels, and back.

Conventions. Mat frame: origin at the sheet's centre, x right, y up the page, z up towards the
camera, millimetres. Pixels: `(x, y)`, origin at the centre of the upper left pixel. Pose:
`X_camera = R X_mat + t`, camera axes as in OpenCV (x right, y down, z forward).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.station import CameraCalibration

Array = npt.NDArray[np.float64]

_FULL_FRAME_DIAGONAL_MM = 43.267
"""Diagonal of a 36 × 24 mm frame, to which EXIF's 35 mm equivalent refers (CIPA DCG-001)."""

_TYPICAL_TABLET_FOCAL_35MM = 29.0
"""Main cameras of tablets and phones lie between 24 and 34 mm."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera with OpenCV's five distortion coefficients.

    `u_focal` and `u_k1` are the standard uncertainties (relative; absolute) with which focal
    length and first radial coefficient are known *before* the mat is seen.
    """

    focal_px: float
    aspect: float
    """fy / fx."""
    centre_px: tuple[float, float]
    distortion: tuple[float, float, float, float, float]
    u_focal: float
    u_k1: float

    @property
    def matrix(self) -> Array:
        """The 3 × 3 intrinsic matrix."""
        cx, cy = self.centre_px
        return np.array(
            [[self.focal_px, 0.0, cx], [0.0, self.focal_px * self.aspect, cy], [0.0, 0.0, 1.0]]
        )

    def project(self, points_mm: Array, pose: Pose) -> Array:
        """Project `(N, 3)` points of the mat frame to `(N, 2)` pixels."""
        pixels, _ = cv2.projectPoints(
            np.ascontiguousarray(points_mm, np.float64),
            np.asarray(pose.rotation_vector),
            np.asarray(pose.translation_mm),
            self.matrix,
            np.asarray(self.distortion),
        )
        return np.asarray(pixels, np.float64).reshape(-1, 2)

    def rays(self, points_px: Array) -> Array:
        """Return `(N, 3)` viewing directions (z = 1, camera axes) of `(N, 2)` pixels."""
        if len(points_px) == 0:
            return np.empty((0, 3))
        undistorted = cv2.undistortPoints(
            np.ascontiguousarray(points_px, np.float64).reshape(-1, 1, 2),
            self.matrix,
            np.asarray(self.distortion),
        )
        flat = np.asarray(undistorted, np.float64).reshape(-1, 2)
        return np.column_stack([flat, np.ones(len(flat))])

    def back_project(self, points_px: Array, pose: Pose, height_mm: float) -> Array:
        """Intersect the rays of `(N, 2)` pixels with the plane z = `height_mm`.

        Returns:
            `(N, 2)` positions (x, y) in the mat frame, millimetres.
        """
        rotation = pose.matrix
        eye = -rotation.T @ np.asarray(pose.translation_mm)
        directions = self.rays(points_px) @ rotation  # rows: R^T d
        scale = (height_mm - eye[2]) / directions[:, 2]
        return np.asarray(eye[:2] + scale[:, None] * directions[:, :2])


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the mat lies in the camera's frame."""

    rotation_vector: tuple[float, float, float]
    translation_mm: tuple[float, float, float]

    @property
    def matrix(self) -> Array:
        """The 3 × 3 rotation matrix."""
        return np.asarray(cv2.Rodrigues(np.asarray(self.rotation_vector))[0], np.float64)

    @property
    def eye_mm(self) -> Array:
        """The camera's centre in the mat frame, `(3,)` millimetres."""
        return np.asarray(-self.matrix.T @ np.asarray(self.translation_mm))

    @property
    def tilt_deg(self) -> float:
        """Angle between the optical axis and the mat's normal."""
        return float(np.degrees(np.arccos(np.clip(-self.matrix[2, 2], -1.0, 1.0))))


def calibrated_camera(calibration: CameraCalibration) -> Camera:
    """Build the camera from a station's calibration."""
    return Camera(
        focal_px=calibration.fx_px,
        aspect=calibration.fy_px / calibration.fx_px,
        centre_px=(calibration.cx_px, calibration.cy_px),
        distortion=calibration.distortion,
        u_focal=calibration.u_focal_percent / 100,
        u_k1=1e-3,
    )


def estimated_camera(width_px: int, height_px: int, focal_35mm: float | None) -> Camera:
    """Guess the camera from EXIF, or from what tablets usually have.

    The 35 mm equivalent is rounded to whole millimetres and refers to the uncropped sensor,
    hence ±3 %; without it the guess is ±12 %. Either is improved by the photo of the mat.
    """
    equivalent = focal_35mm or _TYPICAL_TABLET_FOCAL_35MM
    diagonal_px = float(np.hypot(width_px, height_px))
    return Camera(
        focal_px=equivalent / _FULL_FRAME_DIAGONAL_MM * diagonal_px,
        aspect=1.0,
        centre_px=((width_px - 1) / 2, (height_px - 1) / 2),
        distortion=(0.0, 0.0, 0.0, 0.0, 0.0),
        u_focal=0.03 if focal_35mm else 0.12,
        u_k1=0.03,
    )
