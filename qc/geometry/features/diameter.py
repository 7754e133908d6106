"""Diameter of the outline, by the least-squares circle."""

from __future__ import annotations

import numpy as np

from qc.geometry.features.shape import Found, Shape, across
from qc.geometry.fit import fit_circle


def diameter(shape: Shape) -> Found:
    """Return the outside diameter."""
    circle = fit_circle(shape.outline_mm)
    return across(circle.centre_mm, np.array([1.0, 0.0]), 2 * circle.radius_mm)
