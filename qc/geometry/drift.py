"""Does the station's calibration describe the camera that took this photo?

Asked twice: before the mat is located, of the photo's size, device and date; and after it, of
the mat's corners. A calibration that does not fit is never followed silently: what contradicts
it makes the item `check`, and where another camera took the photo, an estimate with its larger
uncertainty takes the calibration's place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from scipy.special import chdtri

from qc.decision.verdict import Reason, Verdict
from qc.geometry.camera import Camera, calibrated_camera, estimated_camera
from qc.geometry.pose import CORNER_U_PX, MatView, fit_corners
from qc.geometry.station import CameraCalibration, Station
from qc.photo import Photo

_FOCAL_35MM_TOLERANCE = 0.5
"""EXIF rounds to whole millimetres."""

_SCATTER_FACTOR = 3.0
"""By chance alone the scatter of 60 corners exceeds that of the calibration by a third once in
ten thousand photos (F distribution). Blur, light and JPEG differ by more than chance."""

_FREE_U_FOCAL = 0.12
_FREE_U_K1 = 0.1
_GUARD = 2.0
"""Neighbouring corners err alike (paper, JPEG), so they weigh less than they count."""

_MISFIT_LIMIT = float(chdtri(2, 1e-4))


@dataclass(frozen=True, slots=True)
class KnownCamera:
    """What is known of a photo's camera, from the calibration that was followed, if any."""

    camera: Camera
    calibration: CameraCalibration | None
    reasons: tuple[Reason, ...] = ()


def known_camera(
    photo: Photo, station: Station | None, name: str, today: date | None
) -> KnownCamera:
    """Choose what to believe of the camera before the mat is seen.

    Args:
        photo: tells its size, and by EXIF perhaps its device and lens.
        station: may have a calibration.
        name: of the view.
        today: the date; None leaves expiry unasked.
    """
    size = (photo.width_px, photo.height_px)
    guess = estimated_camera(*size, photo.focal_35mm)
    calibration = station.camera if station else None
    if calibration is None:
        return KnownCamera(guess, None)
    if other := _other_camera(photo, calibration, name):
        return KnownCamera(guess, None, (other,))
    expiry = calibration.expires_on
    expired = today is not None and expiry is not None and today > expiry
    camera = calibrated_camera(calibration, expired=expired)
    if size != (calibration.width_px, calibration.height_px):
        camera = camera.turned(calibration.width_px, calibration.height_px)
    reasons = (
        (Reason.of(Verdict.CHECK, "station-expired", view=name, expired_on=str(expiry)),)
        if expired
        else ()
    )
    return KnownCamera(camera, calibration, reasons)


def _other_camera(photo: Photo, calibration: CameraCalibration, name: str) -> Reason | None:
    """Say why the photo cannot come from the calibrated camera, if so."""
    size, expected = (
        (photo.width_px, photo.height_px),
        (calibration.width_px, calibration.height_px),
    )
    if sorted(size) != sorted(expected):
        return Reason.of(
            Verdict.CHECK,
            "station-other-size",
            view=name,
            found=f"{size[0]}×{size[1]}",
            expected=f"{expected[0]}×{expected[1]}",
        )
    other_device = calibration.device and photo.camera_model not in (None, calibration.device)
    other_lens = (
        calibration.focal_35mm is not None
        and photo.focal_35mm is not None
        and abs(photo.focal_35mm - calibration.focal_35mm) > _FOCAL_35MM_TOLERANCE
    )
    if not other_device and not other_lens:
        return None
    return Reason.of(
        Verdict.CHECK,
        "station-other-device",
        view=name,
        found=_device(photo.camera_model, photo.focal_35mm),
        expected=_device(calibration.device, calibration.focal_35mm),
    )


def _device(model: str | None, focal_35mm: float | None) -> str:
    lens = f"{focal_35mm:g} mm" if focal_35mm else None
    return " ".join(part for part in (model, lens) if part)


def gate_drift(view: MatView, known: KnownCamera, name: str) -> list[Reason]:
    """Raise the alarm where the mat contradicts the calibration that was followed.

    Two tests. The corners' scatter is compared with that of the calibration's own photos: a
    wrinkled mat or a lens of another shape. And focal length and k1 are set free: if that
    explains the corners so much better that chance is ruled out (likelihood ratio, asymptotically
    chi-squared with two degrees of freedom; Wilks 1938), the lens is not the calibrated one.
    """
    if known.calibration is None:
        return []
    expected_px = known.calibration.residual_px
    scattered = expected_px is not None and view.residual_px > _SCATTER_FACTOR * max(
        expected_px, CORNER_U_PX
    )
    if scattered or camera_misfit(view, known.camera) > _MISFIT_LIMIT:
        return [Reason.of(Verdict.CHECK, "station-drift", view=name)]
    return []


def camera_misfit(view: MatView, camera: Camera) -> float:
    """Return the likelihood ratio against `camera`, as chi-squared with 2 degrees of freedom."""
    points_mm, points_px = view.unstretched_corners_mm, view.corners_px
    held = fit_corners(points_mm, points_px, camera, view.pose)
    loose = replace(camera, u_focal=_FREE_U_FOCAL, u_k1=_FREE_U_K1)
    free = fit_corners(points_mm, points_px, loose, view.pose)
    degrees = max(1, 2 * len(points_px) - 8)
    scatter = max(1.0, float(np.sqrt(free.cost / degrees)))
    return (held.cost - free.cost) / (_GUARD * scatter) ** 2
