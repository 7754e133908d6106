"""Cracks: dark, tapered, following the grain, sometimes forked, sometimes with a lit lip."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.composite.scene import (
    Field,
    Painted,
    Scene,
    blend,
    log_uniform,
    point_on_item,
)
from training.synthesis.composite.stroke import coverage, wander


def paint_crack(scene: Scene, rng: np.random.Generator) -> Painted:
    """Open a crack along the grain (one in six in any direction)."""
    heading = scene.grain_rad + rng.normal(0, 0.08)
    if rng.random() < 0.17:
        heading = rng.uniform(0, np.pi)
    length = log_uniform(rng, 20, 0.9 * max(scene.shape))
    width = min(log_uniform(rng, 0.7, 8), length / 8)
    alpha = _fissure(scene, rng, point_on_item(scene, rng), heading, length, width)
    depth = float(rng.uniform(0.4, 0.95))
    local = cv2.blur(scene.pixels, (15, 15))
    shadow = local * np.float32(1 - depth) * rng.uniform(0.8, 1.1, 3).astype(np.float32)
    pixels = blend(scene.pixels, shadow, alpha)
    if width > 1.5 and rng.random() < 0.4:  # the lip that faces the light
        side = heading + np.pi / 2 * rng.choice([-1, 1])
        right, down = np.cos(side) * width * 0.8, np.sin(side) * width * 0.8
        move = np.array([[1, 0, right], [0, 1, down]], np.float32)
        lip = cv2.warpAffine(alpha, move, alpha.shape[::-1]) * (1 - alpha)
        pixels = pixels * (1 + np.float32(rng.uniform(0.1, 0.35)) * lip[..., None])
    pixels = np.where(scene.item[..., None], pixels, scene.pixels)
    visible = (alpha >= min(0.5, 0.6 * float(alpha.max(initial=0)))) & (alpha > 0) & scene.item
    return Painted(Scene(pixels.astype(np.float32), scene.item, scene.grain_rad), visible)


def _fissure(
    scene: Scene,
    rng: np.random.Generator,
    start: tuple[float, float],
    heading: float,
    length: float,
    width: float,
) -> Field:
    begin = (start[0] - np.cos(heading) * length / 2, start[1] - np.sin(heading) * length / 2)
    points = wander(rng, begin, heading, length, rng.uniform(0.03, 0.25))
    along = np.linspace(0, 1, len(points))
    taper = np.minimum(1, 0.25 + np.sin(np.pi * along) ** rng.uniform(0.3, 1.2))
    wobble = np.clip(1 + 0.3 * rng.standard_normal(len(points)), 0.3, 1.8)
    alpha = coverage(scene.shape, points, width * taper * wobble)
    for _ in range(int(rng.integers(1, 4)) if rng.random() < 0.3 else 0):
        fork = points[int(rng.integers(len(points)))]
        turn = heading + rng.choice([-1, 1]) * rng.uniform(0.15, 0.7) + rng.choice([0, np.pi])
        branch = wander(rng, (fork[0], fork[1]), turn, length * rng.uniform(0.15, 0.5), 0.15)
        thin = np.linspace(0.7, 0.2, len(branch)) * width
        alpha = np.maximum(alpha, coverage(scene.shape, branch, thin))
    return alpha
