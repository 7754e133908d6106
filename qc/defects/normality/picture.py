"""From a photo to the pictures that the encoder compares: one of each piece, or of the whole.

Where the mat is found, each piece is cut out at a fixed scale and its surroundings are hidden,
as for the detector. Without a mat the whole photo counts, resized to a fixed area with its
aspect ratio kept: a square would squeeze the grain of a long board.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.normality.encoder import PATCH_PX, STRIDE_PX
from qc.defects.surface import hide_surroundings
from qc.errors import NormalityError
from qc.geometry.corners import find_corners
from qc.geometry.drift import known_camera
from qc.geometry.gate import ring_edges
from qc.geometry.item import find_parts
from qc.geometry.outline import Outline, trace_outline
from qc.geometry.pose import MatView, locate_mat
from qc.geometry.spread import edge_spread
from qc.geometry.station import Station
from qc.geometry.surface import SurfacePatch, surface_patch
from qc.photo import Photo, to_grey

_MIN_COVER = 0.75
"""Share of a patch that must lie on the item."""

_MIN_PATCHES = 32

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is compared.

    `pixels` `(H, W, 3)` sRGB, H and W multiples of 16; `inside` `(H/8, W/8)` true for patches on
    the item; `to_photo` turns `(N, 2)` positions (x, y) in `pixels` into the photo's.
    """

    pixels: NDArray[np.uint8]
    inside: NDArray[np.bool_]
    to_photo: Callable[[Points], Points]


def whole_picture(photo: Photo, size_px: int) -> Picture:
    """Resize a whole photo to the area of a square of side `size_px`."""
    scale = size_px / sqrt(photo.width_px * photo.height_px)
    height, width = (
        max(1, round(side * scale / STRIDE_PX)) * STRIDE_PX
        for side in (photo.height_px, photo.width_px)
    )
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    pixels = np.asarray(cv2.resize(photo.pixels, (width, height), interpolation=how), np.uint8)
    inside = np.ones((height // PATCH_PX, width // PATCH_PX), bool)
    ratio = np.array([photo.width_px / width, photo.height_px / height])
    return Picture(pixels, inside, lambda points: (points + 0.5) * ratio - 0.5)


def surface_picture(patch: SurfacePatch) -> Picture:
    """Prepare an item's surface, cut out at the memory's scale.

    Raises:
        NormalityError: the item is too small at this scale.
    """
    rows, columns = patch.mask.shape
    below, beside = -rows % STRIDE_PX, -columns % STRIDE_PX
    mask = np.pad(patch.mask, ((0, below), (0, beside)))
    pixels = np.pad(patch.pixels, ((0, below), (0, beside), (0, 0)))
    inside = patches_inside(mask)
    if inside.sum() < _MIN_PATCHES:
        raise NormalityError(
            "the item is too small to be compared", fix="Learn with a larger --size."
        )
    return Picture(hide_surroundings(pixels, mask), inside, patch.to_photo)


def patches_inside(item: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return `(H/8, W/8)` true for patches on the item, given `(H, W)`, multiples of 8."""
    rows, columns = (side // PATCH_PX for side in item.shape)
    cells = item.reshape(rows, PATCH_PX, columns, PATCH_PX)
    return np.asarray(cells.mean(axis=(1, 3)) >= _MIN_COVER)


def outlined_parts(photo: Photo, station: Station | None) -> tuple[MatView, list[Outline]] | None:
    """Find the mat and the pieces on it; None where there is no mat.

    Raises:
        NormalityError: there is a mat, but no whole piece on it.
    """
    grey = to_grey(photo.pixels)
    corners = find_corners(grey)
    camera = known_camera(photo, station, "", None).camera
    view = locate_mat(corners, camera, station) if corners else None
    if view is None:
        return None
    parts = [part for part in find_parts(photo, view) if not part.touches_border]
    spread = edge_spread(*ring_edges(grey, view))
    outlines = [outline for part in parts if (outline := trace_outline(photo, view, part, spread))]
    if not outlines:
        raise NormalityError(
            "no whole item on the mat", fix="Put the item inside the blue field, or leave it out."
        )
    return view, outlines


def fitting_scale(view: MatView, outlines: list[Outline], height_mm: float, size_px: int) -> float:
    """Return the mm per pixel at which the pieces together cover `size_px` squared."""
    area_mm2 = sum(
        float(
            cv2.contourArea(
                view.camera.back_project(o.points_px, view.pose, height_mm).astype(np.float32)
            )
        )
        for o in outlines
    )
    return sqrt(area_mm2) / size_px


def surface_pictures(
    photo: Photo, view: MatView, outlines: list[Outline], height_mm: float, mm_per_px: float
) -> list[Picture]:
    """Cut out every piece.

    Raises:
        NormalityError: a piece is too small at this scale.
    """
    return [
        surface_picture(surface_patch(photo, view, outline, height_mm, mm_per_px))
        for outline in outlines
    ]
