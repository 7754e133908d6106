"""Calibrations of lenses that are known: ten rendered photos of the empty mat each.

The photos are taken as docs/calibration.md asks for, by a hand that keeps to it only roughly, of
a sheet that is stretched by the printer and does not always lie flat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from qc.errors import CalibrationError
from qc.geometry.calibration import MatPhoto, PrintScale, calibrate, see_mat
from qc.geometry.mat import CHECK_LINE_MM, MatLayout, standard_mat
from qc.geometry.station import CameraCalibration
from qc.photo import decode_photo
from qc.proof import ranges
from qc.proof.camera import TrueCamera
from qc.proof.ranges import Random
from qc.proof.scene import Scene, render_file
from qc.proof.sensor import Sensor
from qc.proof.stage import WIDTHS_PX, look_at, tablet

Array = npt.NDArray[np.float64]

FOCAL_GATE_PERCENT = 0.5
DISTORTION_GATE_PX = 0.3

_DAY = date(2026, 1, 1)
_RULE_U_MM = 0.05
_EDGE_MARGIN_SHARE = 0.02
_STEP = 1.03
_BORDER_POINTS = 25
_SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class _Look:
    """How one photo is meant: `reach` is the distance over that at which the mat just fits."""

    slant_deg: float
    azimuth_deg: float
    turn_deg: float
    reach: float
    beside: float = 0.0
    """How far beside the mat's middle the camera aims, as a share of the mat."""


GUIDE = (
    _Look(3, 0, 0, 0.85, +0.12),
    _Look(3, 180, 0, 0.85, -0.12),
    _Look(20, 0, 0, 1.05),
    _Look(20, 90, 0, 1.05),
    _Look(20, 180, 0, 1.05),
    _Look(20, 270, 0, 1.05),
    _Look(15, 45, 90, 1.05),
    _Look(15, 225, 90, 1.05),
    _Look(15, 135, 180, 1.35),
    _Look(15, 315, 90, 1.35),
)


@dataclass(frozen=True, slots=True)
class CalibrationTrial:
    """Photos of the mat by one camera, and what a rule reads on the mat's check lines."""

    seed: int
    layout: MatLayout
    camera: TrueCamera
    scenes: tuple[Scene, ...]
    ruler: PrintScale


class CalibrationResult(BaseModel):
    """How far one calibration is from the truth."""

    model_config = ConfigDict(frozen=True)

    seed: int
    mat: str
    width_px: int
    refused: str | None = None
    """Why there is no calibration."""
    unusable_photos: int = 0
    focal_error_percent: float | None = None
    u_focal_percent: float | None = None
    distortion_error_px: float | None = None
    u_distortion_px: float | None = None
    residual_px: float | None = None

    @property
    def within_gates(self) -> bool:
        """Whether focal length and distortion are as good as they must be."""
        return (
            self.focal_error_percent is not None
            and self.distortion_error_px is not None
            and abs(self.focal_error_percent) <= FOCAL_GATE_PERCENT
            and self.distortion_error_px <= DISTORTION_GATE_PX
        )


def draw_calibration(seed: int) -> CalibrationTrial:
    """Draw a camera, a mat, light, and ten photos; everything follows from the seed."""
    rng = np.random.default_rng([seed, 3])
    layout = standard_mat(("A4", "A3")[seed % 2])
    scale = (float(rng.uniform(0.98, 1.02)), float(rng.uniform(0.98, 1.02)))
    facing = look_at(np.array([0.0, 0.0, 500.0]), np.zeros(3), 0.0)
    width_px = WIDTHS_PX[int(rng.integers(len(WIDTHS_PX)))]
    camera = tablet(rng, float(rng.uniform(24, 31)), width_px, *facing)
    lift, light, table = ranges.lift(rng, layout), ranges.light(rng), ranges.table(rng)
    sensor = replace(ranges.sensor(rng), shake_px=0.0)
    scenes = tuple(
        Scene(
            camera=_taken(rng, camera, layout, scale, wanted),
            layout=layout,
            print_scale=scale,
            lift=lift,
            light=light,
            sensor=_held(rng, sensor),
            table=table,
            seed=seed * len(GUIDE) + number,
        )
        for number, wanted in enumerate(GUIDE)
    )
    x_mm, y_mm = (CHECK_LINE_MM * one + float(rng.normal(0, _RULE_U_MM)) for one in scale)
    return CalibrationTrial(seed, layout, camera, scenes, PrintScale(x_mm, y_mm))


