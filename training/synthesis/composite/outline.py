"""The item's outline in a patch, and what lies beyond it."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.composite.noise import fractal_noise
from training.synthesis.composite.scene import Mask, Pixels, log_uniform
from training.synthesis.composite.wood import wood_colour


def random_outline(rng: np.random.Generator, shape: tuple[int, int]) -> Mask:
    """Draw an item: a disc, a ring, a rounded bar or a board's edge; most of it wood."""
    height, width = shape
    canvas = np.zeros(shape, np.uint8)
    kind = rng.choice(["disc", "bar", "edge"], p=[0.3, 0.4, 0.3])
    angle = float(rng.uniform(0, 360))
    if kind == "disc":
        radius = log_uniform(rng, 60, 500)
        turn = rng.uniform(0, 2 * np.pi)
        away = max(0.0, radius - rng.uniform(40, 150))
        centre = (width / 2 + away * np.cos(turn), height / 2 + away * np.sin(turn))
        axes = (radius, radius * float(rng.uniform(0.6, 1)))
        cv2.ellipse(canvas, (_pair(centre), _pair(2 * np.array(axes)), angle), 1, -1)
    elif kind == "bar":
        size = (log_uniform(rng, 100, 900), log_uniform(rng, 24, 200))
        centre = (width / 2 + rng.normal(0, 25), height / 2 + rng.normal(0, 25))
        box = cv2.boxPoints((_pair(centre), _pair(size), angle)).astype(np.int32)
        cv2.fillPoly(canvas, [box], 1)
        rounding = 2 * int(rng.integers(1, max(2, int(min(size) / 3)))) + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (rounding, rounding))
        padded = np.pad(canvas, rounding, mode="edge")
        opened = cv2.morphologyEx(padded, cv2.MORPH_OPEN, disc)
        canvas = np.asarray(opened[rounding:-rounding, rounding:-rounding], np.uint8)
    else:
        y, x = np.mgrid[:height, :width]
        turn = np.radians(angle)
        side = (x - width / 2) * np.cos(turn) + (y - height / 2) * np.sin(turn)
        canvas = (side > rng.uniform(-0.45, 0.2) * width).astype(np.uint8)
    return canvas.astype(bool)


def backdrop(rng: np.random.Generator, shape: tuple[int, int]) -> Pixels:
    """What the item lies on: the blue mat, paper, cloth, a table; evenly coloured or mottled."""
    if rng.random() < 0.4:
        colour = np.array([0.13, 0.32, 0.62]) * rng.uniform(0.6, 1.3)
    elif rng.random() < 0.6:
        colour = np.repeat(rng.uniform(0.02, 1.0), 3) + rng.normal(0, 0.03, 3)
    else:
        colour = wood_colour(rng).astype(np.float64)
    mottle = np.float32(rng.uniform(0, 0.15)) * fractal_noise(rng, shape, log_uniform(rng, 3, 200))
    return np.clip(np.asarray(colour, np.float32) * (1 + mottle[..., None]), 0, 1)


def _pair(values: object) -> tuple[float, float]:
    first, second = np.asarray(values, float)
    return float(first), float(second)
