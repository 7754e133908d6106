"""What the painters of defects hand to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
Field = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Scene:
    """A surface before the camera.

    Attributes:
        pixels: `(H, W, 3)` colours in 0…1.
        item: `(H, W)` true on the item.
        grain_rad: direction of the grain.
    """

    pixels: Pixels
    item: Mask
    grain_rad: float

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.item.shape[0], self.item.shape[1]


@dataclass(frozen=True)
class Painted:
    """A surface with one more defect, and exactly where that is."""

    scene: Scene
    mask: Mask


Painter = Callable[[Scene, np.random.Generator], Painted]


def blend(pixels: Pixels, colour: Pixels, alpha: Field) -> Pixels:
    """Lay a colour (or a picture) over the pixels with an opacity per pixel."""
    return pixels + (colour - pixels) * alpha[..., None]


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a size: every octave between the limits is equally likely."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def point_on_item(scene: Scene, rng: np.random.Generator) -> tuple[float, float]:
    """Draw a point `(x, y)` of the item, or the centre where there is no item."""
    height, width = scene.shape
    for _ in range(20):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        if scene.item[y, x]:
            return float(x), float(y)
    return width / 2, height / 2