def run_calibration(seed: int) -> CalibrationResult:
    """Render the photos of one trial, calibrate, and compare."""
    trial = draw_calibration(seed)
    known = {"seed": seed, "mat": trial.layout.identity, "width_px": trial.camera.width_px}
    photos: list[MatPhoto] = []
    refused = ""
    for number, scene in enumerate(trial.scenes):
        try:
            photo = decode_photo(render_file(scene))
            photos.append(see_mat(f"photo {number}", photo, trial.layout))
        except CalibrationError as error:
            refused = str(error)
    unusable = len(trial.scenes) - len(photos)
    try:
        found = calibrate(photos, "proof", _DAY, print_scale=trial.ruler).camera
    except CalibrationError as error:
        why = f"{error} {refused}".strip()
        return CalibrationResult(**known, refused=why, unusable_photos=unusable)
    true_px = float(np.sqrt(trial.camera.fx_px * trial.camera.fy_px))
    return CalibrationResult(
        **known,
        unusable_photos=unusable,
        focal_error_percent=100 * (np.sqrt(found.fx_px * found.fy_px) / true_px - 1),
        u_focal_percent=found.u_focal_percent,
        distortion_error_px=distortion_error_px(trial.camera, found),
        u_distortion_px=found.u_distortion_px,
        residual_px=found.residual_px,
    )


def distortion_error_px(true: TrueCamera, found: CameraCalibration) -> float:
    """Return the largest distance along the photo's border between the two lenses' pictures.

    The found camera is first turned and its picture scaled to fit best: what a turn undoes is
    the pose's part, and the scale is the focal length's, which is judged apart.
    """
    believed = TrueCamera(
        true.width_px,
        true.height_px,
        found.fx_px,
        found.fy_px,
        found.cx_px,
        found.cy_px,
        found.distortion,
        true.rotation,
        true.translation_mm,
    )
    along = np.linspace(0, 1, _BORDER_POINTS)
    inside = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    points_px = inside * [true.width_px - 1, true.height_px - 1]
    spots = np.column_stack([true.on_plane(points_px, 0.0), np.zeros(len(points_px))])

    def seen(turn: Array) -> Array:
        turned = np.array(true.rotation).T @ cv2.Rodrigues(turn)[0] @ np.array(true.rotation)
        eye = true.eye_mm
        return believed.project((spots - eye) @ turned.T + eye)

    base = seen(np.zeros(3))
    turns = [(seen(step) - base) / _SMALL for step in _SMALL * np.eye(3)]
    scale = base - [found.cx_px, found.cy_px]
    design = np.column_stack([part.ravel() for part in (*turns, scale)])
    away = (points_px - base).ravel()
    rest = away - design @ np.linalg.lstsq(design, away, rcond=None)[0]
    on_border = ((inside == 0) | (inside == 1)).any(axis=1)
    return float(np.linalg.norm(rest.reshape(-1, 2)[on_border], axis=1).max())


def _taken(
    rng: Random,
    camera: TrueCamera,
    layout: MatLayout,
    scale: tuple[float, float],
    wanted: _Look,
) -> TrueCamera:
    """Aim the camera as a person would who tries to follow the guide."""
    slant = np.radians(max(0.0, wanted.slant_deg + rng.normal(0, 2)))
    azimuth = np.radians(wanted.azimuth_deg + rng.normal(0, 8))
    away = np.array(
        [np.sin(slant) * np.cos(azimuth), np.sin(slant) * np.sin(azimuth), np.cos(slant)]
    )
    ring = layout.ring_mm
    aside = wanted.beside * np.array([ring.right_mm, ring.top_mm])
    target = np.array([*(aside + rng.normal(0, 4, 2)), 0.0])
    up_deg = float(wanted.turn_deg + rng.normal(0, 4))
    corners = np.array([(x, y, 0.0) for x in ring[::2] for y in ring[1::2]]) * [*scale, 1.0]
    distance_mm = 150.0
    while True:
        rotation, translation = look_at(distance_mm * away, np.zeros(3), up_deg)
        placed = replace(camera, rotation=rotation, translation_mm=translation)
        if _inside(placed, corners):
            break
        distance_mm *= _STEP
    rotation, translation = look_at(target + wanted.reach * distance_mm * away, target, up_deg)
    return replace(camera, rotation=rotation, translation_mm=translation)


def _inside(camera: TrueCamera, points_mm: Array) -> bool:
    seen = camera.project(points_mm) / [camera.width_px, camera.height_px]
    return bool(np.abs(seen - 0.5).max() <= 0.5 - _EDGE_MARGIN_SHARE)


def _held(rng: Random, sensor: Sensor) -> Sensor:
    """Return the tablet's sensor at another photo: focus and exposure are found anew."""
    return replace(
        sensor,
        blur_px=float(rng.uniform(0.45, 1.1)),
        exposure=float(sensor.exposure * rng.uniform(0.95, 1.0)),
    )
