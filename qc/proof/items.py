"""The product families: solids from a few parameters, with the exact truth of every dimension.

Truth is computed from the parameters, never from pixels. `height_mm` is the height of the widest
edge, where a calliper closes on the item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from qc.proof.solid import (
    Curve,
    Profile,
    Rings,
    Solid,
    arc,
    ellipse,
    joined,
    rounded_box,
    smooth,
    sweep,
)
from qc.spec.dimension import Edge

Array = npt.NDArray[np.float64]
Feature = Literal["length", "width", "diameter"]

WALL_RINGS = 24
ARC_RINGS = 18


class Truth(NamedTuple):
    """A true size, the height of the edge that has it, and how that edge looks from the side."""

    name: str
    feature: Feature
    value_mm: float
    height_mm: float
    edge: Edge
    edge_radius_mm: float
    rise_mm: float = 0.0
    """How much higher the narrow end lies than the wide one; `height_mm` is the middle."""
    overhang_deg: float | None = None
    """Of a straight side below a rim."""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece about the origin and its sizes; `reach_mm` is its half extent in x and y."""

    solid: Solid
    truths: tuple[Truth, ...]

    @property
    def reach_mm(self) -> tuple[float, float]:
        """Half of the extent in x and y."""
        span = np.ptp(self.solid.outer.points.reshape(-1, 3), axis=0)
        return float(span[0]) / 2, float(span[1]) / 2

    @property
    def top_mm(self) -> float:
        """Height of the highest point."""
        return float(self.solid.outer.points[..., 2].max())


def flared_bowl(
    diameter_mm: float, height_mm: float, foot_share: float, flare_deg: float, lip_mm: float
) -> Item:
    """A bowl that is widest at its rim; the wall meets the lip `flare_deg` off the vertical."""
    radius = diameter_mm / 2
    lip = (radius - lip_mm, height_mm - lip_mm)
    flare = np.radians(flare_deg)
    end = (lip[0] + lip_mm * np.cos(flare), lip[1] - lip_mm * np.sin(flare))
    foot = foot_share * radius
    # A quadratic Bézier curve from the foot to the lip, tangent to it
    bend = (max(foot, end[0] - np.tan(flare) * end[1]), 0.0)
    wall = _bezier((foot, 0.0), bend, end)
    outer = joined(smooth(*wall), arc(lip, lip_mm, -flare_deg, 90, ARC_RINGS))
    return Item(
        Solid(_turned(outer), _hollow(lip, lip_mm, foot, 0.12 * height_mm)),
        (Truth("diameter", "diameter", diameter_mm, lip[1], "rim", lip_mm),),
    )


def bulging_bowl(
    diameter_mm: float, height_mm: float, rim_share: float, belly_share: float, lip_mm: float
) -> Item:
    """A bowl that is widest below its rim, at `belly_share` of its height."""
    radius, belly = diameter_mm / 2, belly_share * height_mm
    lip = (rim_share * radius - lip_mm, height_mm - lip_mm)
    # Half ellipses above and below the belly, the upper one ending on the lip
    upper = (lip[1] - belly) / np.sqrt(1 - rim_share**2)
    foot = 0.5 * radius
    lower = belly / np.sqrt(1 - 0.5**2)
    height = np.concatenate(
        [
            belly - lower * np.sin(np.linspace(np.arcsin(belly / lower), 0, 40)),
            belly + upper * np.sin(np.linspace(0, np.arcsin((lip[1] - belly) / upper), 41))[1:],
        ]
    )
    semi = np.where(height < belly, lower, upper)
    bulge = float(upper**2) / radius  # radius of curvature just above the belly
    wall = smooth(radius * np.sqrt(1 - ((height - belly) / semi) ** 2), height)
    outer = joined(wall, arc(lip, lip_mm, 10, 90, ARC_RINGS))
    return Item(
        Solid(_turned(outer), _hollow(lip, lip_mm, foot, 0.12 * height_mm)),
        (Truth("diameter", "diameter", diameter_mm, belly, "round", bulge),),
    )


