"""Which photos are still missing: a camera is known only as well as its mat was seen around.

Focal length shows in slanting views, the principal point in views slanting both ways and turned,
distortion where the mat reaches into the corners of the picture.
Source: Zhang, "A flexible new technique for camera calibration", TPAMI 22 (2000), section 3.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qc.decision.verdict import Reason, Verdict
from qc.geometry.calibration.photos import MatPhoto

WANTED_PHOTOS = 10

_SLANT_DEG = 10.0
_TURN_DEG = 60.0
_DISTANCE_RATIO = 1.25
_CORNER_SHARE = 0.12
"""A corner of the picture is covered by a mat corner within this share of width and height."""

_SLANTS = {
    "calibrate-from-left": (0, 1),
    "calibrate-from-right": (0, -1),
    "calibrate-from-above": (1, 1),
    "calibrate-from-below": (1, -1),
}
"""Code → axis of the picture (x right, y down) and the sign of the mat's normal along it. Seen
from the left, the mat's normal leans to the right: its right side is the farther one."""

_PICTURE_CORNERS = {
    "calibrate-corner-upper-left": (0, 0),
    "calibrate-corner-upper-right": (1, 0),
    "calibrate-corner-lower-left": (0, 1),
    "calibrate-corner-lower-right": (1, 1),
}


def missing_poses(photos: Sequence[MatPhoto]) -> tuple[Reason, ...]:
    """Say which photos would still help, in the order in which they are best taken.

    Returns:
        One `retake` reason for each missing kind of photo; none where the set is complete.
    """
    codes = [*_missing_slants(photos), *_missing_corners(photos)]
    if photos and not _turned(photos):
        codes.append("calibrate-turn")
    reasons = [Reason.of(Verdict.RETAKE, code) for code in codes]
    if photos:
        distances_mm = [float(np.linalg.norm(photo.view.pose.eye_mm)) for photo in photos]
        nearest, farthest = min(distances_mm), max(distances_mm)
        if farthest < _DISTANCE_RATIO * nearest:
            wanted_cm = 1.3 * nearest / 10
            reasons.append(Reason.of(Verdict.RETAKE, "calibrate-farther", distance_cm=wanted_cm))
    more = WANTED_PHOTOS - len(photos)
    if more > len(reasons):
        reasons.append(Reason.of(Verdict.RETAKE, "calibrate-more", count=more))
    return tuple(reasons)


def _missing_slants(photos: Sequence[MatPhoto]) -> list[str]:
    normals = np.array([photo.view.pose.matrix[:, 2] for photo in photos]).reshape(-1, 3)
    leans_deg = np.degrees(np.arcsin(np.clip(normals[:, :2], -1, 1)))
    return [
        code
        for code, (axis, sign) in _SLANTS.items()
        if not (sign * leans_deg[:, axis] >= _SLANT_DEG).any()
    ]


def _missing_corners(photos: Sequence[MatPhoto]) -> list[str]:
    seen = [photo.view.corners_px / [photo.width_px - 1, photo.height_px - 1] for photo in photos]
    share: npt.NDArray[np.float64] = np.concatenate([*seen, np.empty((0, 2))])
    return [
        code
        for code, corner in _PICTURE_CORNERS.items()
        if not (np.abs(share - corner) < _CORNER_SHARE).all(axis=1).any()
    ]


def _turned(photos: Sequence[MatPhoto]) -> bool:
    """Whether the mat's x axis points in directions that differ by about a right angle."""
    axes = np.array([photo.view.pose.matrix[:2, 0] for photo in photos])
    angles = np.arctan2(axes[:, 1], axes[:, 0])
    across = np.abs(np.sin(angles[:, None] - angles[None, :]))
    return bool(across.max() >= np.sin(np.radians(_TURN_DEG)))
