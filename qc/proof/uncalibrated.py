"""Lenses that nobody calibrated: what one look at the mat tells of them, against the truth.

Corners are projected, not rendered, so that hundreds of lenses take a minute. A level circle above
the mat stands for an item: it is projected by the true camera and measured through the found one.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from qc.geometry.camera import Camera, Pose, estimated_camera
from qc.geometry.corners import MatCorners
from qc.geometry.fit import fit_circle
from qc.geometry.mat import PAPERS, MatLayout, standard_mat
from qc.geometry.outline import Outline
from qc.geometry.pose import locate_mat
from qc.geometry.station import Station
from qc.geometry.uncertainty import COVERAGE_FACTOR, Sensitivity, budget, combined_u
from qc.proof import ranges
from qc.proof.camera import TrueCamera
from qc.proof.ranges import Random
from qc.proof.stage import WIDTHS_PX, look_at, tablet

Array = npt.NDArray[np.float64]
Told = Literal["exif", "nothing"]
TOLD: tuple[Told, ...] = get_args(Told)
"""EXIF's focal length and a measured print, or neither."""

_CORNER_U_PX = 0.04
_RULE_U = 0.0005
_MARGIN_PX = 6
_CIRCLE_POINTS = 60


class LensResult(BaseModel):
    """Errors of one lens's focal length (relative) and of the circle, with their u (k = 1)."""

    model_config = ConfigDict(frozen=True)

    seed: int
    told: Told
    tilt_deg: float
    focal_error: float
    u_focal: float
    diameter_mm: float
    error_mm: float
    u_mm: float

    @property
    def covered(self) -> bool:
        """Whether the circle's true diameter lies within U95."""
        return abs(self.error_mm) <= COVERAGE_FACTOR * self.u_mm

    @property
    def focal_covered(self) -> bool:
        """Whether the true focal length lies within two standard uncertainties."""
        return abs(self.focal_error) <= COVERAGE_FACTOR * self.u_focal


class Coverage(BaseModel):
    """Errors of many lenses against their stated uncertainty."""

    model_config = ConfigDict(frozen=True)

    lenses: int
    focal_rms_percent: float
    focal_rms_of_u: float
    """RMS of error / u: 1 where u is honest, more where it is too small."""
    focal_covered_percent: float
    size_rms_mm: float
    size_largest_mm: float
    size_rms_of_u: float
    size_covered_percent: float


def run_lens(seed: int) -> LensResult:
    """Draw a lens and how it sees a mat and a circle, and find them again."""
    rng = np.random.default_rng([seed, 4])
    told = TOLD[seed % 2]
    layout, camera, focal_35mm = _drawn(rng)
    # Who never measures the print has at least printed at 100 %.
    scale = rng.uniform(0.995, 1.005, 2) if told == "nothing" else rng.uniform(0.98, 1.02, 2)
    station = None
    if told == "exif":
        x, y = scale + rng.normal(0, _RULE_U, 2)
        station = Station(id="proof", print_scale_x=x, print_scale_y=y, print_scale_measured=True)
    guess = estimated_camera(
        camera.width_px, camera.height_px, round(focal_35mm) if told == "exif" else None
    )
    view = locate_mat(_corners(rng, layout, camera, scale), guess, station)
    if view is None:
        raise RuntimeError(f"lens {seed}: corners of a mat that lies in the photo have no pose")
    focal_px = float(np.sqrt(camera.fx_px * camera.fy_px))
    diameter_mm = float(np.exp(rng.uniform(np.log(50), np.log(200))))
    height_mm = float(rng.uniform(0, 80))
    circle_px = _circle(rng, camera, diameter_mm, height_mm)

    def found_mm(camera: Camera, pose: Pose, height_mm: float) -> float:
        return 2 * fit_circle(camera.back_project(circle_px, pose, height_mm)).radius_mm

    # Edges and height are exact here: what is left is print, pose, camera and the sheet's lift.
    exact = Outline(circle_px, u_px=0.0, scatter_px=0.0, kept=1.0, faint=False)
    answer = Sensitivity(per_scale=diameter_mm, per_edge_px=0.0, per_mm=0.0)
    lines = budget(found_mm, view, station, height_mm, 0.0, exact, answer)
    return LensResult(
        seed=seed,
        told=told,
        tilt_deg=float(np.degrees(np.arccos(-camera.rotation[2][2]))),
        focal_error=float(np.log(view.camera.focal_px / focal_px)),
        u_focal=float(np.sqrt(view.covariance[6, 6])),
        diameter_mm=diameter_mm,
        error_mm=found_mm(view.camera, view.pose, height_mm) - diameter_mm,
        u_mm=combined_u(lines),
    )


