"""Where the item lies on the mat: a coarse mask from colour.

The field's blue is a direction in linear RGB; a shadow makes it shorter but does not turn it.
Pixels whose colour points elsewhere belong to the item, so shadows are not edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.mat import MatLayout, Rect
from qc.geometry.pose import MatView
from qc.geometry.rectify import Plane, rectify
from qc.photo import Photo, srgb_to_linear

_MM_PER_PX = 0.5
_MIN_ANGLE_DEG, _MAX_ANGLE_DEG = 9.0, 25.0
_DARK = 0.004
"""Linear light below which a pixel's hue is noise."""

_MIN_PART_MM2 = 60.0
"""Smaller things are dust, chips of packing material or a patch of glare."""

_RIM_MM = 8.0
"""Along the field's border nothing but the field is seen, or most of it."""

_BORDER_MM = 1.0
"""A part nearer than this to the field's border may continue beyond it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One connected piece: its closed contour on the mat plane and its area."""

    contour_mm: npt.NDArray[np.float64]
    """`(N, 2)`, as seen on z = 0, counter-clockwise."""
    area_mm2: float
    touches_border: bool
    holes_mm: tuple[npt.NDArray[np.float64], ...] = ()
    """What shows the field's colour inside, each `(N, 2)`: holes, or what only looks like one."""


def find_parts(photo: Photo, view: MatView, *, mm_per_px: float = _MM_PER_PX) -> list[Part]:
    """Find the pieces on the mat's field, from left to right of the photo.

    Args:
        photo: the photo.
        view: the mat in it.
        mm_per_px: how finely to look.

    Returns:
        Parts of at least 60 mm², holes filled but kept beside.
    """
    plane = Plane(_scaled(view.layout.field_mm, view.print_scale), 0.0, mm_per_px)
    linear = srgb_to_linear(rectify(photo.pixels, view.camera, view.pose, plane))
    mask = _unlike_field(linear, _patch_mask(view.layout, plane), round(_RIM_MM / mm_per_px))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel), np.uint8)
    contours, family = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = [] if family is None else np.asarray(family)[0, :, 3].tolist()

    rows, columns = plane.shape
    border = _BORDER_MM / mm_per_px
    parts: list[tuple[float, Part]] = []
    for index, contour in enumerate(contours):
        if parents[index] >= 0:
            continue
        points = np.asarray(contour, np.float64).reshape(-1, 2)
        area_mm2 = float(cv2.contourArea(np.asarray(contour))) * mm_per_px**2
        if area_mm2 < _MIN_PART_MM2:
            continue
        low, high = points.min(axis=0), points.max(axis=0)
        touches = bool(
            (low < border).any() or high[0] > columns - 1 - border or high[1] > rows - 1 - border
        )
        seen_x = float(plane.to_photo(points, view.camera, view.pose)[:, 0].mean())
        holes = tuple(
            plane.to_mm(np.asarray(inner, np.float64).reshape(-1, 2))
            for inner, parent in zip(contours, parents, strict=True)
            if parent == index
        )
        parts.append((seen_x, Part(plane.to_mm(points)[::-1], area_mm2, touches, holes)))
    return [part for _, part in sorted(parts, key=lambda pair: pair[0])]


def _unlike_field(
    linear: npt.NDArray[np.float32], patches: npt.NDArray[np.bool_], width: int
) -> npt.NDArray[np.uint8]:
    """Return 255 where the colour points away from the field's, whose rim has `width` pixels."""
    rim = np.zeros(patches.shape, bool)
    rim[:width], rim[-width:], rim[:, :width], rim[:, -width:] = True, True, True, True
    field = np.median(linear[rim & ~patches], axis=0).astype(np.float32)
    field /= max(float(np.linalg.norm(field)), 1e-6)

    smooth = np.asarray(cv2.GaussianBlur(linear, (0, 0), 0.8), np.float32)
    length = np.linalg.norm(smooth, axis=-1)
    cosine = (smooth @ field) / np.maximum(length, 1e-6)
    angle_deg = np.degrees(np.arccos(np.clip(cosine, -1, 1))).astype(np.float32)
    angle_deg[length < _DARK] = 0
    angle_deg[patches] = 0
    # Otsu between the field's scatter and the item, within what print and lamp can cause.
    scaled = np.clip(angle_deg * 4, 0, 255).astype(np.uint8)
    otsu, _ = cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    limit = float(np.clip(otsu / 4 * 0.7, _MIN_ANGLE_DEG, _MAX_ANGLE_DEG))
    return np.where(angle_deg > limit, 255, 0).astype(np.uint8)


def _patch_mask(layout: MatLayout, plane: Plane) -> npt.NDArray[np.bool_]:
    """Return where grey patches are printed, with a millimetre around them."""
    mask = np.zeros(plane.shape, bool)
    for patch in layout.patches:
        rect = patch.rect
        left = int((rect.left_mm - 1 - plane.area.left_mm) / plane.mm_per_px)
        right = int((rect.right_mm + 1 - plane.area.left_mm) / plane.mm_per_px) + 1
        top = int((plane.area.top_mm - rect.top_mm - 1) / plane.mm_per_px)
        bottom = int((plane.area.top_mm - rect.bottom_mm + 1) / plane.mm_per_px) + 1
        mask[max(0, top) : bottom, max(0, left) : right] = True
    return mask


def _scaled(rect: Rect, scale: tuple[float, float]) -> Rect:
    """Apply the print's scale to a rectangle of the layout."""
    return Rect(
        rect.left_mm * scale[0],
        rect.bottom_mm * scale[1],
        rect.right_mm * scale[0],
        rect.top_mm * scale[1],
    )
