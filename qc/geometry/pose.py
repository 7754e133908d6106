"""Camera and pose from the mat's corners, with the covariance of both.

Pose, focal length, distortion and principal point are estimated together by least squares, each
camera parameter held by what was known of it before (calibration, EXIF or habit) as a Gaussian
prior. A good calibration thus stays as it is, a guess is improved as far as the tilt and size of
the mat allow, and one covariance matrix serves the uncertainty budget of every dimension.
Source: Hartley & Zisserman, *Multiple View Geometry*, 2nd ed., sections 5 and 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from qc.geometry.camera import Camera, Pose
from qc.geometry.corners import MatCorners
from qc.geometry.mat import MatLayout
from qc.geometry.station import Station

Array = npt.NDArray[np.float64]

CORNER_U_PX = 0.05
"""Standard uncertainty of a refined corner in a sharp photo."""

_U_STRETCH_MEASURED = 0.0007
_U_STRETCH_ASSUMED = 0.0042
"""Relative standard uncertainty of the print's length over its width: of two check lines that were
read on a steel rule, and of an office printer. A plane seen from above cannot tell a stretched
print from a tilted camera with another lens, so a stretch that is not admitted bends both."""

_OUTLIER_FACTOR = 4.0
_MIN_CORNERS = 8

_SHARED_FACTOR = 1.5
"""How much more than by chance corners are off together where they scatter: the bump of a sheet
lifts a dozen neighbours alike."""

_MAX_PULL = 1.5
"""Standard uncertainties by which the focal length may depart from what was known of it."""

_FACING = np.diag([1.0, -1.0, -1.0])
_PLANAR_FRAMES = (
    _FACING,
    np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) @ _FACING,
)
"""Turns of the mat frame that make it face the camera, the second one by 90° as well."""

_POSE = slice(0, 6)
_CAMERA = slice(6, 13)
_SEEN = slice(0, 13)
_PER_STRETCH = np.array([0.5, -0.5, 0.0])

U_HELD = 1e-7
"""Standard uncertainty of what is held as it is: it moves no corner by 0.001 px."""


@dataclass(frozen=True, slots=True)
class MatView:
    """A mat seen by a camera.

    `covariance` is `(13, 13)` over rotation vector, translation (mm), relative focal length, k1,
    k2, p1, p2 and principal point (x, y; px), in this order; `residual_px` is the RMS of the
    residuals of the corners that were used, per coordinate.
    """

    layout: MatLayout
    camera: Camera
    pose: Pose
    covariance: Array
    residual_px: float
    corners_px: Array
    corner_ids: npt.NDArray[np.int32]
    print_scale: tuple[float, float]
    stretch: float = 0.0
    """By how much the print proved longer in x than in y; part of `print_scale`."""

    @property
    def mm_per_px(self) -> float:
        """Scale at the mat's centre."""
        return float(np.linalg.norm(self.pose.eye_mm) / self.camera.focal_px)

    @property
    def corners_mm(self) -> Array:
        """`(N, 3)` positions of the corners used, as printed."""
        order = np.searchsorted(self.layout.corner_ids(), self.corner_ids)
        flat = self.layout.corner_points_mm()[order] * self.print_scale
        return np.column_stack([flat, np.zeros(len(flat))])

    @property
    def unstretched_corners_mm(self) -> Array:
        """The same, as the print was known before the photo."""
        return self.corners_mm / _stretched(np.ones(3), self.stretch)

    def perturbed(self, delta: Array) -> tuple[Camera, Pose]:
        """Return camera and pose with `(13,)` `delta` added to the estimated parameters."""
        return _unpack(_pack(self.camera, self.pose) + delta, self.camera)


@dataclass(frozen=True, slots=True)
class Fit:
    """Camera and pose that fit corners best.

    `covariance` is that of `MatView`; `cost` is the sum of squares of the corners' residuals in
    units of their standard uncertainty and of the camera's and the stretch's deviations in units
    of theirs. `stretch` is by how much the print is longer in x than in y than was known.
    """

    camera: Camera
    pose: Pose
    covariance: Array
    cost: float
    stretch: float = 0.0


def locate_mat(corners: MatCorners, camera: Camera, station: Station | None) -> MatView | None:
    """Estimate pose and camera from the corners of a mat.

    A plane seen from far has two poses that look almost alike. Both are fitted with everything
    that is unknown, and the smaller residuals decide.

    Args:
        corners: what `find_corners` saw.
        camera: what is known of the camera before.
        station: gives the measured print scale; None means as designed.

    Returns:
        The view, or None where the corners do not fit the mat (a mirrored copy, or too few
        of them once contradicting ones are left out).
    """
    if len(corners.ids) < _MIN_CORNERS:
        return None
    scale = (station.print_scale_x, station.print_scale_y) if station else (1.0, 1.0)
    points_mm = np.column_stack([corners.points_mm * scale, np.zeros(len(corners.ids))])
    poses = _planar_poses(points_mm, corners.points_px, camera)
    measured = station is not None and station.print_scale_measured
    stretch_u = _U_STRETCH_MEASURED if measured else _U_STRETCH_ASSUMED
    fits = [_fit_robustly(points_mm, corners.points_px, camera, pose, stretch_u) for pose in poses]
    found = [fit for fit in fits if fit is not None]
    if not found:
        return None
    best, used, distances = min(found, key=lambda fit: _misfit(fit[2]))
    return MatView(
        layout=corners.layout,
        camera=best.camera,
        pose=best.pose,
        covariance=best.covariance,
        residual_px=float(np.sqrt(np.mean(distances[used] ** 2) / 2)),
        corners_px=corners.points_px[used],
        corner_ids=corners.ids[used],
        print_scale=(scale[0] * (1 + best.stretch / 2), scale[1] * (1 - best.stretch / 2)),
        stretch=best.stretch,
    )


