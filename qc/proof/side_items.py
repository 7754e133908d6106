"""Items that are drawn from the side: of which sizes, and what a spec says of their tops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, get_args

import numpy as np

from qc.proof import items
from qc.proof.items import Item, Truth
from qc.proof.ranges import Random
from qc.proof.solid import Curve, Solid, ellipse, smooth, sweep

SideFamily = Literal["bowl", "bulging bowl", "tray", "board", "box", "lid"]
SIDE_FAMILIES: tuple[SideFamily, ...] = get_args(SideFamily)


class Made(NamedTuple):
    """An item, and what a spec says of its top: crest depth behind the front, radius."""

    item: Item
    height_mm: float
    crest_depth_mm: float | None
    radius_mm: float


def make(rng: Random, family: SideFamily) -> Made:
    """Draw the sizes of an item."""
    return _MAKERS[family](rng)


def from_above(family: SideFamily, item: Item) -> tuple[Truth, ...]:
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
