"""Holes: worm holes, nail holes, drilled and torn ones, with a bright or a dark rim."""

from __future__ import annotations

import numpy as np

from training.synthesis.composite.noise import blob, edge, fractal_noise
from training.synthesis.composite.scene import Painted, Scene, blend, log_uniform, point_on_item


def paint_hole(scene: Scene, rng: np.random.Generator) -> Painted:
    """Make one hole, or a few small ones close together."""
    x, y = point_on_item(scene, rng)
    radius = log_uniform(rng, 1.6, 42)
    count = int(rng.integers(2, 6)) if radius < 5 and rng.random() < 0.4 else 1
    pixels, mask = scene.pixels, np.zeros(scene.shape, bool)
    light_rad = rng.uniform(0, 2 * np.pi)
    tone = np.float32(rng.uniform(0.02, 0.35))
    tint = rng.uniform(0.7, 1.2, 3).astype(np.float32)
    rim = rng.choice(["none", "bright", "dark", "torn"])
    grid_y, grid_x = np.mgrid[: scene.shape[0], : scene.shape[1]].astype(np.float32)
    for _ in range(count):
        spread = 10 * radius if count > 1 else 0
        centre = (x + rng.normal(0, 1) * spread, y + rng.normal(0, 1) * spread)
        radii = (radius * rng.uniform(1, 1.5), radius * rng.uniform(0.7, 1))
        inside = blob(
            rng, scene.shape, centre, radii, rng.uniform(0, np.pi), rng.choice([0, 0.06, 0.2])
        )
        if rim != "none":
            wide = max(1.0, radius * rng.uniform(0.1, 0.5))
            ragged = 0.4 * wide * fractal_noise(rng, scene.shape, wide + 2) if rim == "torn" else 0
            ring = edge(inside + wide + ragged, 1.5) * 0.7
            target = (
                np.array([0.9, 0.82, 0.68], np.float32) if rim != "dark" else scene.pixels * 0.35
            )
            pixels = blend(pixels, np.asarray(target, np.float32), ring * rng.uniform(0.3, 0.9))
        toward = (grid_x - centre[0]) * np.cos(light_rad) + (grid_y - centre[1]) * np.sin(light_rad)
        wall = np.clip(0.5 + 0.5 * toward / radius, 0, 1)  # the far wall catches the light
        depth = (tone * (0.6 + 0.8 * wall))[..., None] * tint
        alpha = edge(inside, rng.uniform(0.8, 1 + 0.25 * radius))
        pixels = blend(pixels, np.minimum(depth, scene.pixels * 0.7).astype(np.float32), alpha)
        mask |= inside > (0 if rim == "none" else -0.3 * radius * (rim != "none"))
    mask &= scene.item
    pixels = np.where(scene.item[..., None], pixels, scene.pixels)
    return Painted(Scene(pixels.astype(np.float32), scene.item, scene.grain_rad), mask)
