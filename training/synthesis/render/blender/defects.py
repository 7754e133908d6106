"""Defects: cutters for those that remove wood, surface changes for the others.

Positions are in the item frame; `angle_deg` turns a defect's long axis from +y towards -x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .items import Array, Mesh, loft

CUT = frozenset({"crack", "hole", "chip"})
"""Types that are cut into the mesh; the others change colour and relief only."""

SurfaceHeight = Callable[[float, float], float]
"""Height of the item's surface above the mat at (x, y), in millimetres."""


def cutter(defect: dict[str, Any], surface_mm: SurfaceHeight) -> Mesh:
    """Return the closed body to be cut away for a crack, hole or chip."""
    rng = np.random.default_rng(defect["seed"])
    if defect["type"] == "chip":
        return _chip(defect, surface_mm, rng)
    outline = _crack(defect, rng) if defect["type"] == "crack" else _hole(defect)
    angle = np.deg2rad(defect["angle_deg"])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    outline = outline @ turn.T
    centre = np.array([defect["x_mm"], defect["y_mm"]])
    # Narrower below than above, as a split is; the bottom follows the surface.
    loops = []
    for share, depth in ((0.55, defect["depth_mm"]), (0.85, 0.4 * defect["depth_mm"]), (1.0, 0.0)):
        ring = centre + outline * (share if defect["type"] == "crack" else 1.0)
        loops.append([(x, y, surface_mm(x, y) - depth) for x, y in ring])
    lid = [(x, y, z + 15.0) for x, y, z in loops[-1]]
    return loft(np.array([*loops, lid]))


def _crack(defect: dict[str, Any], rng: np.random.Generator) -> Array:
    """A jagged lens: open in the middle, closed at both ends."""
    count = 40
    t = np.linspace(-1, 1, count)
    drift = np.cumsum(rng.normal(0, 0.16, count))
    drift = (drift - np.linspace(drift[0], drift[-1], count)) * defect["width_mm"] * 0.5
    half = defect["width_mm"] / 2 * np.clip(1 - np.abs(t) ** 2.5, 0, 1) ** 0.7
    half = half * (1 + rng.uniform(-0.15, 0, count)) + 0.02
    y = t * defect["length_mm"] / 2
    right = np.stack([drift + half, y], axis=1)
    left = np.stack([drift - half, y], axis=1)[::-1]
    return np.concatenate([right, left])


def _hole(defect: dict[str, Any]) -> Array:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    across, along = defect["width_mm"] / 2, defect["length_mm"] / 2
    return np.stack([across * np.cos(angle), along * np.sin(angle)], axis=1)


def _chip(defect: dict[str, Any], surface_mm: SurfaceHeight, rng: np.random.Generator) -> Mesh:
    """A rough ellipsoid that bites into an edge."""
    rings, points = 22, 36
    polar = np.linspace(0.05, np.pi - 0.05, rings)[:, None]
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)[None, :]
    rough = np.ones((rings, points))
    for _ in range(14):
        axis = rng.normal(size=3)
        direction = (
            np.sin(polar) * np.cos(turn) * axis[0]
            + np.sin(polar) * np.sin(turn) * axis[1]
            + np.cos(polar) * axis[2]
        )
        rough += 0.035 * np.sin(3.2 * direction + rng.uniform(0, 6))
    x = defect["width_mm"] / 2 * rough * np.sin(polar) * np.cos(turn)
    y = defect["length_mm"] / 2 * rough * np.sin(polar) * np.sin(turn)
    z = defect["depth_mm"] * rough * np.cos(polar) * np.ones_like(turn)
    angle = np.deg2rad(defect["angle_deg"])
    x, y = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    top = surface_mm(defect["x_mm"], defect["y_mm"])
    return loft(np.stack([x + defect["x_mm"], y + defect["y_mm"], z + top], axis=-1))
