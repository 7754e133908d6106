"""Side views: an item before an upright mat, drawn at random, and where it is on a lying one.

The solid stands on a table that the mat's lower edge stands on too, leans as mats do, and is drawn
ring by ring (`qc.proof.paint`): its truth is the height that it was built with, and no formula of
silhouettes or tangents is used. Everything follows from the seed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qc.geometry.mat import PAPERS, MatLayout, standard_mat
from qc.geometry.station import SheetSide, Station, UprightMat
from qc.proof import ranges
from qc.proof.camera import TrueCamera
from qc.proof.draw import CONDITIONS, Condition, station_file
from qc.proof.items import Truth
from qc.proof.light import MATERIALS, Light
from qc.proof.ranges import Random
from qc.proof.scene import Scene
from qc.proof.side_items import SIDE_FAMILIES, Made, SideFamily, from_above, make
from qc.proof.stage import COARSE_MM_PER_PX, laid
from qc.proof.standing import UP_DEG, Setting, Stood, half_field_mm, stand, turn_to_mat
from qc.spec.base import LocalText
from qc.spec.dimension import Height, Size
from qc.spec.models import Product, Spec, View

Array = npt.NDArray[np.float64]

SIDE, TOP = "side", "top"

_LEAN_DEG, _BRACKET_DEG, _GAP_MM, _MARGIN_MM = 2.0, 0.5, 1.0, 1.0
_RULE_MM, _SEAT_MM = 0.1, 0.1
"""Standard deviations: of a margin read on a rule, and of how mat and item sit on the table."""

_FAR_MM = 5.0
"""What an item keeps from the field's border, as seen."""

_GRIP_MM, _SEEN_MM = 12.0, 8.0
"""How far above the field's border the top is, and is seen, at least."""


@dataclass(frozen=True, slots=True)
class SideTrial:
    """A side view, perhaps with a view from above, what the inspector is told, and the truth."""

    seed: int
    family: SideFamily
    condition: Condition
    material: str
    scenes: dict[str, Scene]
    station: Station | None
    spec: Spec
    height_mm: float
    truths: tuple[Truth, ...]
    lean_deg: float
    gap_mm: float
    stated_gap: bool
    bracket: bool
    """The mat stands on a bracket, upright to half a degree, and the spec says so."""
    down_deg: float
    distance_mm: float


