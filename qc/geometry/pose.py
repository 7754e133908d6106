"""Camera and pose from the mat's corners, with the covariance of both.

Pose, focal length and first radial coefficient are estimated together by least squares, each
camera parameter held by what was known of it before (calibration, EXIF or habit) as a Gaussian
prior. A good calibration thus stays as it is, a guess is improved as far as the tilt and size
of the mat allow, and one covariance matrix serves the uncertainty budget of every dimension.
Source: Hartley & Zisserman, *Multiple View Geometry*, 2nd ed., sections 5 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from qc.geometry.camera import Camera, Pose
from qc.geometry.corners import MatCorners
from qc.geometry.mat import MatLayout
from qc.geometry.station import Station

Array = npt.NDArray[np.float64]

_CORNER_U_PX = 0.05
"""Standard uncertainty of a refined corner in a sharp photo."""

_OUTLIER_FACTOR = 4.0


@dataclass(frozen=True, slots=True)
class MatView:
    """A mat seen by a camera.

    `covariance` is `(8, 8)` over rotation vector, translation (mm), relative focal length and
    k1, in this order; `residual_px` is the RMS of the corner residuals that were used.
    """

    layout: MatLayout
    camera: Camera
    pose: Pose
    covariance: Array
    residual_px: float
    corners_px: Array
    corner_ids: npt.NDArray[np.int32]
    print_scale: tuple[float, float]

    @property
    def mm_per_px(self) -> float:
        """Scale at the mat's centre."""
        return float(np.linalg.norm(self.pose.eye_mm) / self.camera.focal_px)

    def perturbed(self, delta: Array) -> tuple[Camera, Pose]:
        """Return camera and pose with `(8,)` `delta` added to the estimated parameters."""
        return _unpack(_pack(self.camera, self.pose) + delta, self.camera)


def _pack(camera: Camera, pose: Pose) -> Array:
    return np.array(
        [*pose.rotation_vector, *pose.translation_mm, np.log(camera.focal_px), camera.distortion[0]]
    )


def _unpack(parameters: Array, camera: Camera) -> tuple[Camera, Pose]:
    rx, ry, rz, tx, ty, tz, log_focal, k1 = (float(v) for v in parameters)
    moved = replace(
        camera, focal_px=float(np.exp(log_focal)), distortion=(k1, *camera.distortion[1:])
    )
    return moved, Pose((rx, ry, rz), (tx, ty, tz))


def locate_mat(corners: MatCorners, camera: Camera, station: Station | None) -> MatView | None:
    """Estimate pose and camera from the corners of a mat.

    Args:
        corners: what `find_corners` saw.
        camera: what is known of the camera before.
        station: gives the measured print scale; None means as designed.

    Returns:
        The view, or None where the corners do not fit the mat (a mirrored copy, or too few
        of them once contradicting ones are left out).
    """
    scale = (station.print_scale_x, station.print_scale_y) if station else (1.0, 1.0)
    points_mm = np.column_stack([corners.points_mm * scale, np.zeros(len(corners.ids))])

    pose = _initial_pose(points_mm, corners.points_px, camera)
    if pose is None:
        return None
    used = np.ones(len(points_mm), bool)
    for _ in range(3):
        if used.sum() < 8:
            return None
        fitted, pose, covariance, residuals = _fit(points_mm, corners.points_px, used, camera, pose)
        # The median keeps a few corners under the item's edge from setting the scale.
        limit = _OUTLIER_FACTOR * max(float(np.median(residuals[used])), _CORNER_U_PX)
        keep = residuals < limit
        if np.array_equal(keep, used):
            break
        used = keep
    residual_px = float(np.sqrt(np.mean(residuals[used] ** 2) / 2))
    return MatView(
        layout=corners.layout,
        camera=fitted,
        pose=pose,
        covariance=covariance,
        residual_px=residual_px,
        corners_px=corners.points_px[used],
        corner_ids=corners.ids[used],
        print_scale=scale,
    )


def _initial_pose(points_mm: Array, points_px: Array, camera: Camera) -> Pose | None:
    """Solve the planar pose and keep the solution with the camera above the mat.

    Both solutions of the planar ambiguity are tried; the smaller reprojection error wins.
    """
    count, rotations, translations, _ = cv2.solvePnPGeneric(
        points_mm,
        points_px.reshape(-1, 1, 2),
        camera.matrix,
        np.asarray(camera.distortion),
        flags=cv2.SOLVEPNP_IPPE,
    )
    best: Pose | None = None
    best_error = np.inf
    for i in range(count):
        rx, ry, rz = (float(v) for v in np.ravel(rotations[i]))
        tx, ty, tz = (float(v) for v in np.ravel(translations[i]))
        pose = Pose((rx, ry, rz), (tx, ty, tz))
        if pose.eye_mm[2] <= 0 or tz <= 0:
            continue
        error = float(np.mean((camera.project(points_mm, pose) - points_px) ** 2))
        if error < best_error:
            best, best_error = pose, error
    return best


def _fit(
    points_mm: Array, points_px: Array, used: npt.NDArray[np.bool_], prior: Camera, start: Pose
) -> tuple[Camera, Pose, Array, Array]:
    held = np.array([np.log(prior.focal_px), prior.distortion[0]])
    held_u = np.array([prior.u_focal, prior.u_k1])

    def residuals(parameters: Array) -> Array:
        camera, pose = _unpack(parameters, prior)
        error_px = camera.project(points_mm[used], pose) - points_px[used]
        return np.concatenate([error_px.ravel() / _CORNER_U_PX, (parameters[6:] - held) / held_u])

    solution = least_squares(residuals, _pack(prior, start), x_scale="jac", method="lm")
    camera, pose = _unpack(solution.x, prior)
    # Corners that scatter more than expected (blur, a wavy mat) widen the covariance.
    degrees = max(1, 2 * int(used.sum()) - 6)
    corner_cost = float(np.sum(solution.fun[:-2] ** 2)) / degrees
    jacobian = np.array(solution.jac)
    jacobian[:-2] /= np.sqrt(max(1.0, corner_cost))
    covariance = np.linalg.pinv(jacobian.T @ jacobian)
    distances = np.linalg.norm(camera.project(points_mm, pose) - points_px, axis=1)
    return camera, pose, covariance, distances
