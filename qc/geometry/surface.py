"""The item's surface as a flat picture at a fixed scale, for the experts on defects."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.mat import Rect
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.rectify import Plane, rectify
from qc.photo import Photo

_MARGIN_MM = 4.0


@dataclass(frozen=True, slots=True)
class SurfacePatch:
    """`pixels` `(rows, columns, 3)` sRGB, `mask` `(rows, columns)` true on the item.

    `outline_mm` `(N, 2)` is the item's outline on the plane.
    """

    pixels: npt.NDArray[np.uint8]
    mask: npt.NDArray[np.bool_]
    outline_mm: npt.NDArray[np.float64]
    plane: Plane
    view: MatView

    def to_photo(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Convert `(N, 2)` positions (x, y) in the patch to pixels of the photo."""
        return self.plane.to_photo(points, self.view.camera, self.view.pose)


def surface_patch(
    photo: Photo,
    view: MatView,
    outline: Outline,
    height_mm: float,
    mm_per_px: float,
    holes: tuple[Outline, ...] = (),
) -> SurfacePatch:
    """Cut an item's surface out of a photo.

    Args:
        photo: the photo.
        view: the mat in it.
        outline: of the item.
        height_mm: height of the surface; sizes on parts that lie lower or higher are off by
            that difference over the camera's distance.
        mm_per_px: scale of the patch.
        holes: that belong to the item and are none of its surface.
    """
    outline_mm = view.camera.back_project(outline.points_px, view.pose, height_mm)
    low, high = outline_mm.min(axis=0) - _MARGIN_MM, outline_mm.max(axis=0) + _MARGIN_MM
    area = Rect(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    plane = Plane(area, height_mm, mm_per_px)
    mask = np.zeros(plane.shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(plane.to_raster(outline_mm)).astype(np.int32)], (1,))
    for hole in holes:
        inside = plane.to_raster(view.camera.back_project(hole.points_px, view.pose, height_mm))
        cv2.fillPoly(mask, [np.rint(inside).astype(np.int32)], (0,))
    pixels = rectify(photo.pixels, view.camera, view.pose, plane)
    return SurfacePatch(pixels, mask.astype(bool), outline_mm, plane, view)
