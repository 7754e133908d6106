"""Holes that go through a part: inside them the mat's field shows.

What merely looks like the field inside a part (a reflection of it in lacquer, a knot too dark to
have a colour) must not become a hole, so the colour inside is compared with the field beside.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.item import Part
from qc.geometry.outline import Outline, trace_hole
from qc.geometry.pose import MatView
from qc.photo import Photo, median_colour, srgb_to_linear

_MIN_HOLE_MM2 = 7.0
"""A hole of 3 mm; what is smaller is judged as a defect, not measured."""

_MAX_ANGLE_DEG = 8.0
"""Between the colour in a hole and the field's; a lit wall or a mirror differs by more."""

_DARK = 0.004
"""Linear light below which there is no colour to compare."""

_BESIDE_MM = 6.0


Holes = tuple[Outline, ...] | None
"""The holes of a part; None where something of that size cannot be seen clearly."""


def trace_holes(photo: Photo, view: MatView, part: Part) -> Holes:
    """Trace the outlines of the holes in a part.

    Args:
        photo: the photo.
        view: the mat in it.
        part: with the coarse contours of what may be its holes.

    Returns:
        One outline a hole, none where there is no hole; None where something of that size is
        too dark to tell, or its edge cannot be followed.
    """
    field = _field_colour(photo, view, part)
    outlines = []
    for contour_mm in part.holes_mm:
        area_mm2 = float(cv2.contourArea(contour_mm.astype(np.float32)))
        if area_mm2 < _MIN_HOLE_MM2:
            continue
        inside = _colour_within(photo, view, contour_mm)
        if np.linalg.norm(inside) < _DARK:
            return None
        if _angle_deg(inside, field) > _MAX_ANGLE_DEG:
            continue
        outline = trace_hole(photo, view, Part(contour_mm, area_mm2, touches_border=False))
        if outline is None:
            return None
        outlines.append(outline)
    return tuple(outlines)


def _field_colour(photo: Photo, view: MatView, part: Part) -> npt.NDArray[np.float64]:
    """Return the median colour of a ring around a part."""
    middle = part.contour_mm.mean(axis=0)
    away = part.contour_mm - middle
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    return _colour_at(photo, view, part.contour_mm + _BESIDE_MM * away)


def _colour_within(
    photo: Photo, view: MatView, contour_mm: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    middle = contour_mm.mean(axis=0)
    rings = [middle + share * (contour_mm - middle) for share in (0.15, 0.3, 0.45, 0.6)]
    return _colour_at(photo, view, np.vstack(rings))


def _colour_at(
    photo: Photo, view: MatView, points_mm: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    on_mat = np.column_stack([points_mm, np.zeros(len(points_mm))])
    x, y = np.rint(view.camera.project(on_mat, view.pose)).astype(int).T
    x, y = np.clip(x, 0, photo.width_px - 1), np.clip(y, 0, photo.height_px - 1)
    colours = srgb_to_linear(np.ascontiguousarray(photo.pixels[y, x])[None])[0]
    return np.asarray(median_colour(colours), np.float64)


def _angle_deg(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    cosine = (a @ b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
