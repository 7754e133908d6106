"""Width at a place along the item: a spoon's neck, a handle."""

from __future__ import annotations

import numpy as np

from qc.geometry.features.frame import ItemFrame
from qc.geometry.features.shape import Found, Shape
from qc.spec.dimension import WidthAt

_REACH_MM = 1.5
"""Each side is a line through its points this far on both sides of the place."""


def width_at(shape: Shape, dimension: WidthAt) -> Found:
    """Return the width across the axis, `at_mm` from the end that the spec names.

    Raises:
        FeatureError: the ends are alike, or the item ends before that place.
    """
    frame = ItemFrame.of(shape.outline_mm)
    along = frame.from_end(dimension.end, dimension.at_mm)
    right, left = (frame.side_at(side, along, _REACH_MM) for side in frame.sides)
    return Found(left - right, frame.to_mat(np.full(2, along), np.array([right, left])))
