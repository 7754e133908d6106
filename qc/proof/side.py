"""Side views: an item before an upright mat, drawn at random, and where it is on a lying one.

The solid stands on a table that the mat's lower edge stands on too, leans as mats do, and is drawn
ring by ring (`qc.proof.paint`): its truth is the height that it was built with, and no formula of
silhouettes or tangents is used. Everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from qc.geometry.mat import PAPERS, MatLayout, standard_mat
from qc.geometry.station import SheetSide, Station, UprightMat
from qc.proof import items, ranges
from qc.proof.camera import TrueCamera
from qc.proof.draw import CONDITIONS, Condition, station_file
from qc.proof.items import Item, Truth
from qc.proof.light import MATERIALS, Light
from qc.proof.ranges import Random
from qc.proof.scene import Scene
from qc.proof.solid import Curve, Rings, Solid, ellipse, smooth, sweep
from qc.proof.stage import COARSE_MM_PER_PX, laid, look_at
from qc.spec.base import LocalText
from qc.spec.dimension import Height, Size
from qc.spec.models import Product, Spec, View

Array = npt.NDArray[np.float64]

SideFamily = Literal["bowl", "bulging bowl", "tray", "board", "box", "lid"]
SIDE_FAMILIES: tuple[SideFamily, ...] = get_args(SideFamily)

SIDE, TOP = "side", "top"

_UP_DEG: dict[SheetSide, float] = {"bottom": 90.0, "top": 270.0, "left": 0.0, "right": 180.0}
"""Where up is in the mat's frame, by the side on the table."""

_LEAN_DEG, _BRACKET_DEG, _GAP_MM, _MARGIN_MM = 2.0, 0.5, 1.0, 1.0
_RULE_MM, _SEAT_MM = 0.1, 0.1
"""Standard deviations: of a margin read on a rule, and of how mat and item sit on the table."""

_RING_STEP_MM = 1.0
_FAR_MM = 5.0
"""What an item keeps from the field's border, as seen."""

_GRIP_MM, _SEEN_MM = 12.0, 8.0
"""How far above the field's border the top is, and is seen, at least."""


class Made(NamedTuple):
    """An item, and what a spec says of its top: crest depth behind the front, radius."""

    item: Item
    height_mm: float
    crest_depth_mm: float | None
    radius_mm: float


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
        made = _MAKERS[family](rng)
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
    truths = _from_above(family, pieces[0])
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


class Setting(NamedTuple):
    """How item, mat and camera stand."""

    side: SheetSide
    """Of the sheet, on the table."""
    table_mm: float
    """Where the table is above the sheet's middle: below 0."""
    seat_mm: float = 0.0
    """How much higher the table is there than where the mat stands on it."""
    stand_mm: float = 0.0
    """Height of the block under the item."""
    gap_mm: float = 0.0
    """From the mat to the nearest place of the item."""
    lean_deg: float = 0.0
    """Of the mat, away from the camera."""
    turn_deg: float = 0.0
    """Of the item about its upright axis."""
    aside_mm: float = 0.0
    distance_mm: float = 600.0
    azimuth_deg: float = 0.0
    down_deg: float = 10.0
    """How steeply a ray falls from the camera to the height of the item's top at the mat."""
    roll_deg: float = 0.0
    target_mm: tuple[float, float] = (0.0, 0.0)
    has_block: bool = True
    """False leaves the item in the air."""


class _Told(NamedTuple):
    """What the spec says of it."""

    gap: bool
    bracket: bool


class Stood(NamedTuple):
    """The solids, the item last, and the camera, in the mat's frame."""

    solids: tuple[Solid, ...]
    camera: TrueCamera


