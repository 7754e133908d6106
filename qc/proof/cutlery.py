"""Spoons and chopsticks: slender solids that lie along x. See `qc.proof.items`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qc.proof.items import ARC_RINGS, WALL_RINGS, Item, Truth
from qc.proof.solid import RING_POINTS, Rings, Solid, arc, ellipse, free_curve, sweep

Array = npt.NDArray[np.float64]

_HALF_RING = RING_POINTS // 2


def spoon(
    length_mm: float,
    width_mm: float,
    thickness_mm: float,
    handle_mm: float,
    rise_mm: float,
    bowl_share: float,
) -> Item:
    """A spoon along x, its bowl at the left, its handle rising to `rise_mm` at the right end."""
    a, b, r = bowl_share * length_mm / 2, width_mm / 2, thickness_mm / 2
    left = -length_mm / 2
    # Cosine spacing puts points where the ends turn.
    x = left + length_mm * (1 - np.cos(np.linspace(0, np.pi, 4001))) / 2
    bowl = b * np.sqrt(np.clip(1 - ((x - left - a) / a) ** 2, 0, None))
    end = handle_mm / 2
    grip = end * np.sqrt(np.clip(1 - (np.clip(x - (-left - end), 0, None) / end) ** 2, 0, 1))
    grip *= np.clip((x - left - a) / a, 0, 1) ** 2 * (3 - 2 * np.clip((x - left - a) / a, 0, 1))
    half = (bowl**6 + grip**6) ** (1 / 6)
    curve = free_curve(np.column_stack([np.r_[x, x[-2:0:-1]], np.r_[-half, half[-2:0:-1]]]))

    def lift(at: Array) -> Array:
        return np.asarray(rise_mm * np.clip((at - left - a) / (length_mm - a), 0, 1) ** 2)

    outer = sweep(curve, arc((-r, r), r, -85, 90, 2 * ARC_RINGS), lift(curve.points[:, 0]))
    dish_a, dish_b = 0.86 * a, 0.82 * b
    shrink = np.cos(np.linspace(0, np.pi / 2, WALL_RINGS))[:, None]
    plan = ellipse(dish_a, dish_b)
    rings, normals = np.empty((2, WALL_RINGS, len(plan.points), 3))
    rings[..., :2] = shrink[..., None] * plan.points + [left + a, 0.0]
    rings[..., 2] = 2 * r - 0.7 * r * np.sqrt(1 - shrink**2)
    normals[..., :2] = -0.5 * shrink[..., None] * plan.normals
    normals[..., 2] = np.sqrt(1 - 0.25 * shrink**2)
    ends = float(lift(np.array([length_mm / 2]))[0])
    return Item(
        Solid(outer, Rings(rings, normals)),
        (
            Truth("length", "length", length_mm, r + ends / 2, "round", r, ends),
            Truth("width", "width", float(2 * half.max()), r, "round", r),
        ),
    )


def chopstick(length_mm: float, thick_mm: float, tip_mm: float, end_mm: float) -> Item:
    """A round, tapering stick along x, lying on the mat, its ends rounded over `end_mm`."""
    x = length_mm * -np.cos(np.linspace(0, np.pi, _HALF_RING + 1)) / 2
    share = x / length_mm + 0.5
    body = (thick_mm + (tip_mm - thick_mm) * share) / 2
    from_end = np.minimum((length_mm / 2 - np.abs(x)) / end_mm, 1)
    radius = body * np.sqrt(np.clip(1 - (1 - from_end) ** 2, 0, None))
    slope = np.gradient(radius, x)
    around = np.r_[np.arange(_HALF_RING + 1), np.arange(_HALF_RING - 1, 0, -1)]
    side = np.r_[-np.ones(_HALF_RING), 1.0, np.ones(_HALF_RING - 1)]
    side[[0, _HALF_RING]] = 0.0
    lean = 1 / np.sqrt(1 + slope[around] ** 2)
    angle = np.radians(np.linspace(-88, 88, 45))[:, None]
    points, normals = np.empty((2, len(angle), len(around), 3))
    points[..., 0] = x[around]
    points[..., 1] = side * radius[around] * np.cos(angle)
    points[..., 2] = body[around] + radius[around] * np.sin(angle)
    normals[..., 0] = -slope[around] * lean
    normals[..., 1] = side * np.cos(angle) * lean
    normals[..., 2] = np.sin(angle) * lean
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    middle, spread = (thick_mm + tip_mm) / 4, (thick_mm - tip_mm) / 4
    half_mm = thick_mm / 2
    # Seen from the side an end is half an ellipse, `end_mm` across and as high as the stick.
    ends_mm = middle**2 / end_mm
    return Item(
        Solid(Rings(points, normals)),
        (
            Truth("length", "length", length_mm, middle, "round", ends_mm, -2 * spread),
            Truth("thickness", "width", 2 * float(radius.max()), half_mm, "round", half_mm),
        ),
    )
