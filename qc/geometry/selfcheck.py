"""Refuses an OpenCV that sees corners in the wrong place.

OpenCV 4.12 and 4.13 moved ChArUco corners by half a pixel, and nothing but a drawing whose
corners are known by construction would show it. The whole search runs on one, once a process.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from qc.errors import VisionError
from qc.geometry.corners import find_corners
from qc.geometry.mat import MatLayout, standard_mat

_SQUARE_PX = 60
_MARGIN_PX = 9
_MODULE_PX = 6
_MODULES = 7
"""The A4 mat at 4 px/mm: every edge of its squares and markers lies between two pixels."""

_SQUARES = (6, 8)
"""Columns and rows drawn, from the mat's upper left: enough to see a shift, and fast."""

_BLUR_PX = 0.7
_MAX_BIAS_PX = 0.02
_MAX_RMS_PX = 0.05


@cache
def require_sound_vision() -> None:
    """Check that the corners of a drawn mat are found where they were drawn.

    Raises:
        VisionError: they are not.
    """
    layout = standard_mat("A4")
    grey = _draw(layout)
    found = find_corners(grey)
    if found is None:
        raise VisionError(_fault("does not find a drawn mat"), fix=_FIX)
    from_corner_mm = (found.points_mm - [layout.ring_mm.left_mm, layout.ring_mm.top_mm]) * [1, -1]
    # Pixels are counted from the centre of the first one, hence the half.
    drawn = (from_corner_mm / layout.square_mm + 0.5) * _SQUARE_PX - 0.5
    error_px = found.points_px - drawn
    bias_px = float(np.abs(error_px.mean(axis=0)).max())
    rms_px = float(np.sqrt(np.mean(error_px**2)))
    if bias_px > _MAX_BIAS_PX or rms_px > _MAX_RMS_PX:
        raise VisionError(
            _fault(f"places corners {bias_px:.2f} px off (scatter {rms_px:.2f} px)"), fix=_FIX
        )


_FIX = "Install opencv-python-headless 5.1; 4.12 and 4.13 are known to be wrong."


def _fault(what: str) -> str:
    return f"OpenCV {cv2.__version__} {what}: nothing it measures can be trusted"


def _draw(layout: MatLayout) -> npt.NDArray[np.uint8]:
    """Paint a corner of the ring with half a square of paper around, blurred as by a lens."""
    columns, rows = _SQUARES
    sheet = np.full(((rows + 1) * _SQUARE_PX, (columns + 1) * _SQUARE_PX), 230, np.uint8)
    dictionary = layout.board().getDictionary()
    markers = {square: marker for marker, square in layout.marker_squares.items()}
    module = np.ones((_MODULE_PX, _MODULE_PX), np.uint8)
    for column, row in np.ndindex(columns, rows):
        if not layout.in_ring(column, row):
            continue
        left, top = (round((at + 0.5) * _SQUARE_PX) for at in (column, row))
        square = sheet[top : top + _SQUARE_PX, left : left + _SQUARE_PX]
        if (column + row) % 2 == 0:
            square[:] = 20
        else:
            bits = dictionary.generateImageMarker(markers[column, row], _MODULES) > 0
            inner = slice(_MARGIN_PX, _SQUARE_PX - _MARGIN_PX)
            square[inner, inner] = np.kron(np.where(bits, 230, 20).astype(np.uint8), module)
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), _BLUR_PX), np.uint8)
