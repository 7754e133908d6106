"""Bundle adjustment: one camera and the poses of all photos, with the covariance.

A lens of OpenCV's model is assumed; pixels are square but for what a tablet's own correction of
the lens leaves. The mat is only paper: printers stretch
it differently in x and y, and no sheet lies quite flat. Photos from all sides tell both apart
from the lens, so that ratio and the height of every corner are estimated along with the camera.
Every parameter is held by what is known of lenses and printers
in general (Gaussian priors, wide against what ten photos say); tangential distortion and k3 join
only where they explain the corners so much better that the Bayesian information criterion falls
by ten, "very strong" evidence after Kass & Raftery, JASA 90 (1995).
Sources: Triggs et al., "Bundle adjustment – a modern synthesis" (2000); for the imperfect target
Strobl & Hirzinger, "More accurate pinhole camera calibration with imperfect planar target" (2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from qc.geometry.camera import Camera, Pose

Array = npt.NDArray[np.float64]

FOCAL, CENTRE, K1, K2, TANGENTIAL, K3, RATIO, ASPECT = 0, [1, 2], 3, 4, [5, 6], 7, 8, 9
_SHARED = 10
"""Parameters that all photos share: log focal length (the geometric mean of x and y), cx, cy,
k1, k2, p1, p2, k3, log ratio of the print, log ratio fy / fx."""

_PRIOR_U_CENTRE = 0.03  # of the width
_PRIOR_U_ASPECT = 1e-3
_PRIOR_U_LENS = {K1: 0.3, K2: 0.3, 5: 2e-3, 6: 2e-3, K3: 0.5}

_PRIOR_U_HEIGHT_MM = 0.15
"""Paper on a table, and corners that lie above or below the mean plane of the sheet."""

_EVIDENCE = 10.0
_OUTLIER_FACTOR = 4.0
_ROUNDS = 4
_FLOOR_PX = 0.02
"""Corners are never located better than this, whatever a few photos seem to say."""


@dataclass(frozen=True, slots=True)
class Shot:
    """The corners of one photo: `(N,)` ids, `(N, 2)` mm as printed, and `(N, 2)` px as seen."""

    ids: npt.NDArray[np.int32]
    points_mm: Array
    points_px: Array


@dataclass(frozen=True, slots=True)
class Bundle:
    """What fits all photos best.

    `covariance` is `(10, 10)` over log focal length, cx, cy, k1, k2, p1, p2, k3, the logarithm of
    the print ratio y / x relative to the points given, and that of fy / fx; parameters held at
    zero have none.
    `distances_px` holds, for each photo, the `(N,)` distances of all corners from the fit.
    `sigma_px` is the scatter of a corner per coordinate.
    """

    camera: Camera
    print_ratio: float
    covariance: Array
    distances_px: tuple[Array, ...]
    sigma_px: float


def adjust(shots: Sequence[Shot], size_px: tuple[int, int], u_ratio: float) -> Bundle:
    """Estimate the camera.

    Args:
        shots: at least three, with at least eight corners each.
        size_px: width and height of the photos.
        u_ratio: standard uncertainty of the mat's ratio y / x as given by the points.
    """
    problem = _Problem(shots, size_px, u_ratio)
    problem.free([FOCAL, *CENTRE, K1, K2, RATIO, ASPECT])
    problem.solve_robustly()
    for joining in (TANGENTIAL, [K3]):
        before, start = problem.information_criterion(), problem.state
        problem.free([*problem.freed, *joining])
        problem.solve()
        if before - problem.information_criterion() < _EVIDENCE:
            problem.free([i for i in problem.freed if i not in joining])
            problem.state = start
    problem.solve_robustly()
    return problem.result()


class _Problem:
    """The least-squares problem, its current solution and the corners that are believed."""

    def __init__(self, shots: Sequence[Shot], size_px: tuple[int, int], u_ratio: float) -> None:
        width, height = size_px
        self._shots = shots
        self._expected = np.array([0.0, (width - 1) / 2, (height - 1) / 2, *np.zeros(7)])
        self._u = np.array(
            [np.inf, *[_PRIOR_U_CENTRE * width] * 2, *np.zeros(5), u_ratio, _PRIOR_U_ASPECT]
        )
        for index, u in _PRIOR_U_LENS.items():
            self._u[index] = u
        self._heights = np.unique(np.concatenate([shot.ids for shot in shots]))
        self._poses_at = _SHARED + len(self._heights)
        self._expected = np.concatenate([self._expected, np.zeros(len(self._heights))])
        self._u = np.concatenate([self._u, np.full(len(self._heights), _PRIOR_U_HEIGHT_MM)])
        self._used = [np.ones(len(shot.points_px), bool) for shot in shots]
        self._sigma_px = 0.05
        self.freed: list[int] = []
        self.state = self._first_guess(size_px)

    def _first_guess(self, size_px: tuple[int, int]) -> Array:
        flags = cv2.CALIB_FIX_PRINCIPAL_POINT | cv2.CALIB_FIX_ASPECT_RATIO
        flags |= cv2.CALIB_ZERO_TANGENT_DIST | cv2.CALIB_FIX_K2 | cv2.CALIB_FIX_K3
        guess = np.diag([size_px[0], size_px[0], 1.0])
        guess[:2, 2] = self._expected[1:3]
        _, matrix, distortion, turns, shifts = cv2.calibrateCamera(
            [_raised(shot.points_mm, 0.0).astype(np.float32) for shot in self._shots],
            [shot.points_px.astype(np.float32) for shot in self._shots],
            size_px,
            guess,
            np.zeros(5),
            flags=flags | cv2.CALIB_USE_INTRINSIC_GUESS,
        )
        shared = self._expected.copy()  # the heights follow, all zero
        shared[FOCAL], shared[K1] = np.log(matrix[0, 0]), np.ravel(distortion)[0]
        poses = [np.ravel(v) for pair in zip(turns, shifts, strict=True) for v in pair]
        return np.concatenate([shared, *poses])

    def free(self, indices: Sequence[int]) -> None:
        """Choose the shared parameters that may move; the others go to what is expected."""
        self.freed = sorted(indices)
        held = [i for i in range(_SHARED) if i not in self.freed]
        self.state = self.state.copy()
        self.state[held] = self._expected[held]

    @property
    def _moving(self) -> list[int]:
        return [*self.freed, *range(_SHARED, len(self.state))]

    def _height_index(self, index: int) -> npt.NDArray[np.intp]:
        """Where the state holds the heights of a photo's corners, `(N,)`."""
        return _SHARED + np.searchsorted(self._heights, self._shots[index].ids)

    def solve(self) -> None:
        """Find the least squares, the believed corners and their scatter held fixed."""
        moving = self._moving
        priors = [i for i in moving if i < self._poses_at and np.isfinite(self._u[i])]
        start = self.state

        def whole(values: Array) -> Array:
            state = start.copy()
            state[moving] = values
            return state

        def residuals(values: Array) -> Array:
            state = whole(values)
            errors = [
                (self._project(state, i)[0] - shot.points_px)[self._used[i]].ravel()
                for i, shot in enumerate(self._shots)
            ]
            pulls = (state[priors] - self._expected[priors]) / self._u[priors]
            return np.concatenate([*(e / self._sigma_px for e in errors), pulls])

        def slopes(values: Array) -> Array:
            state = whole(values)
            rows = []
            for i in range(len(self._shots)):
                block = self._project(state, i)[1]
                row = np.zeros((len(block), len(state)))
                row[:, :_SHARED] = block[:, :_SHARED]
                raised = np.repeat(self._height_index(i), 2)
                row[np.arange(len(block)), raised] = block[:, _SHARED]
                at = self._poses_at + 6 * i
                row[:, at : at + 6] = block[:, _SHARED + 1 :]
                rows.append(row[np.repeat(self._used[i], 2)] / self._sigma_px)
            pulls = np.zeros((len(priors), len(state)))
            pulls[range(len(priors)), priors] = 1 / self._u[priors]
            return np.asarray(np.vstack([*rows, pulls])[:, moving])

        solution = least_squares(
            residuals, start[moving], jac=slopes, x_scale="jac", method="lm", max_nfev=100
        )
        self.state = whole(solution.x)
        self._cost = 2 * float(solution.cost)
        self._jacobian = np.asarray(solution.jac)

    def solve_robustly(self) -> None:
        """Solve, leaving out corners that lie four times farther off than the median one."""
        for _ in range(_ROUNDS):
            self.solve()
            distances = self._distances()
            believed = np.concatenate([d[u] for d, u in zip(distances, self._used, strict=True)])
            limit = _OUTLIER_FACTOR * max(float(np.median(believed)), _FLOOR_PX)
            self._used = [d < limit for d in distances]
            kept = np.concatenate([d[u] for d, u in zip(distances, self._used, strict=True)])
            degrees = max(1, 2 * len(kept) - len(self._moving))
            self._sigma_px = max(float(np.sqrt(np.sum(kept**2) / degrees)), _FLOOR_PX)

    def information_criterion(self) -> float:
        """Return the Bayesian information criterion, up to a constant (Schwarz 1978)."""
        observations = 2 * sum(int(used.sum()) for used in self._used)
        return self._cost + len(self._moving) * float(np.log(observations))

    def _project(self, state: Array, index: int) -> tuple[Array, Array]:
        """Project a photo's corners: `(N, 2)` pixels, and `(2 N, 17)` slopes.

        The slopes are by the shared parameters, by the corner's own height and by the pose.
        """
        stretch = float(np.exp(state[RATIO] / 2))
        flat_mm = self._shots[index].points_mm * [1 / stretch, stretch]
        points_mm = _raised(flat_mm, state[self._height_index(index)])
        camera, pose = _camera(state), self._pose(state, index)
        pixels, by_opencv = camera.project_with_slopes(points_mm, pose)
        by_shift = by_opencv[:, 3:6].reshape(-1, 2, 3) @ pose.matrix
        by_ratio = np.einsum("nij,nj->ni", by_shift, points_mm * [-0.5, 0.5, 0.0])
        by_fx, by_fy = by_opencv[:, 6] * camera.matrix[0, 0], by_opencv[:, 7] * camera.matrix[1, 1]
        slopes = [by_fx + by_fy, by_opencv[:, 8:15], by_ratio.ravel(), (by_fy - by_fx) / 2]
        return pixels, np.column_stack([*slopes, by_shift[:, :, 2].ravel(), by_opencv[:, :6]])

    def _pose(self, state: Array, index: int) -> Pose:
        at = self._poses_at + 6 * index
        rx, ry, rz, tx, ty, tz = (float(v) for v in state[at : at + 6])
        return Pose((rx, ry, rz), (tx, ty, tz))

    def _distances(self) -> list[Array]:
        return [
            np.linalg.norm(self._project(self.state, i)[0] - shot.points_px, axis=1)
            for i, shot in enumerate(self._shots)
        ]

    def result(self) -> Bundle:
        """Return the solution with the covariance of the shared parameters."""
        everything = np.linalg.pinv(self._jacobian.T @ self._jacobian)
        count = len(self.freed)
        covariance = np.zeros((_SHARED, _SHARED))
        covariance[np.ix_(self.freed, self.freed)] = everything[:count, :count]
        return Bundle(
            camera=_camera(self.state),
            print_ratio=float(np.exp(self.state[RATIO])),
            covariance=covariance,
            distances_px=tuple(self._distances()),
            sigma_px=self._sigma_px,
        )


def _camera(state: Array) -> Camera:
    log_focal, cx, cy, k1, k2, p1, p2, k3, _, log_aspect = (float(v) for v in state[:_SHARED])
    focal_x, aspect = float(np.exp(log_focal - log_aspect / 2)), float(np.exp(log_aspect))
    return Camera(focal_x, aspect, (cx, cy), (k1, k2, p1, p2, k3), 0.0, 0.0, 0.0)


def _raised(points_mm: Array, height_mm: npt.ArrayLike) -> Array:
    return np.column_stack([points_mm, np.broadcast_to(height_mm, len(points_mm))])
