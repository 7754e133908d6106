"""The camera: how points of the mat's frame become pixels, and back.

Conventions. Mat frame: origin at the sheet's centre, x right, y up the page, z up towards the
camera, millimetres. Pixels: `(x, y)`, origin at the centre of the upper left pixel. Pose:
`X_camera = R X_mat + t`, camera axes as in OpenCV (x right, y down, z forward).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.station import CameraCalibration

Array = npt.NDArray[np.float64]

_FULL_FRAME_DIAGONAL_MM = 43.267
"""Diagonal of a 36 × 24 mm frame, to which EXIF's 35 mm equivalent refers (CIPA DCG-001)."""

_TYPICAL_TABLET_FOCAL_35MM = 29.0
"""Main cameras of tablets and phones lie between 24 and 34 mm."""

_U_CENTRE_SHARE = 0.005
"""Share of the width by which unknown lenses sit off the sensor's centre."""

_U_K1_STATED = 1e-3
"""Of a calibration that does not say how well its distortion is known."""

_U_K1_UNKNOWN, _U_K2_UNKNOWN, _U_TANGENTIAL_UNKNOWN = 0.05, 0.04, 3e-4
"""Of a lens of which nothing is known. Tablets leave a k1 of up to a tenth in their photos. If the
lens's elements were taken as centred, a mat seen from above would seem to tell the focal length
several times better than it can."""

_U_FOCUS = 0.001
"""Focusing moves the lens: between 0.5 and 0.7 m a focal length of 4 mm changes by 0.24 % (thin
lens, f (1/a - 1/b)); half of that as a uniform distribution is 0.07 %."""

_U_AGED = 0.005
_U_K1_AGED = 5e-3
"""What a fall or a new focus mechanism may have changed since an expired calibration."""

_UNDISTORT_CRITERIA = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 40, 1e-9)
"""OpenCV stops after five steps, which leaves 0.05 px where k1 = -0.28."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera with OpenCV's five distortion coefficients.

    `u_focal`, `u_k1`, `u_centre_px`, `u_k2` and `u_tangential` are the standard uncertainties
    (relative; absolute; pixels in x and y; absolute; absolute) with which focal length, first
    radial coefficient, principal point, second radial and both tangential coefficients are known
    *before* the mat is seen.
    """

    focal_px: float
    aspect: float
    """fy / fx."""
    centre_px: tuple[float, float]
    distortion: tuple[float, float, float, float, float]
    u_focal: float
    u_k1: float
    u_centre_px: float = 2.0
    u_k2: float = 0.0
    u_tangential: float = 0.0

    @property
    def matrix(self) -> Array:
        """The 3 × 3 intrinsic matrix."""
        cx, cy = self.centre_px
        return np.array(
            [[self.focal_px, 0.0, cx], [0.0, self.focal_px * self.aspect, cy], [0.0, 0.0, 1.0]]
        )

    def turned(self, width_px: int, height_px: int) -> Camera:
        """Return the camera of a photo that was turned by 90° after it was taken.

        `width_px, height_px` is the size before. Which way it was turned is not known, so the
        parts of the lens that depend on it become uncertainty.
        """
        off = np.array(self.centre_px) - [(width_px - 1) / 2, (height_px - 1) / 2]
        k1, k2, _, _, k3 = self.distortion
        return replace(
            self,
            focal_px=self.focal_px * self.aspect,
            aspect=1 / self.aspect,
            centre_px=((height_px - 1) / 2, (width_px - 1) / 2),
            distortion=(k1, k2, 0.0, 0.0, k3),
            u_centre_px=float(np.hypot(self.u_centre_px, np.abs(off).max())),
        )

    def project(self, points_mm: Array, pose: Pose) -> Array:
        """Project `(N, 3)` points of the mat frame to `(N, 2)` pixels."""
        return self.project_with_slopes(points_mm, pose)[0]

    def project_with_slopes(self, points_mm: Array, pose: Pose) -> tuple[Array, Array]:
        """Project points, and tell how each pixel moves with the parameters.

        Returns:
            `(N, 2)` pixels; `(2 N, 15)` derivatives of x and y, alternately, with respect to
            rotation vector, translation (mm), fx, fy, cx, cy, k1, k2, p1, p2, k3.
        """
        pixels, slopes = cv2.projectPoints(
            np.ascontiguousarray(points_mm, np.float64),
            np.asarray(pose.rotation_vector),
            np.asarray(pose.translation_mm),
            self.matrix,
            np.asarray(self.distortion),
        )
        return np.asarray(pixels, np.float64).reshape(-1, 2), np.asarray(slopes, np.float64)

    def rays(self, points_px: Array) -> Array:
        """Return `(N, 3)` viewing directions (z = 1, camera axes) of `(N, 2)` pixels."""
        if len(points_px) == 0:
            return np.empty((0, 3))
        undistorted = cv2.undistortPoints(
            np.ascontiguousarray(points_px, np.float64).reshape(-1, 1, 2),
            self.matrix,
            np.asarray(self.distortion),
            criteria=_UNDISTORT_CRITERIA,
        )
        flat = np.asarray(undistorted, np.float64).reshape(-1, 2)
        return np.column_stack([flat, np.ones(len(flat))])

    def back_project(self, points_px: Array, pose: Pose, height_mm: float | Array) -> Array:
        """Intersect the rays of `(N, 2)` pixels with z = `height_mm`, or with `(N,)` heights.

        Returns:
            `(N, 2)` positions (x, y) in the mat frame, millimetres.
        """
        return pose.meet(self.rays(points_px), height_mm)


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

    def meet(self, rays: Array, height_mm: float | Array) -> Array:
        """Return where `(N, 3)` viewing directions of the camera meet z = `height_mm`, `(N, 2)`."""
        rotation = self.matrix
        eye = -rotation.T @ np.asarray(self.translation_mm)
        directions = rays @ rotation  # rows: R^T d
        scale = (height_mm - eye[2]) / directions[:, 2]
        return np.asarray(eye[:2] + scale[:, None] * directions[:, :2])

    @property
    def tilt_deg(self) -> float:
        """Angle between the optical axis and the mat's normal."""
        return float(np.degrees(np.arccos(np.clip(-self.matrix[2, 2], -1.0, 1.0))))