def glimpse_mat(corners: MatCorners, camera: Camera) -> MatView | None:
    """See roughly how a mat lies, in a millisecond: nothing is fitted, nothing measured.

    Args:
        corners: what `find_corners` saw.
        camera: a usual one.

    Returns:
        The view, its covariance all NaN, or None where too few corners are seen.
    """
    if len(corners.ids) < _MIN_CORNERS:
        return None
    points_mm = np.column_stack([corners.points_mm, np.zeros(len(corners.ids))])
    poses = _planar_poses(points_mm, corners.points_px, camera)
    if not poses:
        return None

    def off_px(pose: Pose) -> float:
        off = camera.project(points_mm, pose) - corners.points_px
        return float(np.sqrt(np.mean(off**2)))

    pose = min(poses, key=off_px)
    return MatView(
        layout=corners.layout,
        camera=camera,
        pose=pose,
        covariance=np.full((13, 13), np.nan),
        residual_px=off_px(pose),
        corners_px=corners.points_px,
        corner_ids=corners.ids,
        print_scale=(1.0, 1.0),
    )


def fit_corners(
    points_mm: Array,
    points_px: Array,
    prior: Camera,
    start: Pose,
    *,
    corner_u_px: float = CORNER_U_PX,
    stretch_u: float = 0.0,
) -> Fit:
    """Fit pose and camera to corners, all of which are believed.

    Args:
        points_mm: `(N, 3)` as printed, mat frame.
        points_px: `(N, 2)` as seen.
        prior: what is known of the camera, with its uncertainties.
        start: a pose near the right one.
        corner_u_px: standard uncertainty of a corner.
        stretch_u: that of the print's length over its width.
    """
    held = np.append(_pack(prior, start)[_CAMERA], 0.0)
    lens_u = [prior.u_k1, prior.u_k2, prior.u_tangential, prior.u_tangential]
    centre_u = [prior.u_centre_px, prior.u_centre_px]
    held_u = np.maximum([prior.u_focal, *lens_u, *centre_u, stretch_u], U_HELD)
    of_prior = np.hstack([np.zeros((len(held), 6)), np.diag(1 / held_u)])

    @lru_cache(maxsize=1)  # slopes are asked for where residuals were
    def seen(*parameters: float) -> tuple[Camera, Pose, Array, Array]:
        camera, pose = _unpack(parameters[_SEEN], prior)
        stretched = _stretched(points_mm, parameters[-1])
        return camera, pose, *camera.project_with_slopes(stretched, pose)

    def residuals(parameters: Array) -> Array:
        error_px = seen(*parameters.tolist())[2] - points_px
        return np.concatenate(
            [error_px.ravel() / corner_u_px, (parameters[_CAMERA.start :] - held) / held_u]
        )

    def slopes(parameters: Array) -> Array:
        camera, pose, _, by_opencv = seen(*parameters.tolist())
        focal = camera.focal_px * (by_opencv[:, 6] + camera.aspect * by_opencv[:, 7])
        # A stretch moves each point as a translation of its own does.
        moved = (points_mm * _PER_STRETCH) @ pose.matrix.T
        stretch = np.einsum("nij,nj->ni", by_opencv[:, 3:6].reshape(-1, 2, 3), moved).ravel()
        of_corners = np.column_stack(
            [by_opencv[:, _POSE], focal, by_opencv[:, 10:14], by_opencv[:, 8:10], stretch]
        )
        return np.vstack([of_corners / corner_u_px, of_prior])

    begin = np.append(_pack(prior, start), 0.0)
    solution = least_squares(residuals, begin, jac=slopes, x_scale="jac", method="lm")
    camera, pose = _unpack(solution.x[_SEEN], prior)
    # Corners that scatter more than expected (blur, a wavy mat) widen the covariance.
    degrees = max(1, 2 * len(points_px) - 6)
    corner_cost = float(np.sum(solution.fun[: -len(held)] ** 2)) / degrees
    jacobian = np.array(solution.jac)
    jacobian[: -len(held)] /= np.sqrt(max(1.0, corner_cost))
    size = np.linalg.norm(jacobian, axis=0)  # of one size, so that none is taken for nothing
    covariance = np.linalg.pinv((jacobian / size).T @ (jacobian / size)) / np.outer(size, size)
    stretch = float(solution.x[-1])
    return Fit(camera, pose, covariance[_SEEN, _SEEN], 2 * float(solution.cost), stretch)