def tray(
    length_mm: float,
    width_mm: float,
    height_mm: float,
    corner_mm: float,
    flare_deg: float,
    lip_mm: float,
) -> Item:
    """A tray with rounded corners and a flared wall, widest at its rim."""
    curve = rounded_box(length_mm, width_mm, corner_mm)
    lip = (-lip_mm, height_mm - lip_mm)
    flare = np.radians(flare_deg)
    end = (lip[0] + lip_mm * np.cos(flare), lip[1] - lip_mm * np.sin(flare))
    z = np.linspace(0, end[1], WALL_RINGS)
    outer = joined(
        smooth(end[0] - (end[1] - z) * np.tan(flare), z),
        arc(lip, lip_mm, -flare_deg, 90, ARC_RINGS),
    )
    floor = min(6.0, 0.4 * height_mm)
    z = np.linspace(lip[1], floor, WALL_RINGS)
    inside = smooth(lip[0] - lip_mm - (lip[1] - z) * np.tan(flare), z)
    inner = joined(arc(lip, lip_mm, 95, 180, 8), inside, _level(inside.offset[-1] - 0.5, floor))
    return Item(
        Solid(sweep(curve, outer), sweep(curve, inner)),
        (
            Truth("length", "length", length_mm, lip[1], "rim", lip_mm, 0.0, flare_deg),
            Truth("width", "width", width_mm, lip[1], "rim", lip_mm, 0.0, flare_deg),
        ),
    )


def slab(
    curve: Curve, truths: tuple[Truth, ...], thickness_mm: float, round_mm: float, hole_mm: float
) -> Item:
    """A board or a stool's seat: straight sides, rounded edges, perhaps a hole through it."""
    outer = joined(
        arc((-round_mm, round_mm), round_mm, -80, 0, ARC_RINGS),
        arc((-round_mm, thickness_mm - round_mm), round_mm, 0, 90, ARC_RINGS),
    )
    inner = None
    if hole_mm:
        z = np.linspace(thickness_mm, 0, WALL_RINGS)
        wall = Profile(np.zeros_like(z), z, np.full_like(z, -1.0), np.zeros_like(z))
        inner = sweep(ellipse(hole_mm / 2, hole_mm / 2), wall)
    return Item(Solid(sweep(curve, outer), inner, through=inner is not None), truths)


def board(
    length_mm: float,
    width_mm: float,
    thickness_mm: float,
    corner_mm: float,
    round_mm: float,
    hole_mm: float = 0.0,
) -> Item:
    """A rectangular board."""
    edge = thickness_mm - round_mm
    truths = (
        Truth("length", "length", length_mm, edge, "wall", round_mm),
        Truth("width", "width", width_mm, edge, "wall", round_mm),
    )
    curve = rounded_box(length_mm, width_mm, corner_mm)
    return slab(curve, truths, thickness_mm, round_mm, hole_mm)


def seat(diameter_mm: float, thickness_mm: float, round_mm: float, hole_mm: float = 0.0) -> Item:
    """A round seat or coaster."""
    edge = thickness_mm - round_mm
    truths = (Truth("diameter", "diameter", diameter_mm, edge, "wall", round_mm),)
    return slab(ellipse(diameter_mm / 2, diameter_mm / 2), truths, thickness_mm, round_mm, hole_mm)


def _turned(profile: Profile) -> Rings:
    """A solid of revolution: offsets are radii."""
    circle = ellipse(1.0, 1.0)
    return sweep(Curve(np.zeros_like(circle.points), circle.normals), profile)


def _hollow(lip: tuple[float, float], lip_mm: float, foot_mm: float, floor_mm: float) -> Rings:
    """The inside of a bowl, from the crest of its lip down to a level floor."""
    edge = (lip[0] - lip_mm, lip[1])
    wall = _bezier(edge, (edge[0] * 0.98, floor_mm), (0.8 * foot_mm, floor_mm))
    return _turned(
        joined(
            arc(lip, lip_mm, 95, 180, 8),
            smooth(*wall),
            _level(0.75 * foot_mm, floor_mm),
        )
    )


def _level(offset: float, height: float) -> Profile:
    return Profile(*(np.array([value]) for value in (offset, height, 0.0, 1.0)))


def _bezier(
    start: tuple[float, float], bend: tuple[float, float], end: tuple[float, float]
) -> tuple[Array, Array]:
    t = np.linspace(0, 1, WALL_RINGS)
    x, z = ((1 - t) ** 2 * start[k] + 2 * t * (1 - t) * bend[k] + t**2 * end[k] for k in (0, 1))
    return x, z
