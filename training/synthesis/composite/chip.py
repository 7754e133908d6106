"""Chips: material missing at the item's edge, with a raw, fibrous break."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.composite.noise import blob, edge, normal_light, streak_noise
from training.synthesis.composite.scene import Mask, Painted, Scene, blend, log_uniform


def paint_chip(scene: Scene, rng: np.random.Generator) -> Painted:
    """Break a piece out of the outline. Without an outline in the patch nothing changes.

    Part of the chip lies outside the item afterwards: the mask covers the missing material and
    the broken surface beside it.
    """
    rim = scene.item & ~cv2.erode(scene.item.view(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    rim[[0, -1]] = rim[:, [0, -1]] = False
    rows, columns = np.nonzero(rim)
    if len(rows) == 0:
        return Painted(scene, np.zeros(scene.shape, bool))
    at = int(rng.integers(len(rows)))
    centre = (float(columns[at]), float(rows[at]))
    radius = log_uniform(rng, 4, 40)
    radii = (radius * rng.uniform(1, 2.2), radius * rng.uniform(0.5, 1))
    inside = blob(
        rng, scene.shape, centre, radii, scene.grain_rad, raggedness=rng.uniform(0.1, 0.35)
    )
    broken = edge(inside, 1.5)
    missing = inside > radius * rng.uniform(0.1, 0.9)
    item: Mask = scene.item & ~missing
    fibres = 1 + 0.12 * streak_noise(rng, scene.shape, 25, 1.5, scene.grain_rad)
    light = normal_light(-broken * np.float32(3), float(rng.uniform(0, 2 * np.pi)))
    tone = np.float32(rng.uniform(0.55, 1.45))
    raw = np.clip(scene.pixels * tone * fibres[..., None] * (1 + light[..., None]), 0, 1)
    pixels = blend(scene.pixels, raw.astype(np.float32), broken)
    pixels = np.where(scene.item[..., None], pixels, scene.pixels)
    mask = (inside > 0) & scene.item
    return Painted(Scene(pixels.astype(np.float32), item, scene.grain_rad), mask)
