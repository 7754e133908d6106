"""Length and width: the sides of the smallest rectangle around the item."""

from __future__ import annotations

import numpy as np

from qc.geometry.features.shape import Found, Shape, across
from qc.geometry.fit import fit_box


def length(shape: Shape) -> Found:
    """Return the long side."""
    box = fit_box(shape.outline_mm)
    return across(box.centre_mm, np.array(box.axis), box.length_mm)


def width(shape: Shape) -> Found:
    """Return the short side."""
    box = fit_box(shape.outline_mm)
    return across(box.centre_mm, np.array([-box.axis[1], box.axis[0]]), box.width_mm)