def stand(made: Made, setting: Setting, lens: TrueCamera) -> Stood:
    """Stand item, block and mat on a table, and the camera before them."""
    item, block = _before_mat(made.item.solid, setting)
    top = setting.table_mm + setting.stand_mm + made.height_mm
    azimuth, down = np.radians([setting.azimuth_deg, setting.down_deg])
    w = float(setting.distance_mm * np.cos(down) * np.cos(azimuth))
    eye = np.array([w * np.tan(azimuth), top + w * np.tan(down), w])
    to_mat = _to_mat(setting.side)
    rotation, translation = look_at(
        to_mat @ eye,
        to_mat @ np.array([*setting.target_mm, 0.0]),
        _UP_DEG[setting.side] + setting.roll_deg,
    )
    lift = np.array([0.0, setting.table_mm + setting.seat_mm, 0.0])
    solids = (block, item) if setting.stand_mm and setting.has_block else (item,)
    placed = tuple(_moved(solid, lambda p: (p + lift) @ to_mat.T, to_mat) for solid in solids)
    return Stood(placed, replace(lens, rotation=rotation, translation_mm=translation))


def _to_mat(side: SheetSide) -> Array:
    """Return the turn from right, up and forward to the mat's x, y and z."""
    turn = np.radians(_UP_DEG[side] - 90)
    return np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])


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


def half_field_mm(
    layout: MatLayout, side: SheetSide, scale: tuple[float, float]
) -> tuple[float, float]:
    """Return half of the field's extent along the table and up."""
    x, y = layout.field_mm.right_mm * scale[0], layout.field_mm.top_mm * scale[1]
    return (y, x) if side in ("left", "right") else (x, y)


def _before_mat(solid: Solid, setting: Setting) -> tuple[Solid, Solid]:
    """Stand a solid on a block before a mat that leans; frame u, v, w of the mat's foot line."""
    turned = solid.placed(0.0, 0.0, setting.turn_deg)
    upright = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])  # x, y, z become u, v, w
    lean = np.radians(setting.lean_deg)
    leaning = np.array(
        [[1, 0, 0], [0, np.cos(lean), -np.sin(lean)], [0, np.sin(lean), np.cos(lean)]]
    )
    start = np.array([setting.aside_mm, setting.stand_mm, 0.0])

    def stand(point: Array) -> Array:
        return np.asarray((point @ upright.T + start) @ leaning.T)

    nearest = float(stand(turned.outer.points)[..., 2].min())
    away = leaning @ np.array([0, 0, (setting.gap_mm - nearest) / np.cos(lean)])
    turn = leaning @ upright
    item = _moved(_dense(turned), lambda p: stand(p) + away, turn)
    span = np.ptp(solid.outer.points.reshape(-1, 3), axis=0)[:2] * 0.6
    size = float(max(min(span), 12.0))
    block = items.board(size * 1.2, size, max(setting.stand_mm, 5.0), 1.5, 0.5).solid
    down = leaning @ np.array([0, -setting.stand_mm, 0])
    return item, _moved(_dense(block), lambda p: stand(p) + away + down, turn)


def _moved(solid: Solid, move: Callable[[Array], Array], turn: Array) -> Solid:
    def rings(one: Rings) -> Rings:
        return Rings(move(one.points), one.normals @ turn.T)

    inner = rings(solid.inner) if solid.inner else None
    return replace(solid, outer=rings(solid.outer), inner=inner)


def _dense(solid: Solid) -> Solid:
    """Return the solid as a view from aside needs it.

    Rings lie so near to each other that none shows a gap, and have points on their straight sides,
    as each pixel takes the light of the nearest one.
    """
    inner = _filled(_even(solid.inner)) if solid.inner else None
    return replace(solid, outer=_filled(_even(solid.outer)), inner=inner)


def _even(rings: Rings) -> Rings:
    """Space the points of all rings evenly along the longest one."""
    closed = [np.concatenate([part, part[:, :1]], axis=1) for part in rings]
    steps = np.linalg.norm(np.diff(closed[0], axis=1), axis=-1)
    travelled = np.concatenate([[0.0], np.cumsum(steps[steps.sum(axis=1).argmax()])])
    at = np.linspace(0, travelled[-1], rings.points.shape[1], endpoint=False)
    left = np.clip(np.searchsorted(travelled, at, side="right") - 1, 0, len(travelled) - 2)
    share = ((at - travelled[left]) / np.diff(travelled)[left])[:, None]
    points, normals = ((1 - share) * part[:, left] + share * part[:, left + 1] for part in closed)
    return Rings(points, normals / np.linalg.norm(normals, axis=-1, keepdims=True))


