"""How an item stands before an upright mat, and the camera before both.

Right, up and forward (u, v, w) are turned to the mat's own x, y and z by the side of the sheet that
stands on the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qc.geometry.mat import MatLayout
from qc.geometry.station import SheetSide
from qc.proof import items
from qc.proof.camera import TrueCamera
from qc.proof.side_items import Made
from qc.proof.solid import Rings, Solid
from qc.proof.stage import look_at

Array = npt.NDArray[np.float64]

UP_DEG: dict[SheetSide, float] = {"bottom": 90.0, "top": 270.0, "left": 0.0, "right": 180.0}
"""Where up is in the mat's frame, by the side on the table."""

_RING_STEP_MM = 1.0


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
    to_mat = turn_to_mat(setting.side)
    rotation, translation = look_at(
        to_mat @ eye,
        to_mat @ np.array([*setting.target_mm, 0.0]),
        UP_DEG[setting.side] + setting.roll_deg,
    )
    lift = np.array([0.0, setting.table_mm + setting.seat_mm, 0.0])
    solids = (block, item) if setting.stand_mm and setting.has_block else (item,)
    placed = tuple(_moved(solid, lambda p: (p + lift) @ to_mat.T, to_mat) for solid in solids)
    return Stood(placed, replace(lens, rotation=rotation, translation_mm=translation))


def turn_to_mat(side: SheetSide) -> Array:
    """Return the turn from right, up and forward to the mat's x, y and z."""
    turn = np.radians(UP_DEG[side] - 90)
    return np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])


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