def coverage(results: list[LensResult]) -> Coverage:
    """Sum up how errors and stated uncertainties agree."""
    focal = np.array([(r.focal_error, r.u_focal) for r in results])
    size = np.array([(r.error_mm, r.u_mm) for r in results])
    return Coverage(
        lenses=len(results),
        focal_rms_percent=100 * _rms(focal[:, 0]),
        focal_rms_of_u=_rms(focal[:, 0] / focal[:, 1]),
        focal_covered_percent=100 * float(np.mean([r.focal_covered for r in results])),
        size_rms_mm=_rms(size[:, 0]),
        size_largest_mm=float(np.abs(size[:, 0]).max()),
        size_rms_of_u=_rms(size[:, 0] / size[:, 1]),
        size_covered_percent=100 * float(np.mean([r.covered for r in results])),
    )


def _drawn(rng: Random) -> tuple[MatLayout, TrueCamera, float]:
    """Draw until the whole ring is in the photo and fills a third of its width."""
    while True:
        focal_35mm = float(rng.uniform(24, 31))
        tilt, azimuth = np.radians(rng.uniform(0, 20)), rng.uniform(0, 2 * np.pi)
        target = np.array([*rng.uniform(-15, 15, 2), 0.0])
        away = [np.sin(tilt) * np.cos(azimuth), np.sin(tilt) * np.sin(azimuth), np.cos(tilt)]
        eye = target + rng.uniform(450, 1000) * np.array(away)
        facing = look_at(eye, target, float(rng.choice([0.0, 180.0]) + rng.normal(0, 6)))
        width_px = WIDTHS_PX[int(rng.integers(len(WIDTHS_PX)))]
        camera = tablet(rng, focal_35mm, width_px, *facing)
        layout = standard_mat(PAPERS[int(rng.integers(len(PAPERS)))])
        flat = layout.corner_points_mm()
        seen = camera.project(np.column_stack([flat, np.zeros(len(flat))]))
        inside = _in_photo(seen, camera)
        if inside.mean() >= 0.9 and np.ptp(seen[inside, 0]) >= 0.35 * width_px:
            return layout, camera, focal_35mm


def _in_photo(points_px: Array, camera: TrueCamera) -> npt.NDArray[np.bool_]:
    far = np.array([camera.width_px, camera.height_px]) - _MARGIN_PX
    return np.asarray(((points_px >= _MARGIN_PX) & (points_px < far)).all(axis=1))


def _corners(rng: Random, layout: MatLayout, camera: TrueCamera, scale: Array) -> MatCorners:
    """Return the corners as `find_corners` would, on a sheet that need not lie flat."""
    flat = layout.corner_points_mm()
    at = (flat * scale).astype(np.float32)
    seen = camera.project(np.column_stack([at, ranges.lift(rng, layout).at(at)]))
    seen = seen + rng.normal(0, _CORNER_U_PX, seen.shape)
    inside = _in_photo(seen, camera)
    return MatCorners(layout, layout.corner_ids()[inside], flat[inside], seen[inside])


def _circle(rng: Random, camera: TrueCamera, diameter_mm: float, height_mm: float) -> Array:
    angle = np.linspace(0, 2 * np.pi, _CIRCLE_POINTS, endpoint=False)
    flat = diameter_mm / 2 * np.column_stack([np.cos(angle), np.sin(angle)])
    flat += rng.uniform(-20, 20, 2)
    return camera.project(np.column_stack([flat, np.full(len(angle), height_mm)]))


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))
