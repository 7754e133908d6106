"""From photos of the empty mat to the calibration that a station keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from qc.decision.verdict import Reason
from qc.errors import CalibrationError
from qc.geometry.calibration.bundle import CENTRE, FOCAL, K1, RATIO, Bundle, Shot, adjust
from qc.geometry.calibration.photos import MatPhoto, PrintScale, require_one_camera
from qc.geometry.calibration.poses import WANTED_PHOTOS, missing_poses
from qc.geometry.camera import Pose, border_px, calibrated_camera
from qc.geometry.pose import locate_mat
from qc.geometry.station import CalibrationPhoto, CameraCalibration, Station

MIN_PHOTOS = 6

_MAX_U_FOCAL = 0.0025
"""What a station's file may claim without any photos; a calibration must be better."""

_MAX_U_DISTORTION_SHARE = 2e-4
"""Of the width: 0.4 px of 2000."""

_MAX_SCATTER_SHARE = 2.5e-4
"""Of the width, 0.5 px of 2000: more, and the mat was not flat or no lens model fits."""

_U_RULER = 0.0007
"""Ratio of two lines of 100 mm, each read to ±0.1 mm (as in `qc.geometry.uncertainty`)."""

_U_PRINTER = 0.004
_CONTRADICTION = 4.0
_PHOTO_OUTLIER_FACTOR = 3.0
_GOOD_SCATTER_PX = 0.05

_IN_FRONT = Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
"""Points given in the camera's own frame."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a set of photos tells about a station.

    `camera` is the station's. The print scale is as the ruler says; without a ruler its ratio is
    from the photos and its mean is assumed to be true. `missing` are photos that would improve
    the calibration, `left_out` names those that contradict the others.
    """

    station: Station
    camera: CameraCalibration
    missing: tuple[Reason, ...]
    left_out: tuple[str, ...]


def calibrate(
    photos: Sequence[MatPhoto],
    station_id: str,
    on: date,
    *,
    print_scale: PrintScale | None = None,
    valid_days: int = 180,
) -> Calibration:
    """Calibrate a station.

    Args:
        photos: of the empty mat, about ten, as `missing_poses` asks for.
        station_id: of the station.
        on: the day from which the calibration is valid.
        print_scale: what a steel rule reads on the printed check lines.
        valid_days: for how long it may be trusted.

    Raises:
        CalibrationError: too few photos or poses, several cameras, photos that no lens explains,
            or a ruler that contradicts them.
    """
    require_one_camera(photos)
    missing = missing_poses(photos)
    if len(photos) < MIN_PHOTOS:
        raise CalibrationError(
            f"{len(photos)} usable photos are too few, {MIN_PHOTOS} are needed and "
            f"{WANTED_PHOTOS} are good",
            fix=_say(missing),
        )
    believed, bundle = _without_outliers(photos, print_scale)
    _require_fit(bundle, photos[0].width_px)
    if print_scale:
        _require_agreement(bundle)
    camera = _describe(believed, bundle, on, valid_days)
    if (
        camera.u_focal_percent > 100 * _MAX_U_FOCAL
        or (camera.u_distortion_px or 0) > _MAX_U_DISTORTION_SHARE * camera.width_px
    ):
        raise CalibrationError(
            f"the photos leave the focal length uncertain by {camera.u_focal_percent:.2f} % and "
            f"the distortion by {camera.u_distortion_px:.2f} px",
            fix=_say(missing) or "Take more photos, slanting more and from several distances.",
        )
    stretch = float(np.sqrt(bundle.print_ratio))
    scale_x, scale_y = print_scale.factors if print_scale else (1 / stretch, stretch)
    station = Station(
        id=station_id,
        mat=photos[0].corners.layout.identity,
        print_scale_x=round(scale_x, 6),
        print_scale_y=round(scale_y, 6),
        print_scale_measured=print_scale is not None,
    )
    camera = _with_residuals(camera, believed, station).sealed()
    return Calibration(
        station=station.model_copy(update={"camera": camera}),
        camera=camera,
        missing=missing,
        left_out=tuple(p.name for p in photos if p not in believed),
    )


def _without_outliers(
    photos: Sequence[MatPhoto], print_scale: PrintScale | None
) -> tuple[list[MatPhoto], Bundle]:
    """Adjust, leave out photos that fit far worse than the others, and adjust again."""
    bundle = _adjust(photos, print_scale)
    scatter = np.array([np.median(distances) for distances in bundle.distances_px])
    good = scatter < _PHOTO_OUTLIER_FACTOR * max(float(np.median(scatter)), _GOOD_SCATTER_PX)
    believed = [photo for photo, keep in zip(photos, good, strict=True) if keep]
    if len(believed) == len(photos):
        return believed, bundle
    if len(believed) < MIN_PHOTOS:
        worst = photos[int(np.argmax(scatter))].name
        raise CalibrationError(
            f"the photos contradict each other, {worst} most of all",
            fix="Smooth the mat on a table, hold the tablet still, and take them again.",
        )
    return believed, _adjust(believed, print_scale)


