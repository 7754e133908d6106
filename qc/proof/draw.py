"""A trial: a scene drawn at random, what the inspector is told of it, and what is true.

Everything follows from the seed. Ranges are those of a packing station: items of 20 to 300 mm, up
to 80 mm high, 0.5 to 1.0 m away, the camera tilted by up to 20°.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from qc.geometry.mat import MatLayout
from qc.geometry.station import CameraCalibration, Station
from qc.proof import ranges
from qc.proof.camera import TrueCamera
from qc.proof.items import Item, Truth
from qc.proof.light import MATERIALS
from qc.proof.ranges import FAMILIES, Family, Random
from qc.proof.scene import Scene
from qc.proof.stage import staged
from qc.spec.base import LocalText
from qc.spec.dimension import Size
from qc.spec.models import Product, Spec, View

Condition = Literal["station", "exif", "nothing"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)

VIEW = "top"
_RULE_U = 0.0005
"""A 100 mm line read on a steel rule."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A scene, what the inspector is given besides the photo, and the truth.

    `truths` holds one tuple of sizes a piece, `seen_px` where the photo shows that piece's middle.
    """

    seed: int
    family: Family
    condition: Condition
    material: str
    scene: Scene
    station: Station | None
    spec: Spec
    truths: tuple[tuple[Truth, ...], ...]
    seen_px: tuple[tuple[float, float], ...]
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
    scale = ranges.print_scale(rng, measured=measured)
    pieces, layout, camera, focal_35mm = staged(rng, family, scale)
    scene = Scene(
        camera=camera,
        layout=layout,
        solids=tuple((piece.solid, material) for piece in pieces),
        print_scale=scale,
        lift=ranges.lift(rng, layout),
        light=ranges.light(rng),
        sensor=ranges.sensor(rng),
        table=ranges.table(rng),
        focal_35mm=round(focal_35mm) if condition == "exif" else None,
        seed=seed,
    )
    seen = [camera.project(p.solid.outer.points.reshape(-1, 3)).mean(axis=0) for p in pieces]
    order = np.argsort([x for x, _ in seen])
    ordered = [pieces[i] for i in order]
    station = station_file(rng, camera, layout, scale, condition) if measured else None
    forward = np.array(camera.rotation[2])
    return Trial(
        seed=seed,
        family=family,
        condition=condition,
        material=material.name,
        scene=scene,
        station=station,
        spec=_spec(rng, np.random.default_rng([seed, 3]), layout, ordered),
        truths=tuple(piece.truths for piece in ordered),
        seen_px=tuple((float(seen[i][0]), float(seen[i][1])) for i in order),
        top_mm=max(piece.top_mm for piece in pieces),
        tilt_deg=float(np.degrees(np.arccos(-forward[2]))),
        distance_mm=float(np.linalg.norm(camera.eye_mm)),
    )


def station_file(
    rng: Random,
    camera: TrueCamera,
    layout: MatLayout,
    scale: tuple[float, float],
    condition: Condition,
) -> Station:
    """Return what a station's file knows: never the truth itself."""
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


def _spec(rng: Random, told: Random, layout: MatLayout, pieces: list[Item]) -> Spec:
    """A buyer's spec whose limits the items meet or miss, with heights as a person states them."""
    dimensions = []
    protractor_deg = float(told.uniform(-2, 2))
    for truth in pieces[0].truths:
        tolerance = 0.5 + truth.value_mm / 150
        nominal = truth.value_mm + tolerance * rng.uniform(-2, 2)
        dimensions.append(
            Size(
                name=truth.name,
                feature=truth.feature,
                nominal_mm=nominal,
                lower_mm=nominal - tolerance,
                upper_mm=nominal + tolerance,
                height_mm=max(0.0, truth.height_mm + float(np.clip(rng.normal(0, 0.2), -0.5, 0.5))),
                height_u95_mm=0.5,
                rise_mm=truth.rise_mm + float(told.uniform(-0.3, 0.3)) * bool(truth.rise_mm),
                edge=truth.edge,
                edge_radius_mm=truth.edge_radius_mm * float(told.uniform(0.8, 1.2)),
                overhang_deg=None
                if truth.overhang_deg is None
                else truth.overhang_deg + protractor_deg,
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
