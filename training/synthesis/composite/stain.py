"""Stains: foreign colour of any hue; soakings, rings, paint, mould spots."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.composite.noise import blob, edge, fractal_noise, streak_noise
from training.synthesis.composite.scene import (
    Field,
    Painted,
    Pixels,
    Scene,
    blend,
    log_uniform,
    point_on_item,
)


def paint_stain(scene: Scene, rng: np.random.Generator) -> Painted:
    """Discolour one place: a soft soaking, a sharp splash, a dried ring or a spray of spots."""
    radius = log_uniform(rng, 5, 0.45 * max(scene.shape))
    if rng.random() < 0.2:
        inside = _spots(scene, rng, radius)
        softness = 1.5
    else:
        radii = (radius * rng.uniform(1, 2.2), radius * rng.uniform(0.5, 1))
        angle = scene.grain_rad if rng.random() < 0.4 else rng.uniform(0, np.pi)
        inside = blob(
            rng, scene.shape, point_on_item(scene, rng), radii, angle, rng.uniform(0.05, 0.5)
        )
        softness = log_uniform(rng, 1, 2 + 0.6 * radius)
    if rng.random() < 0.3:  # colour runs along the fibres
        inside = inside + 0.15 * radius * streak_noise(rng, scene.shape, 12, 2, scene.grain_rad)
    alpha = edge(inside, softness)
    pixels = blend(scene.pixels, _soaked(scene.pixels, rng), alpha)
    if rng.random() < 0.25:  # a dried edge is darker than the inside
        ring = np.exp(-((inside / max(1.5, 0.06 * radius)) ** 2)).astype(np.float32)
        pixels = blend(pixels, pixels * np.float32(0.5), ring * np.float32(rng.uniform(0.3, 0.9)))
    pixels = np.where(scene.item[..., None], np.clip(pixels, 0, 1), scene.pixels)
    mask = (alpha > 0.4) & scene.item
    return Painted(Scene(pixels.astype(np.float32), scene.item, scene.grain_rad), mask)


def _soaked(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """The surface as the stain would leave it everywhere, clearly unlike the clean one."""
    kind = rng.choice(["dye", "wet", "paint", "bleach"], p=[0.5, 0.2, 0.2, 0.1])
    if kind == "wet":
        return np.asarray(pixels ** np.float32(rng.uniform(1.3, 2.2)), np.float32)
    if kind == "bleach":
        return np.asarray(pixels + (1 - pixels) * np.float32(rng.uniform(0.25, 0.6)), np.float32)
    hue, saturation, value = rng.uniform(0, 360), rng.uniform(0.1, 1), rng.uniform(0.05, 0.9)
    patch = cv2.cvtColor(np.array([[[hue, saturation, value]]], np.float32), cv2.COLOR_HSV2RGB)
    colour = np.asarray(patch[0, 0], np.float32)
    if kind == "paint":
        return blend(pixels, colour, np.full(pixels.shape[:2], rng.uniform(0.5, 1), np.float32))
    dyed = pixels * colour / max(float(colour.max()), 0.3)
    return blend(pixels, dyed, np.full(pixels.shape[:2], rng.uniform(0.35, 1), np.float32))


def _spots(scene: Scene, rng: np.random.Generator, radius: float) -> Field:
    cell = log_uniform(rng, 2.5, 12)
    field = fractal_noise(rng, scene.shape, cell, octaves=2)
    near = blob(rng, scene.shape, point_on_item(scene, rng), (radius, radius), 0, 0.3)
    spots = cell * (field - np.float32(rng.uniform(0.8, 1.6)))
    return np.asarray(np.minimum(spots, near), np.float32)