def border_px(width_px: int, height_px: int, points: int = 24) -> Array:
    """Return `(4 points, 2)` pixels along the border of a photo, its corners included."""
    along = np.linspace(0.0, 1.0, points)
    zero, one = np.zeros(points), np.ones(points)
    share = [(along, zero), (along, one), (zero, along), (one, along)]
    unit = np.concatenate([np.column_stack(side) for side in share])
    return np.asarray(unit * [width_px - 1, height_px - 1])


def calibrated_camera(calibration: CameraCalibration, *, expired: bool = False) -> Camera:
    """Build the camera from a station's calibration.

    Args:
        calibration: measured from photos, or stated by hand.
        expired: the calibration is too old to be trusted as it stands.
    """
    c = calibration
    half_diagonal = float(np.hypot(c.width_px, c.height_px)) / 2 / c.fx_px
    u_focal, u_k1, u_centre_px = c.u_focal_percent / 100, _U_K1_STATED, c.u_centre_px
    if c.is_measured:
        u_focal = float(np.hypot(u_focal, _U_FOCUS))
    if c.u_distortion_px is not None:
        u_k1 = c.u_distortion_px / (c.fx_px * half_diagonal**3)
    if expired:
        u_focal, u_k1 = float(np.hypot(u_focal, _U_AGED)), max(u_k1, _U_K1_AGED)
    return Camera(
        focal_px=c.fx_px,
        aspect=c.fy_px / c.fx_px,
        centre_px=(c.cx_px, c.cy_px),
        distortion=c.distortion,
        u_focal=u_focal,
        u_k1=u_k1,
        u_centre_px=u_centre_px,
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
        u_k1=_U_K1_UNKNOWN,
        u_k2=_U_K2_UNKNOWN,
        u_tangential=_U_TANGENTIAL_UNKNOWN,
        u_centre_px=_U_CENTRE_SHARE * width_px,
    )
