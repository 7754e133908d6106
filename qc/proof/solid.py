"""Solids as stacks of rings: closed curves in space, from the foot to the crest and back down.

A ring need not be level: a spoon's rises with its handle. `outer` rings go up from the foot to the
crest; seen from above, each is filled. `inner` rings go down from the crest into a hollow; seen
from above, each is an opening. With `through` the hollow has no floor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

RING_POINTS = 1440
"""A circle of 1000 pixels across, drawn with so many sides, loses 0.001 px."""


class Rings(NamedTuple):
    """`points` and outward unit `normals` of the surface, both `(K, N, 3)`."""

    points: Array
    normals: Array


@dataclass(frozen=True, slots=True)
class Solid:
    """One piece of an item, in the mat frame."""

    outer: Rings
    inner: Rings | None = None
    through: bool = False

    def placed(self, x_mm: float, y_mm: float, angle_deg: float) -> Solid:
        """Return the solid turned about its own origin, then moved on the mat."""
        c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
        turn = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])

        def place(rings: Rings) -> Rings:
            return Rings(rings.points @ turn + [x_mm, y_mm, 0.0], rings.normals @ turn)

        inner = place(self.inner) if self.inner else None
        return replace(self, outer=place(self.outer), inner=inner)


class Curve(NamedTuple):
    """A closed plan curve, counter-clockwise: points and outward unit normals, `(N, 2)`."""

    points: Array
    normals: Array


class Profile(NamedTuple):
    """A wall in section, `(K,)` each: offset outwards from the plan curve, height, and normal."""

    offset: Array
    height: Array
    normal_out: Array
    normal_up: Array


def ellipse(semi_x_mm: float, semi_y_mm: float) -> Curve:
    """An ellipse about the origin."""
    angle = np.linspace(0, 2 * np.pi, RING_POINTS, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    normals = np.column_stack([semi_y_mm * c, semi_x_mm * s])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Curve(np.column_stack([semi_x_mm * c, semi_y_mm * s]), normals)


def rounded_box(length_mm: float, width_mm: float, corner_mm: float) -> Curve:
    """A rectangle with rounded corners about the origin, its length along x."""
    half = np.array([length_mm, width_mm]) / 2 - corner_mm
    angle = np.linspace(0, 2 * np.pi, RING_POINTS, endpoint=False)
    normals = np.column_stack([np.cos(angle), np.sin(angle)])
    # All points stand on the four arcs; the straight sides are single edges.
    centres = np.where(normals >= 0, half, -half)
    return Curve(centres + corner_mm * normals, normals)


def free_curve(points: Array) -> Curve:
    """A smooth curve through dense points, spaced evenly, with normals from its tangent."""
    closed = np.vstack([points, points[:1]])
    travelled = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0, travelled[-1], RING_POINTS, endpoint=False)
    even = np.column_stack([np.interp(at, travelled, closed[:, k]) for k in (0, 1)])
    tangent = np.roll(even, -1, axis=0) - np.roll(even, 1, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    return Curve(even, np.column_stack([tangent[:, 1], -tangent[:, 0]]))


def sweep(curve: Curve, profile: Profile, lift_mm: Array | None = None) -> Rings:
    """Sweep a profile along a curve; `lift_mm` `(N,)` raises it along the way."""
    count = (len(profile.offset), len(curve.points))
    points, normals = np.empty((*count, 3)), np.empty((*count, 3))
    points[..., :2] = curve.points + profile.offset[:, None, None] * curve.normals
    points[..., 2] = profile.height[:, None] + (0.0 if lift_mm is None else lift_mm)
    normals[..., :2] = profile.normal_out[:, None, None] * curve.normals
    normals[..., 2] = profile.normal_up[:, None]
    return Rings(points, normals)


def arc(
    centre: tuple[float, float], radius_mm: float, from_deg: float, to_deg: float, count: int
) -> Profile:
    """An arc of a section; angles from outwards (0°) to upwards (90°)."""
    angle = np.radians(np.linspace(from_deg, to_deg, count))
    c, s = np.cos(angle), np.sin(angle)
    return Profile(centre[0] + radius_mm * c, centre[1] + radius_mm * s, c, s)


def smooth(offset: Array, height: Array) -> Profile:
    """A wall through given points; its normals lie to the right of the way along it."""
    run, rise = np.gradient(offset), np.gradient(height)
    length = np.hypot(run, rise)
    return Profile(offset, height, rise / length, -run / length)


def joined(*profiles: Profile) -> Profile:
    """Profiles one after the other."""
    return Profile(*(np.concatenate(part) for part in zip(*profiles, strict=True)))
