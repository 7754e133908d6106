"""The defect types of this detector, and labelled patches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TYPES = (
    "crack",
    "chip",
    "hole",
    "scratch",
    "stain",
    "coating",
    "knot",
    "dent",
    "roughness",
)
"""Order of the network's outputs. A release carries its own list; the runtime assumes none."""


@dataclass(frozen=True)
class Sample:
    """A labelled picture.

    Attributes:
        pixels: `(H, W, 3)` uint8 sRGB.
        target: `(types, H, W)` true where that defect is.
        known: `(types, H, W)` false where the label says nothing about that type.
        item: `(H, W)` true on the item; None where it fills the picture.
    """

    pixels: NDArray[np.uint8]
    target: NDArray[np.bool_]
    known: NDArray[np.bool_]
    item: NDArray[np.bool_] | None = None


def empty_target(shape: tuple[int, int]) -> NDArray[np.bool_]:
    """A target without any defect."""
    return np.zeros((len(TYPES), *shape), bool)
