"""Faults of the finish: drips and runs, bubbles, bare and hazy patches."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.composite.noise import blob, edge, fractal_noise, normal_light
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


def paint_coating(scene: Scene, rng: np.random.Generator) -> Painted:
    """Spoil the finish in one of its usual ways."""
    paint = (_drip, _bubbles, _patch)[int(rng.choice(3, p=[0.4, 0.25, 0.35]))]
    pixels, mask = paint(scene, rng)
    pixels = np.where(scene.item[..., None], np.clip(pixels, 0, 1), scene.pixels)
    return Painted(Scene(pixels.astype(np.float32), scene.item, scene.grain_rad), mask & scene.item)


def _relief(scene: Scene, rng: np.random.Generator, inside: Field, rounding_px: float) -> Pixels:
    """Light a swollen film: shaded flanks, a highlight, and the deeper colour of thick lacquer."""
    alpha = edge(inside, 1.5)
    sigma = max(0.8, rounding_px)
    swelling = cv2.GaussianBlur(alpha, (0, 0), sigma) * alpha
    light = normal_light(swelling * np.float32(3 * sigma), float(rng.uniform(0, 2 * np.pi)))
    deeper = scene.pixels ** np.float32(rng.uniform(1.0, 1.7))
    pixels = blend(scene.pixels, deeper.astype(np.float32), alpha)
    pixels = pixels * (1 + np.float32(rng.uniform(0.3, 0.8)) * light[..., None])
    gloss = np.clip(light - np.float32(rng.uniform(0.2, 0.5)), 0, 1) * alpha
    return np.asarray(pixels + np.float32(rng.uniform(0.3, 1.5)) * gloss[..., None], np.float32)


def _drip(scene: Scene, rng: np.random.Generator) -> tuple[Pixels, Mask]:
    radius = log_uniform(rng, 5, 28)
    x, y = point_on_item(scene, rng)
    angle = rng.uniform(0, 2 * np.pi)
    head = blob(rng, scene.shape, (x, y), (radius * 1.1, radius), angle, 0.05)
    reach = radius * rng.uniform(0, 5)
    middle = (x - np.cos(angle) * reach / 2, y - np.sin(angle) * reach / 2)
    run = blob(rng, scene.shape, middle, (reach / 2 + radius, radius * 0.55), angle, 0.08)
    inside = np.maximum(head, run)
    return _relief(scene, rng, inside, radius * 0.35), inside > 0


def _bubbles(scene: Scene, rng: np.random.Generator) -> tuple[Pixels, Mask]:
    x, y = point_on_item(scene, rng)
    radius = log_uniform(rng, 2.5, 10)
    inside = np.full(scene.shape, -1e3, np.float32)
    for _ in range(int(rng.integers(1, 14))):
        centre = (x + rng.normal(0, 4 * radius), y + rng.normal(0, 4 * radius))
        size = radius * rng.uniform(0.6, 1.3)
        inside = np.maximum(inside, blob(rng, scene.shape, centre, (size, size), 0, 0))
    return _relief(scene, rng, inside, radius * 0.4), inside > 0


def _patch(scene: Scene, rng: np.random.Generator) -> tuple[Pixels, Mask]:
    """A bare, hazy or too thick patch: the grain stays, gloss and depth of colour change."""
    radius = log_uniform(rng, 10, 0.35 * max(scene.shape))
    radii = (radius * rng.uniform(1, 2), radius * rng.uniform(0.5, 1))
    inside = blob(rng, scene.shape, point_on_item(scene, rng), radii, rng.uniform(0, np.pi), 0.35)
    alpha = edge(inside, log_uniform(rng, 1, 6))
    grey = scene.pixels.mean(axis=2, keepdims=True)
    faded = scene.pixels + (grey - scene.pixels) * np.float32(rng.uniform(0.2, 0.7))
    lift = np.float32(rng.uniform(0.12, 0.4))
    faded = faded + (1 - faded) * lift
    mottled = alpha * np.clip(
        np.float32(0.85) + 0.2 * fractal_noise(rng, scene.shape, 12, 3), 0.3, 1
    )
    return blend(scene.pixels, faded.astype(np.float32), mottled), alpha > 0.4
