"""Roughness: grain torn out by a dull tool, raised fibres, splinters that stand off."""

from __future__ import annotations

import numpy as np

from training.synthesis.composite.noise import blob, edge, normal_light, streak_noise
from training.synthesis.composite.scene import (
    Field,
    Mask,
    Painted,
    Pixels,
    Scene,
    blend,
    log_uniform,
    point_on_item,
)
from training.synthesis.composite.stroke import coverage, wander


def paint_roughness(scene: Scene, rng: np.random.Generator) -> Painted:
    """Tear a patch of the grain, or lift a few splinters."""
    pixels, mask = _torn(scene, rng) if rng.random() < 0.65 else _splinters(scene, rng)
    pixels = np.where(scene.item[..., None], np.clip(pixels, 0, 1), scene.pixels)
    return Painted(Scene(pixels.astype(np.float32), scene.item, scene.grain_rad), mask & scene.item)


def _torn(scene: Scene, rng: np.random.Generator) -> tuple[Pixels, Mask]:
    """A patch of short pits along the grain, paler than the finished surface around it."""
    radius = log_uniform(rng, 10, 0.3 * max(scene.shape))
    radii = (radius * rng.uniform(1, 3), radius * rng.uniform(0.5, 1))
    inside = blob(rng, scene.shape, point_on_item(scene, rng), radii, scene.grain_rad, 0.35)
    alpha = edge(inside, log_uniform(rng, 2, 10))
    fibre = streak_noise(
        rng, scene.shape, log_uniform(rng, 5, 25), log_uniform(rng, 1.2, 4), scene.grain_rad
    )
    pits = np.clip(fibre - np.float32(rng.uniform(-0.2, 0.6)), 0, 2).astype(np.float32)
    across = scene.grain_rad + np.pi / 2 * rng.choice([-1, 1]) + rng.normal(0, 0.4)
    light = normal_light(-pits * np.float32(rng.uniform(1, 3)), float(across))
    raw = scene.pixels + (np.float32(rng.uniform(0.7, 1.0)) - scene.pixels) * np.float32(
        rng.uniform(0, 0.3)
    )
    tone = 1 - np.float32(rng.uniform(0.15, 0.55)) * np.clip(pits, 0, 1)
    rough = raw * (tone * (1 + np.float32(rng.uniform(0.4, 1.0)) * light))[..., None]
    return blend(scene.pixels, np.asarray(rough, np.float32), alpha), alpha > 0.4


def _splinters(scene: Scene, rng: np.random.Generator) -> tuple[Pixels, Mask]:
    """Slivers that stand off the surface: pale, pointed, with a shadow beside them."""
    pixels, mask = scene.pixels, np.zeros(scene.shape, bool)
    x, y = point_on_item(scene, rng)
    pale = np.array([0.95, 0.86, 0.68], np.float32)
    for _ in range(int(rng.integers(1, 5))):
        length = log_uniform(rng, 12, 90)
        width = min(log_uniform(rng, 1.2, 7), length / 5)
        heading = scene.grain_rad + rng.normal(0, 0.2) + rng.choice([0, np.pi])
        start = (x + rng.normal(0, 15), y + rng.normal(0, 15))
        points = wander(rng, start, heading, length, 0.04)
        sliver = coverage(scene.shape, points, np.linspace(1, 0.1, len(points)) * width)
        fallen = _moved(sliver, rng, width)
        pixels = pixels * (1 - np.float32(rng.uniform(0.3, 0.8)) * fallen[..., None])
        shown = scene.pixels + (pale - scene.pixels) * np.float32(rng.uniform(0.2, 0.7))
        pixels = blend(pixels, shown, sliver)
        mask |= (sliver >= 0.4) | (fallen >= 0.6)
    return pixels, mask


def _moved(sliver: Field, rng: np.random.Generator, width: float) -> Field:
    """The sliver's shadow, moved to one side."""
    reach = max(1.0, width * rng.uniform(0.5, 1.2))
    turn = rng.uniform(0, 2 * np.pi)
    shift = (round(reach * np.sin(turn)), round(reach * np.cos(turn)))
    padded = np.pad(sliver, int(reach) + 2)
    rolled = np.roll(padded, shift, (0, 1))[
        int(reach) + 2 : -int(reach) - 2, int(reach) + 2 : -int(reach) - 2
    ]
    return np.asarray(rolled * (1 - sliver), np.float32)
