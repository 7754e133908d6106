"""A trial: a scene drawn at random, what the inspector is told of it, and what is true.

Everything follows from the seed. Ranges are those of a packing station: items of 20 to 300 mm, up
to 80 mm high, 0.5 to 1.0 m away, the camera tilted by up to 20°.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from qc.geometry.mat import PAPERS, MatLayout, standard_mat
from qc.geometry.station import CameraCalibration, Station
from qc.proof import items
from qc.proof.camera import TrueCamera, Vector
from qc.proof.ground import Lift
from qc.proof.items import Item, Truth
from qc.proof.light import MATERIALS, Light
from qc.proof.scene import Scene
from qc.proof.sensor import Sensor
from qc.spec.models import Dimension, LocalText, Product, Spec, View

Array = npt.NDArray[np.float64]
Random = np.random.Generator

Family = Literal["bowl", "bulging bowl", "spoon", "tray", "chopsticks", "board"]
Condition = Literal["station", "exif", "nothing"]
FAMILIES: tuple[Family, ...] = get_args(Family)
CONDITIONS: tuple[Condition, ...] = get_args(Condition)

VIEW = "top"
FULL_FRAME_DIAGONAL_MM = 43.267
_WIDTHS_PX = (2592, 3264, 4000)
_FINE_MM_PER_PX, _COARSE_MM_PER_PX = 0.28, 0.36
_RULE_U = 0.0005
"""A 100 mm line read on a steel rule."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A scene, what the inspector is given besides the photo, and the truth.

    `truths` holds one tuple of sizes a piece, the pieces from left to right of the photo.
    """

    seed: int
    family: Family
    condition: Condition
    material: str
    scene: Scene
    station: Station | None
    spec: Spec
    truths: tuple[tuple[Truth, ...], ...]
    top_mm: float
    tilt_deg: float
    distance_mm: float


def draw_trial(seed: int) -> Trial:
    """Draw a trial; families and conditions take turns, the rest is random."""
    rng = np.random.default_rng([seed, 0])
    family = FAMILIES[seed % len(FAMILIES)]
    condition = CONDITIONS[seed // len(FAMILIES) % len(CONDITIONS)]
    material = MATERIALS[int(rng.integers(len(MATERIALS)))]
    measured = condition != "nothing"
    # Who never measures the print has at least printed at 100 %.
    reach = 0.02 if measured else 0.005
    scale = (float(rng.uniform(1 - reach, 1 + reach)), float(rng.uniform(1 - reach, 1 + reach)))
    pieces, layout, camera, focal_35mm = _staged(rng, family, scale)
    scene = Scene(
        camera=camera,
        layout=layout,
        solids=tuple((piece.solid, material) for piece in pieces),
        print_scale=scale,
        lift=_lift(rng, layout),
        light=_light(rng),
        sensor=_sensor(rng),
        table=tuple(float(v) for v in rng.uniform(0.05, 0.5) * rng.uniform(0.8, 1.0, 3)),
        focal_35mm=round(focal_35mm) if condition == "exif" else None,
        seed=seed,
    )
    seen_x = [camera.project(p.solid.outer.points.reshape(-1, 3))[:, 0].mean() for p in pieces]
    ordered = [pieces[i] for i in np.argsort(seen_x)]
    station = _station(rng, camera, layout, scale, condition) if measured else None
    forward = np.array(camera.rotation[2])
    return Trial(
        seed=seed,
        family=family,
        condition=condition,
        material=material.name,
        scene=scene,
        station=station,
        spec=_spec(rng, layout, ordered),
        truths=tuple(piece.truths for piece in ordered),
        top_mm=max(piece.top_mm for piece in pieces),
        tilt_deg=float(np.degrees(np.arccos(-forward[2]))),
        distance_mm=float(np.linalg.norm(camera.eye_mm)),
    )


def look_at(
    eye_mm: Array, target_mm: Array, up_deg: float
) -> tuple[tuple[Vector, Vector, Vector], Vector]:
    """Return rotation and translation of a camera; `up_deg` turns the photo's upper side."""
    forward = (target_mm - eye_mm) / np.linalg.norm(target_mm - eye_mm)
    up = np.array([np.cos(np.radians(up_deg)), np.sin(np.radians(up_deg)), 0.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    rows = tuple(tuple(row) for row in rotation.tolist())
    return rows, tuple((-rotation @ eye_mm).tolist())  # type: ignore[return-value]


def _staged(
    rng: Random, family: Family, scale: tuple[float, float]
) -> tuple[list[Item], MatLayout, TrueCamera, float]:
    """Draw item, mat and camera until the whole mat is in the photo and the item on its field."""
    while True:
        pieces = _PIECES[family](rng)
        layout = standard_mat(PAPERS[int(rng.integers(len(PAPERS)))])
        for _ in range(30):
            camera, focal_35mm = _camera(rng)
            placed = _placed(rng, pieces, layout)
            if placed and _all_seen(placed, layout, camera, scale):
                return placed, layout, camera, focal_35mm


def _camera(rng: Random) -> tuple[TrueCamera, float]:
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
    per_mm = FULL_FRAME_DIAGONAL_MM / focal_35mm / 1.25 * distance
    fine = [w for w in _WIDTHS_PX if per_mm / w <= _FINE_MM_PER_PX]
    width = fine[0] if fine else _WIDTHS_PX[-1]
    height = width * 3 // 4
    focal_px = focal_35mm / FULL_FRAME_DIAGONAL_MM * np.hypot(width, height)
    focal_px *= rng.uniform(0.98, 1.02)
    camera = TrueCamera(
        width_px=width,
        height_px=height,
        fx_px=float(focal_px),
        fy_px=float(focal_px * rng.normal(1, 0.0005)),
        cx_px=float((width - 1) / 2 + rng.normal(0, 0.002) * width),
        cy_px=float((height - 1) / 2 + rng.normal(0, 0.002) * width),
        distortion=(
            float(np.clip(rng.normal(0, 0.03), -0.08, 0.08)),
            float(rng.normal(0, 0.01)),
            float(rng.normal(0, 2e-4)),
            float(rng.normal(0, 2e-4)),
            0.0,
        ),
        rotation=rotation,
        translation_mm=translation,
    )
    return camera, focal_35mm


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
    if np.linalg.norm(camera.eye_mm) / camera.fx_px > _COARSE_MM_PER_PX:
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


def _station(
    rng: Random,
    camera: TrueCamera,
    layout: MatLayout,
    scale: tuple[float, float],
    condition: Condition,
) -> Station:
    """What a station's file knows: never the truth itself."""
    calibration = None
    if condition == "station":
        focal = rng.normal(1, 0.0015)
        k1, k2, p1, p2, k3 = camera.distortion
        calibration = CameraCalibration(
            width_px=camera.width_px,
            height_px=camera.height_px,
            fx_px=camera.fx_px * focal,
            fy_px=camera.fy_px * focal * rng.normal(1, 0.0002),
            cx_px=camera.cx_px + rng.normal(0, 0.0003) * camera.width_px,
            cy_px=camera.cy_px + rng.normal(0, 0.0003) * camera.width_px,
            distortion=(k1 + rng.normal(0, 5e-4), k2, p1, p2, k3),
        )
    return Station(
        id="proof",
        mat=layout.identity,
        print_scale_x=scale[0] + rng.normal(0, _RULE_U),
        print_scale_y=scale[1] + rng.normal(0, _RULE_U),
        print_scale_measured=True,
        camera=calibration,
    )


def _spec(rng: Random, layout: MatLayout, pieces: list[Item]) -> Spec:
    """A buyer's spec whose limits the items meet or miss, with heights as a person states them."""
    dimensions = []
    for truth in pieces[0].truths:
        tolerance = 0.5 + truth.value_mm / 150
        nominal = truth.value_mm + tolerance * rng.uniform(-2, 2)
        dimensions.append(
            Dimension(
                name=truth.name,
                feature=truth.feature,
                nominal_mm=nominal,
                lower_mm=nominal - tolerance,
                upper_mm=nominal + tolerance,
                height_mm=max(0.0, truth.height_mm + float(np.clip(rng.normal(0, 0.2), -0.5, 0.5))),
                height_u95_mm=0.5 + truth.height_spread_mm,
            )
        )
    name = LocalText(en="item", id="barang")
    return Spec(
        id="proof",
        version=1,
        buyer="Proof",
        example=True,
        product=Product(id="proof", name=name, material="wood"),
        mat=layout.paper,
        views=(View(name=VIEW, instruction=name),),
        parts=len(pieces),
        dimensions=tuple(dimensions),
    )


def _lift(rng: Random, layout: MatLayout) -> Lift:
    """A quarter of the sheets do not lie quite flat."""
    if rng.random() > 0.25:
        return Lift()
    ring = layout.ring_mm
    return Lift(
        height_mm=float(rng.uniform(0.1, 0.6)),
        x_mm=float(rng.uniform(ring.left_mm, ring.right_mm)),
        y_mm=float(rng.uniform(ring.bottom_mm, ring.top_mm)),
        sigma_mm=float(rng.uniform(40, 90)),
    )


def _light(rng: Random) -> Light:
    warm = float(rng.uniform(-1, 1))
    return Light(
        azimuth_deg=float(rng.uniform(0, 360)),
        elevation_deg=float(rng.uniform(35, 75)),
        softness_deg=float(rng.choice([0.3, 2.0, 6.0])),
        ambient=float(rng.uniform(0.3, 0.6)),
        lamp_rgb=(1 + 0.15 * warm, 1.0, 1 - 0.18 * warm),
        sky_rgb=(0.95, 1.0, 1.08),
        falloff_per_m=float(rng.uniform(0, 0.6)),
    )


def _sensor(rng: Random) -> Sensor:
    return Sensor(
        exposure=float(rng.uniform(0.6, 0.95)),
        blur_px=float(rng.uniform(0.45, 1.1)),
        shake_px=float(rng.uniform(0, 1.5)) if rng.random() < 0.2 else 0.0,
        shake_deg=float(rng.uniform(0, 180)),
        vignetting=float(rng.uniform(0, 0.3)),
        read_noise=float(rng.uniform(0.0005, 0.003)),
        shot_noise=float(rng.uniform(0.004, 0.015)),
        quality=int(rng.integers(70, 96)),
    )


def _between(rng: Random, low: float, high: float) -> float:
    """A size, small ones as likely as large ones."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _bowl(rng: Random) -> list[Item]:
    diameter = _between(rng, 50, 220)
    height = float(np.clip(diameter * rng.uniform(0.25, 0.6), 15, 80))
    lip = float(min(rng.uniform(0.8, 3.0), 0.15 * height))
    flare = float(rng.uniform(12, 40))
    return [items.flared_bowl(diameter, height, float(rng.uniform(0.35, 0.55)), flare, lip)]


def _bulging(rng: Random) -> list[Item]:
    diameter = _between(rng, 50, 200)
    height = float(np.clip(diameter * rng.uniform(0.35, 0.7), 20, 80))
    lip = float(min(rng.uniform(0.8, 2.5), 0.08 * height))
    rim, belly = float(rng.uniform(0.75, 0.93)), float(rng.uniform(0.4, 0.6))
    return [items.bulging_bowl(diameter, height, rim, belly, lip)]


def _spoon(rng: Random) -> list[Item]:
    length = _between(rng, 100, 280)
    return [
        items.spoon(
            length,
            length * float(rng.uniform(0.16, 0.26)),
            float(rng.uniform(2.5, 5)),
            length * float(rng.uniform(0.035, 0.07)),
            float(rng.uniform(0, 8)),
            float(rng.uniform(0.26, 0.38)),
        )
    ]


def _tray(rng: Random) -> list[Item]:
    length = _between(rng, 90, 300)
    width = length * float(rng.uniform(0.45, 0.9))
    height = float(min(rng.uniform(12, 45), 0.25 * length))
    corner, flare = float(rng.uniform(0.08, 0.25)) * width, float(rng.uniform(8, 30))
    lip = float(min(rng.uniform(1.0, 3.0), 0.4 * corner))
    return [items.tray(length, width, height, corner, flare, lip)]


def _chopsticks(rng: Random) -> list[Item]:
    length, thick = float(rng.uniform(170, 290)), float(rng.uniform(6, 10))
    tip, end = float(rng.uniform(2.2, 4)), float(rng.uniform(1.0, 3.0))
    return [
        items.chopstick(length * factor, thick, tip, end)
        for factor in (1.0, 1 + float(rng.normal(0, 0.004)))
    ]


def _board(rng: Random) -> list[Item]:
    size = _between(rng, 20, 300)
    thickness = float(min(rng.uniform(5, 35), 0.5 * size))
    edge = float(rng.uniform(0.5, min(6.0, 0.45 * thickness)))
    hole = float(rng.uniform(0.08, 0.2)) * size if rng.random() < 0.4 else 0.0
    if rng.random() < 0.5:
        return [items.seat(size, thickness, edge, hole)]
    width = size * float(rng.uniform(0.4, 0.95))
    corner = max(edge + 0.5, float(rng.uniform(0.05, 0.3)) * width)
    return [items.board(size, width, thickness, corner, edge, hole)]


_PIECES: dict[Family, Callable[[Random], list[Item]]] = {
    "bowl": _bowl,
    "bulging bowl": _bulging,
    "spoon": _spoon,
    "tray": _tray,
    "chopsticks": _chopsticks,
    "board": _board,
}