def _filled(rings: Rings) -> Rings:
    points, normals = [rings.points[:1]], [rings.normals[:1]]
    for k in range(1, len(rings.points)):
        step = np.linalg.norm(rings.points[k] - rings.points[k - 1], axis=-1).max()
        share = np.arange(1, (count := int(np.ceil(step / _RING_STEP_MM)) or 1) + 1) / count
        at = share[:, None, None]
        points.append((1 - at) * rings.points[k - 1] + at * rings.points[k])
        between = (1 - at) * rings.normals[k - 1] + at * rings.normals[k]
        normals.append(between / np.linalg.norm(between, axis=-1, keepdims=True))
    return Rings(np.concatenate(points), np.concatenate(normals))


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
    u, v = (fallen @ _to_mat(side)[:2, :2]).T
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
        azimuth_deg=_UP_DEG[side] + float(rng.uniform(-60, 60)),
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


def _from_above(family: SideFamily, item: Item) -> tuple[Truth, ...]:
    """Return the sizes whose height the side view tells: those of an edge at the top."""
    return item.truths if family in ("bowl", "tray", "board") else ()


def _bowl(rng: Random) -> Made:
    diameter, height = float(rng.uniform(60, 200)), float(rng.uniform(20, 110))
    height = min(height, 0.7 * diameter)
    lip = float(min(rng.uniform(0.8, 3.0), 0.15 * height))
    foot, flare = float(rng.uniform(0.35, 0.55)), float(rng.uniform(12, 40))
    return Made(items.flared_bowl(diameter, height, foot, flare, lip), height, None, lip)


def _bulging(rng: Random) -> Made:
    diameter = float(rng.uniform(60, 180))
    height = float(np.clip(diameter * rng.uniform(0.4, 0.8), 25, 120))
    lip = float(min(rng.uniform(0.8, 2.5), 0.08 * height))
    rim, belly = float(rng.uniform(0.75, 0.93)), float(rng.uniform(0.4, 0.6))
    depth = diameter / 2 * (1 - rim) + lip
    return Made(items.bulging_bowl(diameter, height, rim, belly, lip), height, depth, lip)


def _tray(rng: Random) -> Made:
    length = float(rng.uniform(90, 250))
    width, height = length * float(rng.uniform(0.45, 0.9)), float(rng.uniform(12, 45))
    corner, flare = float(rng.uniform(0.08, 0.25)) * width, float(rng.uniform(8, 30))
    lip = float(min(rng.uniform(1.0, 3.0), 0.4 * corner))
    return Made(items.tray(length, width, height, corner, flare, lip), height, None, lip)


def _board(rng: Random) -> Made:
    length, thickness = float(rng.uniform(60, 250)), float(rng.uniform(8, 40))
    edge = float(rng.uniform(0.5, min(6.0, 0.4 * thickness)))
    width = length * float(rng.uniform(0.4, 0.95))
    corner = max(edge + 0.5, float(rng.uniform(0.05, 0.3)) * width)
    return Made(items.board(length, width, thickness, corner, edge), thickness, None, edge)


def _box(rng: Random) -> Made:
    length, height = float(rng.uniform(40, 130)), float(rng.uniform(50, 150))
    edge = float(rng.uniform(0.5, 4.0))
    width = length * float(rng.uniform(0.5, 1.0))
    corner = max(edge + 0.5, float(rng.uniform(0.05, 0.2)) * width)
    return Made(items.board(length, width, height, corner, edge), height, None, edge)


def _lid(rng: Random) -> Made:
    radius = float(rng.uniform(25, 80))
    height = radius * float(rng.uniform(0.5, 1.1))
    at = np.radians(np.linspace(0, 89.5, 120))
    outer = smooth(radius * np.cos(at), height * np.sin(at))
    circle = ellipse(1.0, 1.0)
    rings = sweep(Curve(np.zeros_like(circle.points), circle.normals), outer)
    return Made(Item(Solid(rings), ()), height, radius, radius**2 / height)


_MAKERS: dict[SideFamily, Callable[[Random], Made]] = {
    "bowl": _bowl,
    "bulging bowl": _bulging,
    "tray": _tray,
    "board": _board,
    "box": _box,
    "lid": _lid,
}
