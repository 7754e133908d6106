"""Where camera, mat and item stand: drawn until the photo shows all that it must."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qc.geometry.mat import PAPERS, MatLayout, standard_mat
from qc.proof.camera import TrueCamera, Vector
from qc.proof.items import Item
from qc.proof.ranges import PIECES, Family, Random

Array = npt.NDArray[np.float64]

_FULL_FRAME_DIAGONAL_MM = 43.267
WIDTHS_PX = (2592, 3264, 4000)
_FINE_MM_PER_PX, COARSE_MM_PER_PX = 0.28, 0.36


def look_at(
    eye_mm: Array, target_mm: Array, up_deg: float
) -> tuple[tuple[Vector, Vector, Vector], Vector]:
    """Return rotation and translation of a camera; `up_deg` turns the photo's upper side."""
    forward = (target_mm - eye_mm) / np.linalg.norm(target_mm - eye_mm)
    up = np.array([np.cos(np.radians(up_deg)), np.sin(np.radians(up_deg)), 0.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    first, second, third = map(_vector, rotation)
    return (first, second, third), _vector(-rotation @ eye_mm)


def _vector(of: Array) -> Vector:
    x, y, z = of.tolist()
    return x, y, z


def staged(
    rng: Random, family: Family, scale: tuple[float, float]
) -> tuple[list[Item], MatLayout, TrueCamera, float]:
    """Draw item, mat and camera until the whole mat is in the photo and the item on its field."""
    while True:
        pieces = PIECES[family](rng)
        layout = standard_mat(PAPERS[int(rng.integers(len(PAPERS)))])
        if found := laid(rng, pieces, layout, scale):
            return found[0], layout, *found[1:]


def laid(
    rng: Random, pieces: list[Item], layout: MatLayout, scale: tuple[float, float]
) -> tuple[list[Item], TrueCamera, float] | None:
    """Lay pieces on a mat and draw a camera above; None where the photo never shows them all."""
    for _ in range(30):
        camera, focal_35mm = camera_above(rng)
        placed = _placed(rng, pieces, layout)
        if placed and _all_seen(placed, layout, camera, scale):
            return placed, camera, focal_35mm
    return None


def camera_above(rng: Random) -> tuple[TrueCamera, float]:
    """Draw a tablet held above a mat, and its focal length as 35 mm equivalent."""
    focal_35mm = float(rng.uniform(24, 31))
    distance, tilt, azimuth = (
        rng.uniform(500, 1000),
        np.radians(rng.uniform(0, 20)),
        rng.uniform(0, 2 * np.pi),
    )
    target = np.array([*rng.uniform(-15, 15, 2), 0.0])
    away = [np.sin(tilt) * np.cos(azimuth), np.sin(tilt) * np.sin(azimuth), np.cos(tilt)]
    # The sheet's long side lies along the photo's.
    up_deg = rng.choice([0.0, 180.0]) + rng.normal(0, 6)
    rotation, translation = look_at(target + distance * np.array(away), target, float(up_deg))
    per_mm = _FULL_FRAME_DIAGONAL_MM / focal_35mm / 1.25 * distance
    fine = [w for w in WIDTHS_PX if per_mm / w <= _FINE_MM_PER_PX]
    width = fine[0] if fine else WIDTHS_PX[-1]
    return tablet(rng, focal_35mm, width, rotation, translation), focal_35mm


def tablet(
    rng: Random,
    focal_35mm: float,
    width_px: int,
    rotation: tuple[Vector, Vector, Vector],
    translation_mm: Vector,
) -> TrueCamera:
    """Draw a tablet's lens: no two of one model are quite alike. Photos are 4 : 3."""
    height_px = width_px * 3 // 4
    focal_px = focal_35mm / _FULL_FRAME_DIAGONAL_MM * np.hypot(width_px, height_px)
    focal_px *= rng.uniform(0.98, 1.02)
    return TrueCamera(
        width_px=width_px,
        height_px=height_px,
        fx_px=float(focal_px),
        fy_px=float(focal_px * rng.normal(1, 0.0005)),
        cx_px=float((width_px - 1) / 2 + rng.normal(0, 0.002) * width_px),
        cy_px=float((height_px - 1) / 2 + rng.normal(0, 0.002) * width_px),
        distortion=(
            float(np.clip(rng.normal(0, 0.03), -0.08, 0.08)),
            float(rng.normal(0, 0.01)),
            float(rng.normal(0, 2e-4)),
            float(rng.normal(0, 2e-4)),
            0.0,
        ),
        rotation=rotation,
        translation_mm=translation_mm,
    )


def _placed(rng: Random, pieces: list[Item], layout: MatLayout) -> list[Item] | None:
    """Turn and move the pieces within the field, side by side; None where they do not fit."""
    field = layout.field_mm
    upright = 90.0 if rng.random() < 0.8 else 0.0
    angle = upright + float(rng.normal(0, 12))
    gap = 0.0
    placed = []
    x, y = (float(rng.uniform(-0.2, 0.2)) * side for side in (field.right_mm, field.top_mm))
    for piece in pieces:
        turned = float(angle + (rng.normal(0, 1.0) if len(pieces) > 1 else 0))
        side = np.radians(angle + 90)
        solid = piece.solid.placed(x + gap * np.cos(side), y + gap * np.sin(side), turned)
        low, high = solid.outer.points[..., :2].min((0, 1)), solid.outer.points[..., :2].max((0, 1))
        if (low < [field.left_mm, field.bottom_mm]).any() or (
            high > [field.right_mm, field.top_mm]
        ).any():
            return None
        placed.append(Item(solid, piece.truths))
        gap += float(rng.uniform(25, 40))
    return placed


def _all_seen(
    pieces: list[Item], layout: MatLayout, camera: TrueCamera, scale: tuple[float, float]
) -> bool:
    if np.linalg.norm(camera.eye_mm) / camera.fx_px > COARSE_MM_PER_PX:
        return False
    corners = np.array([(x, y, 0.0) for x in layout.ring_mm[::2] for y in layout.ring_mm[1::2]]) * [
        *scale,
        1.0,
    ]
    seen = camera.project(corners)
    if (seen < 8).any() or (seen > [camera.width_px - 9, camera.height_px - 9]).any():
        return False
    # Where the silhouettes fall on the mat, seen from the camera
    eye = camera.eye_mm
    rims = np.concatenate([piece.solid.outer.points.reshape(-1, 3) for piece in pieces])
    fallen = eye[:2] + (rims[:, :2] - eye[:2]) * (eye[2] / (eye[2] - rims[:, 2]))[:, None]
    field, margin = layout.field_mm, 5.0
    if (fallen < np.array([field.left_mm, field.bottom_mm]) + margin).any():
        return False
    if (fallen > np.array([field.right_mm, field.top_mm]) - margin).any():
        return False
    patch = layout.patches[0]
    inner_x = min(abs(p.x_mm) for p in layout.patches) - patch.size_mm / 2 - margin
    inner_y = min(abs(p.y_mm) for p in layout.patches) - patch.size_mm / 2 - margin
    return not ((np.abs(fallen) > [inner_x, inner_y]).all(axis=1)).any()
