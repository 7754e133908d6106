"""Scratches and gouges: any direction, bright or dark, splintered where they cross the grain."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.composite.noise import normal_light, streak_noise
from training.synthesis.composite.scene import (
    Field,
    Painted,
    Pixels,
    Scene,
    blend,
    log_uniform,
    point_on_item,
)
from training.synthesis.composite.stroke import coverage, wander


def paint_scratch(scene: Scene, rng: np.random.Generator) -> Painted:
    """Draw one scratch, or several nearly parallel ones, from glaring to hardly visible."""
    heading = rng.uniform(0, np.pi)
    length = log_uniform(rng, 30, 1.2 * max(scene.shape))
    width = min(log_uniform(rng, 0.8, 14), length / 6)
    core = _strokes(scene, rng, heading, length, width)
    alpha = core.copy()
    if rng.random() < 0.5:  # fibres tear along the grain
        torn = streak_noise(rng, scene.shape, 4 + 3 * width, 1.5, scene.grain_rad)
        alpha = alpha * np.clip(1 + 0.5 * torn, 0.15, 1)
    if rng.random() < 0.4:  # whatever scratched has bounced
        pressed = streak_noise(rng, scene.shape, length / 3, 3 + width, heading)
        alpha = alpha * np.clip(1 + 0.6 * pressed, 0.2, 1)
    if rng.random() < 0.5:  # rubbed over, or under a coat: no sharp walls
        blur_px = 0.5 + width * float(rng.uniform(0.1, 0.4))
        alpha = cv2.GaussianBlur(alpha, (0, 0), blur_px).astype(np.float32)
    strength = log_uniform(rng, 0.07, 0.85)
    pixels = blend(scene.pixels, _bared(scene.pixels, rng, strength), alpha.astype(np.float32))
    if width > 2.5 and rng.random() < 0.6:  # a groove has a lit and a shaded wall
        light = normal_light(-core * np.float32(width), float(rng.uniform(0, 2 * np.pi)))
        depth = np.float32(rng.uniform(0.3, 0.9) * min(1.0, 3 * strength))
        pixels = pixels * (1 + depth * light[..., None])
    pixels = np.where(scene.item[..., None], np.clip(pixels, 0, 1), scene.pixels)
    visible = (core >= min(0.5, 0.6 * float(core.max(initial=0)))) & (core > 0) & scene.item
    return Painted(Scene(pixels.astype(np.float32), scene.item, scene.grain_rad), visible)


def _strokes(
    scene: Scene, rng: np.random.Generator, heading: float, length: float, width: float
) -> Field:
    """Cover the strokes of one scratch, of a claw's few or of a scuff's many."""
    x, y = point_on_item(scene, rng)
    alpha = np.zeros(scene.shape, np.float32)
    count, apart, turn = 1, 0.0, 0.0
    if width < 5 and rng.random() < 0.4:
        count = int(rng.integers(2, 6))
        apart, turn = 3 + 2 * width, 0.06
        if rng.random() < 0.4:
            count, apart, turn = int(rng.integers(4, 10)), 10 + 4 * width, 0.12
    for _ in range(count):
        own = heading + rng.normal(0, turn)
        reach = length * (rng.uniform(0.4, 1) if count > 1 else 1)
        begin = (
            x - np.cos(own) * reach / 2 + rng.normal(0, apart),
            y - np.sin(own) * reach / 2 + rng.normal(0, apart),
        )
        points = wander(rng, begin, own, reach, rng.choice([0.0, 0.01, 0.05]), step_px=4)
        ends = np.minimum(
            1, 8 * np.minimum(*np.stack([a := np.linspace(0, 1, len(points)), 1 - a]))
        )
        wide = width * (0.3 + 0.7 * ends) * np.clip(rng.normal(1, 0.15, len(points)), 0.5, 1.5)
        alpha = np.maximum(alpha, coverage(scene.shape, points, wide))
    return np.asarray(alpha, np.float32)


def _bared(pixels: Pixels, rng: np.random.Generator, strength: float) -> Pixels:
    """The surface as a scratch leaves it: pale dust or bare wood, dull, or dark with dirt."""
    kind, tint = rng.random(), rng.normal(0, 0.04, 3)
    if kind < 0.4:
        pale = np.array([0.95, 0.9, 0.8]) + tint
        return np.asarray(pixels + (pale - pixels) * strength, np.float32)
    if kind < 0.65:
        return np.asarray(pixels * (1 + 1.2 * strength) * (1 + tint), np.float32)
    return np.asarray(pixels * (1 - strength) * (1 + tint), np.float32)
