"""Scratches and gouges: any direction, bright or dark, splintered where they cross the grain."""

from __future__ import annotations

import numpy as np

from training.synthesis.composite.noise import normal_light, streak_noise
from training.synthesis.composite.scene import Painted, Scene, blend, log_uniform, point_on_item
from training.synthesis.composite.stroke import coverage, wander


def paint_scratch(scene: Scene, rng: np.random.Generator) -> Painted:
    """Draw one scratch, or several nearly parallel ones."""
    heading = rng.uniform(0, np.pi)
    length = log_uniform(rng, 30, 1.2 * max(scene.shape))
    width = min(log_uniform(rng, 0.8, 14), length / 6)
    x, y = point_on_item(scene, rng)
    alpha = np.zeros(scene.shape, np.float32)
    for _ in range(int(rng.integers(2, 6)) if width < 5 and rng.random() < 0.3 else 1):
        turn = heading + rng.normal(0, 0.06)
        begin = (
            x - np.cos(turn) * length / 2 + rng.normal(0, 3 + 2 * width),
            y - np.sin(turn) * length / 2 + rng.normal(0, 3 + 2 * width),
        )
        points = wander(rng, begin, turn, length, rng.choice([0.0, 0.01, 0.05]), step_px=4)
        ends = np.minimum(
            1, 8 * np.minimum(*np.stack([a := np.linspace(0, 1, len(points)), 1 - a]))
        )
        wide = width * (0.3 + 0.7 * ends) * np.clip(rng.normal(1, 0.15, len(points)), 0.5, 1.5)
        alpha = np.maximum(alpha, coverage(scene.shape, points, wide))
    core = alpha.copy()
    if rng.random() < 0.5:  # fibres tear along the grain
        torn = streak_noise(rng, scene.shape, 4 + 3 * width, 1.5, scene.grain_rad)
        alpha = alpha * np.clip(1 + 0.5 * torn, 0.15, 1)
    strength = float(rng.uniform(0.25, 0.85))
    tint = rng.normal(0, 0.04, 3)
    if rng.random() < 0.6:
        colour = scene.pixels + (np.array([0.95, 0.9, 0.8]) + tint - scene.pixels) * strength
    else:
        colour = scene.pixels * (1 - strength) * (1 + tint)
    pixels = blend(scene.pixels, colour.astype(np.float32), alpha)
    if width > 2.5 and rng.random() < 0.6:  # a groove has a lit and a shaded wall
        light = normal_light(-core * np.float32(width), float(rng.uniform(0, 2 * np.pi)))
        pixels = pixels * (1 + np.float32(rng.uniform(0.3, 0.9)) * light[..., None])
    pixels = np.where(scene.item[..., None], np.clip(pixels, 0, 1), scene.pixels)
    visible = (core >= min(0.5, 0.6 * float(core.max(initial=0)))) & (core > 0) & scene.item
    return Painted(Scene(pixels.astype(np.float32), scene.item, scene.grain_rad), visible)