def _adjust(photos: Sequence[MatPhoto], print_scale: PrintScale | None) -> Bundle:
    scale = print_scale.factors if print_scale else (1.0, 1.0)
    shots = [
        Shot(photo.corners.ids, photo.corners.points_mm * scale, photo.corners.points_px)
        for photo in photos
    ]
    size_px = (photos[0].width_px, photos[0].height_px)
    return adjust(shots, size_px, _U_RULER if print_scale else _U_PRINTER)


def _require_fit(bundle: Bundle, width_px: int) -> None:
    if bundle.sigma_px > _MAX_SCATTER_SHARE * width_px:
        raise CalibrationError(
            f"the corners scatter by {bundle.sigma_px:.2f} px around any lens",
            fix="Smooth the mat on a table, or switch off what reshapes the photos.",
        )


def _require_agreement(bundle: Bundle) -> None:
    off = abs(float(np.log(bundle.print_ratio)))
    # The estimate is drawn to the ruler by the prior; u_ruler² - u² is the variance of the pull.
    pull_u = float(np.sqrt(max(_U_RULER**2 - bundle.covariance[RATIO, RATIO], 1e-12)))
    if off > _CONTRADICTION * pull_u:
        raise CalibrationError(
            "the measured check lines contradict the photos: there, y is "
            f"{100 * (bundle.print_ratio - 1):+.2f} % longer against x than you measured",
            fix="Measure both lines again; x lies along the short side of the sheet.",
        )


def _describe(
    photos: Sequence[MatPhoto], bundle: Bundle, on: date, valid_days: int
) -> CameraCalibration:
    first, camera = photos[0], bundle.camera
    u = np.sqrt(np.diag(bundle.covariance))
    return CameraCalibration(
        width_px=first.width_px,
        height_px=first.height_px,
        fx_px=round(camera.focal_px, 4),
        fy_px=round(camera.focal_px * camera.aspect, 4),
        cx_px=round(camera.centre_px[0], 4),
        cy_px=round(camera.centre_px[1], 4),
        distortion=_rounded(camera.distortion),
        u_focal_percent=round(100 * float(u[FOCAL]), 4),
        u_centre_px=round(float(u[CENTRE].max()), 3),
        u_distortion_px=round(_u_distortion_px(bundle, first.width_px, first.height_px), 4),
        device=next((p.device for p in photos if p.device), None),
        focal_35mm=next((p.focal_35mm for p in photos if p.focal_35mm), None),
        calibrated_on=on,
        valid_days=valid_days,
    )


def _with_residuals(
    camera: CameraCalibration, photos: Sequence[MatPhoto], station: Station
) -> CameraCalibration:
    """Add how well the photos fit, found as an inspection will find it: with a flat mat."""
    known = calibrated_camera(camera)
    described, squares = [], []
    for photo in photos:
        view = locate_mat(photo.corners, known, station)
        if view is None:
            continue
        error_px = view.camera.project(view.corners_mm, view.pose) - view.corners_px
        squares.append(error_px.ravel() ** 2)
        described.append(
            CalibrationPhoto(
                name=photo.name,
                corners=len(view.corner_ids),
                residual_px=round(view.residual_px, 4),
                residual_max_px=round(float(np.linalg.norm(error_px, axis=1).max()), 4),
                distance_mm=round(float(np.linalg.norm(view.pose.eye_mm)), 1),
                tilt_deg=round(view.pose.tilt_deg, 2),
            )
        )
    residual_px = float(np.sqrt(np.concatenate(squares).mean()))
    return camera.model_copy(
        update={"photos": tuple(described), "residual_px": round(residual_px, 4)}
    )


def _u_distortion_px(bundle: Bundle, width_px: int, height_px: int) -> float:
    """Return the largest standard uncertainty of the lens's shift along the photo's border."""
    rays = bundle.camera.rays(border_px(width_px, height_px))
    slopes = bundle.camera.project_with_slopes(rays, _IN_FRONT)[1][:, 10:15]
    lens = slice(K1, K1 + 5)
    variances = np.einsum("ni,ij,nj->n", slopes, bundle.covariance[lens, lens], slopes)
    return float(np.sqrt(variances.reshape(-1, 2).sum(axis=1).max()))


def _rounded(distortion: tuple[float, ...]) -> tuple[float, float, float, float, float]:
    k1, k2, p1, p2, k3 = (round(value, 7) for value in distortion)
    return k1, k2, p1, p2, k3


def _say(reasons: Sequence[Reason]) -> str:
    return " ".join(reason.text["en"] for reason in reasons)