def draw_side(seed: int) -> SideTrial:
    """Draw a trial; families and conditions take turns, the rest is random."""
    rng = np.random.default_rng([seed, 7])
    family = SIDE_FAMILIES[seed % len(SIDE_FAMILIES)]
    condition = CONDITIONS[seed // len(SIDE_FAMILIES) % len(CONDITIONS)]
    material = MATERIALS[int(rng.integers(len(MATERIALS)))]
    measured = condition != "nothing"
    scale = ranges.print_scale(rng, measured=measured)
    while True:
        made = make(rng, family)
        layout = standard_mat(PAPERS[int(rng.integers(len(PAPERS)))])
        above = laid(rng, [made.item], layout, scale)
        if above is None:
            continue
        for _ in range(30):
            drawn = _drawn(rng, made, layout, scale, above[1])
            if drawn is not None:
                break
        else:
            continue
        break
    pieces, camera, focal_35mm = above
    setting, told, stood = drawn
    scene = partial(
        Scene,
        layout=layout,
        print_scale=scale,
        sensor=ranges.sensor(rng),
        table=ranges.table(rng),
        focal_35mm=round(focal_35mm) if condition == "exif" else None,
        seed=seed,
    )
    lamp = lamp_above(rng, setting.side)
    scenes = {
        SIDE: scene(
            camera=stood.camera,
            solids=tuple((solid, material) for solid in stood.solids),
            light=lamp,
            lift=ranges.lift(rng, layout),
        )
    }
    truths = from_above(family, pieces[0])
    if truths:
        scenes[TOP] = scene(
            camera=camera,
            solids=((pieces[0].solid, material),),
            lift=ranges.lift(rng, layout),
            light=ranges.light(rng),
        )
    station = None
    if measured:
        ring_mm = layout.ring_mm.top_mm * scale[1]
        if setting.side in ("left", "right"):
            ring_mm = layout.ring_mm.right_mm * scale[0]
        margin_mm = -setting.table_mm - ring_mm + float(rng.normal(0, _RULE_MM))
        station = station_file(rng, camera, layout, scale, condition).model_copy(
            update={"upright": UprightMat(side=setting.side, margin_mm=max(margin_mm, 0.0))}
        )
    return SideTrial(
        seed=seed,
        family=family,
        condition=condition,
        material=material.name,
        scenes=scenes,
        station=station,
        spec=_spec(rng, layout, made, setting, truths, told),
        height_mm=made.height_mm,
        truths=truths,
        lean_deg=setting.lean_deg,
        gap_mm=setting.gap_mm,
        stated_gap=told.gap,
        bracket=told.bracket,
        down_deg=setting.down_deg,
        distance_mm=float(np.linalg.norm(stood.camera.eye_mm)),
    )


class _Told(NamedTuple):
    """What the spec says of it."""

    gap: bool
    bracket: bool


def _drawn(
    rng: Random, made: Made, layout: MatLayout, scale: tuple[float, float], lens: TrueCamera
) -> tuple[Setting, _Told, Stood] | None:
    """Draw how they stand and what is said of it; None where it cannot be seen."""
    side: SheetSide = ("bottom", "top", "left", "right")[int(rng.integers(4))]
    half_u, half_v = half_field_mm(layout, side, scale)
    sheet = layout.sheet_width_mm if side in ("left", "right") else layout.sheet_height_mm
    table = -(sheet / 2 + float(rng.uniform(-_MARGIN_MM, _MARGIN_MM)))
    least = -half_v - table + _GRIP_MM - made.height_mm
    block = float(np.ceil(least / 5) * 5 + rng.integers(0, 3) * 5) if least > 0 else 0.0
    if table + block + made.height_mm > half_v - _FAR_MM:
        return None
    told = _Told(gap=bool(rng.random() < 0.2), bracket=bool(rng.random() < 0.5))
    lean_deg = _BRACKET_DEG if told.bracket else _LEAN_DEG
    setting = Setting(
        side=side,
        table_mm=table,
        seat_mm=float(rng.normal(0, _SEAT_MM)),
        stand_mm=block,
        gap_mm=float(rng.uniform(5, 40)) if told.gap else float(rng.uniform(0, _GAP_MM)),
        lean_deg=float(rng.uniform(-lean_deg, lean_deg)),
        turn_deg=float(rng.uniform(-30, 30) if rng.random() < 0.3 else rng.normal(0, 3)),
        aside_mm=float(rng.uniform(-0.15, 0.15)) * half_u,
        distance_mm=float(rng.uniform(450, 900)),
        azimuth_deg=float(rng.uniform(-12, 12)),
        down_deg=float(rng.uniform(5, 20)),
        roll_deg=float(rng.normal(0, 3)),
        target_mm=(float(rng.uniform(-12, 12)), float(rng.uniform(-12, 12))),
    )
    stood = stand(made, setting, lens)
    # A block that reaches farther back than the item would keep it off the mat.
    if len(stood.solids) > 1 and stood.solids[0].outer.points[..., 2].min() < setting.gap_mm:
        return None
    if not _is_seen(stood, layout, scale, side):
        return None
    return setting, told, stood


def _is_seen(stood: Stood, layout: MatLayout, scale: tuple[float, float], side: SheetSide) -> bool:
    camera = stood.camera
    if np.linalg.norm(camera.eye_mm) / camera.fx_px > COARSE_MM_PER_PX:
        return False
    ring = layout.ring_mm
    corners = np.array([(x, y, 0.0) for x in ring[::2] for y in ring[1::2]]) * [*scale, 1.0]
    seen = camera.project(corners)
    if (seen < 8).any() or (seen > [camera.width_px - 9, camera.height_px - 9]).any():
        return False
    eye = camera.eye_mm
    points = stood.solids[-1].outer.points.reshape(-1, 3)
    fallen = eye[:2] + (points[:, :2] - eye[:2]) * (eye[2] / (eye[2] - points[:, 2]))[:, None]
    half_u, half_v = half_field_mm(layout, side, scale)
    u, v = (fallen @ turn_to_mat(side)[:2, :2]).T
    if (np.abs(u) > half_u - _FAR_MM).any() or (v > half_v - _FAR_MM).any():
        return False
    if v.max() < -half_v + _SEEN_MM:
        return False
    patch = layout.patches[0]
    inner_x = min(abs(p.x_mm) for p in layout.patches) - patch.size_mm / 2 - _FAR_MM
    inner_y = min(abs(p.y_mm) for p in layout.patches) - patch.size_mm / 2 - _FAR_MM
    return not ((np.abs(fallen) > [inner_x, inner_y]).all(axis=1) & (v > -half_v)).any()


def lamp_above(rng: Random, side: SheetSide) -> Light:
    """Draw a lamp above and in front."""
    light = ranges.light(rng)
    return replace(
        light,
        azimuth_deg=UP_DEG[side] + float(rng.uniform(-60, 60)),
        elevation_deg=float(rng.uniform(35, 65)),
    )


def _spec(
    rng: Random,
    layout: MatLayout,
    made: Made,
    setting: Setting,
    truths: tuple[Truth, ...],
    told: _Told,
) -> Spec:
    """Write a buyer's spec: how the item stands, as a person states it, and what to measure."""
    name = LocalText(en="item", id="barang")
    stated = {
        "stand_mm": setting.stand_mm + float(rng.normal(0, 0.05)) if setting.stand_mm else None,
        "gap_mm": max(setting.gap_mm + float(rng.normal(0, 0.4)), 0.0) if told.gap else None,
        "lean_deg": _BRACKET_DEG if told.bracket else None,
        "top_radius_mm": made.radius_mm * float(rng.uniform(0.85, 1.15)),
        "top_depth_mm": None,
    }
    if made.crest_depth_mm is not None:
        stated["top_depth_mm"] = made.crest_depth_mm + float(rng.uniform(-0.4, 0.4))
    elif rng.random() < 0.5:
        stated["top_radius_mm"] = None
    if made.radius_mm > 2 and made.crest_depth_mm is None:
        stated["top_radius_mm"] = made.radius_mm
    side = View(
        name=SIDE,
        instruction=name,
        mat="upright",
        top="back" if made.crest_depth_mm is None else None,
        height_of=TOP if truths else None,
        **stated,
    )

    def limits(value_mm: float) -> dict[str, float]:
        tolerance = 0.5 + value_mm / 100
        nominal = value_mm + tolerance * float(rng.uniform(-2, 2))
        return {
            "nominal_mm": nominal,
            "lower_mm": nominal - tolerance,
            "upper_mm": nominal + tolerance,
        }

    height = Height(name="height", feature="height", view=SIDE, **limits(made.height_mm))
    sizes = [
        Size(
            name=truth.name,
            feature=truth.feature,
            edge=truth.edge,
            edge_radius_mm=truth.edge_radius_mm * float(rng.uniform(0.85, 1.15)),
            overhang_deg=truth.overhang_deg,
            **limits(truth.value_mm),
        )
        for truth in truths
    ]
    return Spec(
        id="proof",
        version=1,
        buyer="Proof",
        example=True,
        product=Product(id="proof", name=name, material="wood"),
        mat=layout.paper,
        views=(*((View(name=TOP, instruction=name),) if truths else ()), side),
        dimensions=(*sizes, height),
    )
