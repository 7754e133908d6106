"""The upper outline of an item before an upright mat: an open line, as the rest is not seen.

Below the field's border the item stands before black and white squares, where no edge is read.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qc.geometry.item import Part
from qc.geometry.outline import Outline, trace_stretch
from qc.geometry.pose import MatView
from qc.geometry.spread import EdgeSpread
from qc.geometry.upright.standing import Standing
from qc.photo import Photo

Array = npt.NDArray[np.float64]

_CUT_MM = 2.5
"""So near to the border profiles would meet its squares."""


def trace_standing(
    photo: Photo, view: MatView, parts: list[Part], spread: EdgeSpread
) -> Outline | None:
    """Trace the outline of the piece that rises highest, above the field's border.

    Args:
        photo: the photo.
        view: the upright mat in it.
        parts: what passed `gate_standing`.
        spread: of the photo's sharp edges.

    Returns:
        An open line, or None where too few profiles show an edge.
    """
    standing = Standing.of(view)
    if standing is None:
        return None
    heights = [standing.to_uv(part.contour_mm)[:, 1] for part in parts]
    tallest = int(np.argmax([v.max() for v in heights]))
    low = -standing.half_mm(view.layout.field_mm, view.print_scale)[1]
    keep = _run_of_top(heights[tallest], low + _CUT_MM)
    return trace_stretch(photo, view, parts[tallest], keep, spread)


def _run_of_top(v: Array, low: float) -> npt.NDArray[np.bool_]:
    """Return which points of a closed contour lie on the way over its top, above a level."""
    top, count = int(v.argmax()), len(v)
    above = np.roll(v > low, -top)
    ahead = count if above.all() else int(np.argmin(above))
    behind = 0 if above.all() else int(np.argmin(above[::-1]))
    keep = np.zeros(count, bool)
    keep[:ahead] = True
    keep[count - behind :] |= behind > 0
    return np.roll(keep, top)
