"""The shapes of the items, exact by construction, in millimetres.

Item frame: origin on the mat under the item's middle, x across, y along, z up. Every item is
widest at one height, so that the outline in a photo belongs to one plane: sides lean inwards
below it by more than the camera ever tilts.

Only NumPy is used here, so the shapes can be tested without Blender.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Mesh:
    """A closed surface: vertices of shape `(N, 3)` in millimetres and faces, seen from outside."""

    vertices: Array
    faces: list[tuple[int, ...]]


def loft(loops: Array) -> Mesh:
    """Join closed loops of points, shape `(L, N, 3)`, and close both ends with a flat face."""
    count, points = loops.shape[:2]
    index = np.arange(count * points).reshape(count, points)
    nxt = np.roll(index, -1, axis=1)
    quads = np.stack([index[:-1], nxt[:-1], nxt[1:], index[1:]], axis=-1).reshape(-1, 4)
    faces = [tuple(map(int, quad)) for quad in quads]
    faces += [tuple(map(int, index[0][::-1])), tuple(map(int, index[-1]))]
    mesh = Mesh(loops.reshape(-1, 3), faces)
    if signed_volume_mm3(mesh) < 0:
        return Mesh(mesh.vertices, [face[::-1] for face in faces])
    return mesh


def signed_volume_mm3(mesh: Mesh) -> float:
    """Volume by the divergence theorem; negative if the faces look inwards."""
    volume = 0.0
    for size in {len(face) for face in mesh.faces}:
        fans = mesh.vertices[np.array([face for face in mesh.faces if len(face) == size])]
        volume += float((np.cross(fans[:, 1:-1], fans[:, 2:]) * fans[:, :1]).sum())
    return volume / 6


def turned(profile: Array, segments: int = 512) -> Mesh:
    """Turn a profile of `(radius_mm, z_mm)` points about z, as a lathe does."""
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    radius, z = profile[:, :1], profile[:, 1:]
    return loft(
        np.stack(
            [
                radius * np.cos(angle),
                radius * np.sin(angle),
                np.broadcast_to(z, (len(z), segments)),
            ],
            axis=-1,
        )
    )


def _flare(foot_mm: float, rim_mm: float, low_mm: float, high_mm: float, count: int) -> Array:
    """Profile of a side that still leans outwards where it ends, so that the rim hides it."""
    t = np.linspace(0, 1.25, count)
    rise = (1 - np.cos(t)) / (1 - np.cos(t[-1]))
    spread = (np.sin(t) / np.sin(t[-1])) ** 0.9
    return np.stack([foot_mm + (rim_mm - foot_mm) * spread, low_mm + (high_mm - low_mm) * rise], 1)


def bowl(diameter_mm: float, height_mm: float) -> Mesh:
    """A turned bowl whose sharp outer rim, at full height, is its widest part."""
    radius, wall, foot = diameter_mm / 2, 5.0, 0.42 * diameter_mm / 2
    outside = _flare(foot + 3, radius, 4, height_mm, 40)
    s = np.linspace(0, np.pi / 2, 48)[::-1]
    inside = np.stack(
        [
            0.4 + (radius - wall - 0.4) * np.sin(s) ** 0.85,
            height_mm - 0.8 - (height_mm - 9) * np.cos(s),
        ],
        axis=1,
    )
    below = [(0.4, 1.5), (foot - 6, 1.5), (foot - 5, 0), (foot, 0), (foot + 1.5, 3.2)]
    rim = [
        (radius - 1.2, height_mm),
        (radius - wall + 1.2, height_mm),
        (radius - wall + 0.4, height_mm - 0.3),
    ]
    return turned(np.concatenate([np.array(below), outside, np.array(rim), inside]))


def seat(diameter_mm: float, height_mm: float) -> Mesh:
    """A stool's round seat: flat top with a small chamfer, underside drawn in."""
    radius = diameter_mm / 2
    side = _flare(radius - 10, radius, 1, height_mm - 0.4, 20)
    below, above = [(0.5, 0), (radius - 12, 0)], [(radius - 0.4, height_mm), (0.5, height_mm)]
    return turned(np.concatenate([np.array(below), side, np.array(above)]))


def _rounded_rectangle(width_mm: float, length_mm: float, radius_mm: float, z_mm: float) -> Array:
    angle = np.linspace(0, np.pi / 2, 24)
    corners = []
    for quarter, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        turn = angle + quarter * np.pi / 2
        x = sx * (width_mm / 2 - radius_mm) + radius_mm * np.cos(turn)
        y = sy * (length_mm / 2 - radius_mm) + radius_mm * np.sin(turn)
        corners.append(np.stack([x, y, np.full_like(x, z_mm)], axis=1))
    return np.concatenate(corners)


