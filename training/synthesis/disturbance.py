"""Places where a surface is unlike itself, in ways that no defect painter and no detector knows.

Detectors are trained on composited defects; whether features of one help against defects of a
kind that it never saw can be told only by others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from training.synthesis.composite.noise import blob, edge, smooth_noise
from training.synthesis.composite.scene import (
    Field,
    Painted,
    Painter,
    Pixels,
    Scene,
    blend,
    log_uniform,
    point_on_item,
)

Change = Callable[[Pixels, np.random.Generator], Pixels]


def _within_a_blob(change: Change) -> Painter:
    """Show a changed surface within a ragged blob."""

    def paint(scene: Scene, rng: np.random.Generator) -> Painted:
        radius = log_uniform(rng, 6, 30)
        radii = (radius * rng.uniform(1, 2.5), radius * rng.uniform(0.5, 1))
        place = point_on_item(scene, rng)
        inside = blob(rng, scene.shape, place, radii, rng.uniform(0, np.pi), 0.2)
        opacity: Field = edge(inside, rng.uniform(1, 4))
        pixels = blend(scene.pixels, change(scene.pixels, rng), opacity)
        return Painted(Scene(pixels, scene.item, scene.grain_rad), opacity > 0.5)

    return paint


def _turned(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """The same surface from elsewhere, its grain across."""
    across = np.rot90(pixels, int(rng.choice([1, 3])))
    down, right = -(-pixels.shape[0] // across.shape[0]), -(-pixels.shape[1] // across.shape[1])
    tiled = np.tile(across, (down, right, 1))
    return np.ascontiguousarray(tiled[: pixels.shape[0], : pixels.shape[1]])


def _smeared(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Worn or wiped: the texture is gone, the colour is not."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(2, 6)), np.float32)


def _coarsened(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """The texture at another size."""
    height, width = pixels.shape[:2]
    scale = rng.uniform(1.5, 2.5)
    part = pixels[: int(height / scale), : int(width / scale)]
    return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR))


def _warped(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Creased: the texture runs astray."""
    height, width = pixels.shape[:2]
    cell, reach = rng.uniform(8, 20), rng.uniform(3, 8)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    dx, dy = (np.float32(reach) * smooth_noise(rng, (height, width), cell) for _ in range(2))
    moved = cv2.remap(pixels, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.float32)


def _raised(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """More or less contrast about the same mean."""
    mean = cv2.GaussianBlur(pixels, (0, 0), 12)
    gain = np.float32(rng.choice([rng.uniform(0, 0.4), rng.uniform(1.8, 2.6)]))
    return np.asarray(mean + gain * (pixels - mean), np.float32)


DISTURBANCES: Mapping[str, Painter] = {
    "turned": _within_a_blob(_turned),
    "smeared": _within_a_blob(_smeared),
    "coarsened": _within_a_blob(_coarsened),
    "warped": _within_a_blob(_warped),
    "contrast": _within_a_blob(_raised),
}
"""What they are called, for reports."""
