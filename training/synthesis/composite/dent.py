"""Dents: the surface is pressed in, its fibres and colour are whole, only the light tells."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.composite.noise import blob, normal_light
from training.synthesis.composite.scene import Painted, Scene, log_uniform, point_on_item


def paint_dent(scene: Scene, rng: np.random.Generator) -> Painted:
    """Press a round, long or sharp-edged tool into the surface, once or a few times."""
    radius = log_uniform(rng, 4, 36)
    x, y = point_on_item(scene, rng)
    angle = rng.uniform(0, np.pi)
    length = radius * (1 if rng.random() < 0.5 else log_uniform(rng, 1.2, 4))
    inside = np.full(scene.shape, -1e3, np.float32)
    for _ in range(int(rng.integers(2, 5)) if radius < 10 and rng.random() < 0.3 else 1):
        centre = (x + rng.normal(0, radius), y + rng.normal(0, radius))
        ragged = rng.choice([0.0, 0.1])
        inside = np.maximum(inside, blob(rng, scene.shape, centre, (length, radius), angle, ragged))
    # A ball leaves a slope from its middle on, a tool's edge a flat floor with steep walls.
    wall = radius * rng.uniform(0.25, 1.0)
    floor = np.clip(inside / np.float32(wall), 0, 1)
    smooth = floor * floor * (3 - 2 * floor)
    depth = cv2.GaussianBlur(smooth, (0, 0), max(0.8, 0.12 * radius)) * np.float32(wall)
    light_rad = float(rng.uniform(0, 2 * np.pi))
    slope = normal_light(-np.asarray(depth, np.float32), light_rad)
    strength = np.float32(rng.uniform(0.25, 0.8))
    shade = 1 - np.float32(rng.uniform(0, 0.12)) * smooth  # less sky reaches the floor
    pixels = scene.pixels * (shade * (1 + strength * slope))[..., None]
    if rng.random() < 0.4:  # a finish mirrors the lamp on one wall
        gleam = np.clip(slope - np.float32(rng.uniform(0.3, 0.6)), 0, 1)
        pixels = pixels + np.float32(rng.uniform(0.3, 1.2)) * gleam[..., None]
    pixels = np.where(scene.item[..., None], np.clip(pixels, 0, 1), scene.pixels)
    mask = (inside > 0) & scene.item
    return Painted(Scene(pixels.astype(np.float32), scene.item, scene.grain_rad), mask)