def _stretched(points_mm: Array, stretch: float) -> Array:
    return np.asarray(points_mm * (1 + stretch * _PER_STRETCH))


def _pack(camera: Camera, pose: Pose) -> Array:
    return np.array(
        [
            *pose.rotation_vector,
            *pose.translation_mm,
            np.log(camera.focal_px),
            *camera.distortion[:4],
            *camera.centre_px,
        ]
    )


def _unpack(parameters: Sequence[float] | Array, camera: Camera) -> tuple[Camera, Pose]:
    rx, ry, rz, tx, ty, tz, log_focal, k1, k2, p1, p2, cx, cy = (float(v) for v in parameters)
    moved = replace(
        camera,
        focal_px=float(np.exp(log_focal)),
        centre_px=(cx, cy),
        distortion=(k1, k2, p1, p2, camera.distortion[4]),
    )
    return moved, Pose((rx, ry, rz), (tx, ty, tz))


def _planar_poses(points_mm: Array, points_px: Array, camera: Camera) -> list[Pose]:
    """Return the poses, two at most, from which a plane looks so, the camera above the mat.

    Source: Collins & Bartoli, "Infinitesimal plane-based pose estimation", IJCV 109 (2014).
    OpenCV 5.0 returns a wrong rotation vector where the angle is 180°, which is how a camera
    looks down on the mat. It is asked in two frames of which one at least turns less.
    """
    best: list[Pose] = []
    best_error = np.inf
    for frame in _PLANAR_FRAMES:
        count, rotations, translations, errors = cv2.solvePnPGeneric(
            points_mm @ frame.T,
            points_px.reshape(-1, 1, 2),
            camera.matrix,
            np.asarray(camera.distortion),
            flags=cv2.SOLVEPNP_IPPE,
        )
        if count and float(np.min(errors)) < best_error:
            best_error = float(np.min(errors))
            best = [
                _pose(cv2.Rodrigues(rotation)[0] @ frame, translation)
                for rotation, translation in zip(rotations, translations, strict=True)
            ]
    return [pose for pose in best if pose.eye_mm[2] > 0 and pose.translation_mm[2] > 0]


def _pose(matrix: npt.ArrayLike, translation_mm: npt.ArrayLike) -> Pose:
    rx, ry, rz = (float(v) for v in np.ravel(cv2.Rodrigues(np.asarray(matrix))[0]))
    tx, ty, tz = (float(v) for v in np.ravel(translation_mm))
    return Pose((rx, ry, rz), (tx, ty, tz))


def _fit_robustly(
    points_mm: Array, points_px: Array, prior: Camera, start: Pose, stretch_u: float
) -> tuple[Fit, npt.NDArray[np.bool_], Array] | None:
    """Fit without the corners that contradict the others.

    What was known of the camera is weighed against corners as uncertain as they prove to be: a
    sheet that lifts moves them all by more than their own noise, and lens and tilt would follow.

    Returns:
        The fit, which of the `(N,)` corners it used, and the distance of every corner from
        where the fit puts it, in pixels; None where too few corners agree.
    """
    used, corner_u_px = np.ones(len(points_mm), bool), CORNER_U_PX
    for _ in range(4):
        if used.sum() < _MIN_CORNERS:
            return None
        fit = fit_corners(
            points_mm[used],
            points_px[used],
            prior,
            start,
            corner_u_px=corner_u_px,
            stretch_u=stretch_u,
        )
        placed = fit.camera.project(_stretched(points_mm, fit.stretch), fit.pose)
        distances = np.linalg.norm(placed - points_px, axis=1)
        # The median keeps a few corners under the item's edge from setting the scale.
        limit = _OUTLIER_FACTOR * max(float(np.median(distances[used])), CORNER_U_PX)
        keep = distances < limit
        scatter_px = max(
            CORNER_U_PX, _SHARED_FACTOR * float(np.sqrt(np.mean(distances[keep] ** 2) / 2))
        )
        if np.array_equal(keep, used) and abs(scatter_px - corner_u_px) < 0.1 * corner_u_px:
            break
        used, start, corner_u_px = keep, fit.pose, scatter_px
    return replace(fit, covariance=fit.covariance * _conflict(fit.camera, prior)), used, distances


def _conflict(camera: Camera, prior: Camera) -> float:
    """Return by how much the variances grow where the photo contradicts what was known.

    Then either the corners mislead, or the lens is not of the kind that was assumed.
    """
    pull = np.log(camera.focal_px / prior.focal_px) / prior.u_focal
    return float(max(1.0, (pull / _MAX_PULL) ** 2))


def _misfit(distances_px: Array) -> float:
    """Sum the squares of what a fit leaves; a corner far off counts as one that is 1 px off."""
    return float(np.sum(np.minimum(distances_px, 1.0) ** 2))
