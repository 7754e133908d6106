"""Linear light where it is needed: around some places of a photo.

All of a photo in linear light takes a fifth of the time of its decoding and four bytes a pixel;
what is measured on the mat's ring needs a tenth of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from qc.photo.light import srgb_to_linear

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CutOuts:
    """Squares around `N` places of a photo, side by side in one picture.

    `linear_grey` `(H, W)` linear light; `shift_px` `(N, 2)` leads from the photo to the picture;
    `whole` `(N,)` is false where a square reaches beyond the photo, whose border it repeats there.
    """

    linear_grey: npt.NDArray[np.float32]
    shift_px: Array
    whole: npt.NDArray[np.bool_]


def cut_out(
    grey: npt.NDArray[np.uint8], points_px: npt.NDArray[np.floating], reach_px: float
) -> CutOuts:
    """Cut squares out of a photo, in linear light.

    Args:
        grey: `(H, W)` photo in sRGB values.
        points_px: `(N, 2)` places `(x, y)` in it, at least one.
        reach_px: how far around each the photo is needed, either way.
    """
    count, half = len(points_px), math.ceil(reach_px)
    side = 2 * half + 1
    first = np.rint(points_px).astype(np.intp) - half
    whole = ((first >= 0) & (first + side <= grey.shape[::-1])).all(axis=1)
    margin = 0
    if not whole.all():
        margin = side
        grey = np.asarray(
            cv2.copyMakeBorder(grey, side, side, side, side, cv2.BORDER_REPLICATE), np.uint8
        )
    squares = np.lib.stride_tricks.sliding_window_view(grey, (side, side))
    across = math.ceil(math.sqrt(count))
    down = -(-count // across)
    sheet = np.zeros((down * across, side, side), np.uint8)
    sheet[:count] = squares[first[:, 1] + margin, first[:, 0] + margin]
    rows = sheet.reshape(down, across, side, side).swapaxes(1, 2)
    row, column = np.divmod(np.arange(count), across)
    return CutOuts(
        srgb_to_linear(np.ascontiguousarray(rows).reshape(down * side, across * side)),
        np.column_stack([column, row]) * float(side) - first,
        whole,
    )
