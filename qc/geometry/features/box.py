"""Length and width: the sides of the smallest rectangle around the item."""

from __future__ import annotations

import numpy as np

from qc.geometry.features.shape import Array, Found, Shape, across

_TOUCH_SHARE = 0.01
"""Points this near to a side, as a share of the extent, are where a calliper would touch."""


def length(shape: Shape) -> Found:
    """Return the long side."""
    box = shape.box
    axis = np.array(box.axis)
    return across(_between_touches(shape.outline_mm, axis), axis, box.length_mm)


def width(shape: Shape) -> Found:
    """Return the short side."""
    box = shape.box
    axis = np.array([-box.axis[1], box.axis[0]])
    return across(_between_touches(shape.outline_mm, axis), axis, box.width_mm)


def _between_touches(outline_mm: Array, axis: Array) -> Array:
    """Return the middle of the line that jaws closing along `axis` would show.

    A spoon's width is drawn across its bowl, not across the middle of the spoon.
    """
    reach = outline_mm @ axis
    near = _TOUCH_SHARE * np.ptp(reach)
    ends = (outline_mm[reach <= reach.min() + near], outline_mm[reach >= reach.max() - near])
    low, high = (end.mean(axis=0) for end in ends)
    return np.asarray((low + high) / 2)