def tray(length_mm: float, width_mm: float, height_mm: float) -> Mesh:
    """A tray with leaning walls; its outer top edge is the widest part."""
    # (inset from the outline, height) from the underside over the rim to the floor
    section = [
        (10.0, 0.0), (8.0, 1.0), (1.0, height_mm - 3), (0.0, height_mm - 0.2),
        (0.6, height_mm), (7.4, height_mm), (8.2, height_mm - 0.6),
        (15.0, 10.5), (17.0, 8.8), (20.0, 8.0),
    ]  # fmt: skip
    return loft(
        np.stack(
            [
                _rounded_rectangle(
                    width_mm - 2 * inset, length_mm - 2 * inset, max(15 - 0.6 * inset, 3), z
                )
                for inset, z in section
            ]
        )
    )


def _stations(length_mm: float, count: int) -> Array:
    """Positions along an item, denser towards its rounded ends."""
    return length_mm * (1 - np.cos(np.linspace(0, np.pi, count))) / 2


def _smooth(t: Array) -> Array:
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)


def _rounded_end(distance_mm: Array, radius_mm: float, power: float) -> Array:
    """Factor that closes a width to zero over the last `radius_mm` before an end."""
    t = np.clip(1 - distance_mm / radius_mm, 0, 1)
    return (1 - t**power) ** (1 / power)


def spoon(length_mm: float, width_mm: float, height_mm: float = 8.0) -> Mesh:
    """A carved spoon from a flat blank; its outline lies at `height_mm` all around."""
    s = _stations(length_mm, 320)
    head_mm = 0.36 * length_mm
    centre = head_mm / 2
    head = np.clip(1 - np.abs((s - centre) / centre) ** 2.3, 0, 1) ** (1 / 2.3)
    grip = 0.27 + 0.19 * _smooth((s - 0.45 * length_mm) / (0.5 * length_mm))
    grip *= _smooth((s - centre) / centre) * _rounded_end(length_mm - s, 9, 2.4)
    half = (head**4 + grip**4) ** 0.25
    half = half * (width_mm / 2) / half.max()
    half = np.maximum(half, 0.05)

    t = np.linspace(-1, 1, 61)
    x_top = half[:, None] * t
    y = np.broadcast_to((s - length_mm / 2)[:, None], x_top.shape)
    reach = ((s[:, None] - centre) / (centre - 4.5)) ** 2 + (x_top / (width_mm / 2 - 3)) ** 2
    hollow = (height_mm - 2.6) * np.clip(1 - reach, 0, 1) ** 1.3
    crown = 0.9 * _smooth((s[:, None] - head_mm) / 25) * (1 - t**2) * half[:, None] / half.max() * 2
    top = np.stack([x_top, y, height_mm - hollow + crown], axis=-1)

    a = np.linspace(0, np.pi, 41)[1:-1]
    x_under = half[:, None] * np.sign(np.cos(a)) * np.cos(a) ** 2
    lift = 1.5 * _smooth((s[:, None] - head_mm) / 60)
    # The sides lean straight in from the edge.
    # The ends are as thin as they are narrow, or the underside would show beyond the outline.
    depth = (height_mm - lift) * np.minimum(1, half[:, None] / 5)
    z_under = height_mm - depth * np.sin(a) ** 2
    y_under = np.broadcast_to((s - length_mm / 2)[:, None], x_under.shape)
    under = np.stack([x_under, y_under, z_under], axis=-1)
    return loft(np.concatenate([top, under], axis=1))


def chopstick(length_mm: float, thickness_mm: float) -> Mesh:
    """One chopstick, of rounded square section, thinner towards its tip at negative y."""
    s = _stations(length_mm, 160)
    tip = 0.64
    share = tip + (1 - tip) * s / (length_mm - 4)
    half = thickness_mm / 2 * np.minimum(share, 1)
    ends = np.maximum(_rounded_end(s, 3, 2.2) * _rounded_end(length_mm - s, 3, 2.2), 0.02)
    a = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    x = np.sign(np.cos(a)) * np.abs(np.cos(a)) ** (2 / 2.3)
    z = np.sign(np.sin(a)) * np.abs(np.sin(a)) ** (2 / 2.3)
    size = (half * ends)[:, None]
    return loft(
        np.stack(
            [
                size * x,
                np.broadcast_to((s - length_mm / 2)[:, None], (len(s), len(a))),
                half[:, None] + size * z,
            ],
            axis=-1,
        )
    )


ITEMS: Mapping[str, Callable[..., Mesh]] = {
    "bowl": bowl,
    "chopstick": chopstick,
    "seat": seat,
    "spoon": spoon,
    "tray": tray,
}
