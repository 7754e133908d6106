"""Where the item lies on the mat: a coarse mask from colour.

The field's blue is a direction in linear RGB; a shadow makes it shorter but does not turn it.
Pixels whose colour points elsewhere belong to the item, so shadows are not edges.
What has hardly any colour of its own, such as black lacquer, mirrors the mat on its flanks: there
it is told by being darker than any shadow.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.mat import Rect
from qc.geometry.pose import MatView
from qc.geometry.rectify import Plane, rectify
from qc.photo import Photo, median_colour, srgb_to_linear

_MM_PER_PX = 0.5
_MIN_ANGLE_DEG, _MAX_ANGLE_DEG = 9.0, 25.0
_DARK = 0.004
"""Linear light below which a pixel's hue is noise."""

_SLIT_PX = 7
"""Between an item and its flank there is nothing."""

_MIN_PART_MM2 = 60.0
"""Smaller things are dust, chips of packing material or a patch of glare."""

_RIM_MM = 8.0
"""Along the field's border nothing but the field is seen, or most of it."""

_MIRROR_LIGHT, _MIRROR_CHROMA = 0.5, 0.25
"""Below both, light over the field's and how far blue stays below the greatest channel, as a share
of it, an item shows little but what it mirrors: black lacquer stays below 0.15, with the mat's
blue in it below 0; dark wood has 0.3 and more."""

_SAMPLE = 5000
"""As many pixels tell the colour of a piece."""

_DARKEST_SHADE = 0.12
"""Light over the field's that a shadow on the mat keeps from the sky, even close to an item."""

_PATCH_MARGIN_MM = 2.0
"""An unmeasured print may be off by 1 mm where the outer patches are."""

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
    mirrors: bool = False
    """It shows little but what it mirrors, so that its edge may be lost in the mat's colour."""


def find_parts(photo: Photo, view: MatView, *, mm_per_px: float = _MM_PER_PX) -> list[Part]:
    """Find the pieces on the mat's field, from left to right of the photo.

    What lies in a piece's hole belongs to it, as the floor of a bowl whose wall mirrors the mat.

    Args:
        photo: the photo.
        view: the mat in it.
        mm_per_px: how finely to look. Coarser than 0.5 mm, flanks in shade are not looked for:
            the codec's blur of colour is as wide there.

    Returns:
        Parts of at least 60 mm², holes filled but kept beside.
    """
    plane = Plane(_scaled(view.layout.field_mm, view.print_scale), 0.0, mm_per_px)
    linear = srgb_to_linear(rectify(photo.pixels, view.camera, view.pose, plane))
    patches = _patch_mask(view, plane)
    field = _field_light(linear, patches, round(_RIM_MM / mm_per_px))
    angle_deg = _angles_deg(linear, field, patches)
    unlike = _item(angle_deg)
    if mm_per_px <= _MM_PER_PX:
        unlike = _with_shaded_flanks(unlike, angle_deg)
    mask, mirroring = _with_dark_flanks(unlike, linear, field, patches)
    contours, family = cv2.findContours(mask, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
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
        x, y = points[0].astype(int)
        part = Part(plane.to_mm(points)[::-1], area_mm2, touches, holes, bool(mirroring[y, x]))
        parts.append((seen_x, part))
    return [part for _, part in sorted(parts, key=lambda pair: pair[0])]


def _field_light(
    linear: npt.NDArray[np.float32], patches: npt.NDArray[np.bool_], width: int
) -> npt.NDArray[np.float32]:
    """Return the median light `(3,)` of the field along its border, `width` pixels wide."""
    rim = np.zeros(patches.shape, bool)
    rim[:width], rim[-width:], rim[:, :width], rim[:, -width:] = True, True, True, True
    # In a third of the time that indexing with a mask takes.
    seen = np.compress((rim & ~patches).ravel(), linear.reshape(-1, 3), axis=0)
    return np.asarray(median_colour(seen), np.float32)


def _with_dark_flanks(
    mask: npt.NDArray[np.uint8],
    linear: npt.NDArray[np.float32],
    field: npt.NDArray[np.float32],
    patches: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """Complete the pieces of hardly any colour of their own.

    What is darker than any shadow beside them belongs to them; and where their rim mirrors the
    mat so well that they fall apart, all that lies within one convex outline is one piece.

    Returns:
        The mask, and where in it such pieces are.
    """
    places = _mirroring_places(mask, linear, field)
    if not places:
        return mask, np.zeros(mask.shape, bool)
    dark = (_length(linear) < _DARKEST_SHADE * float(np.linalg.norm(field))) & ~patches
    _, whole = cv2.connectedComponents((mask > 0).astype(np.uint8) | dark.astype(np.uint8))
    found = [whole[place] for place in places]
    hulls = np.zeros(mask.shape, np.uint8)
    for piece in set(found):
        cv2.fillConvexPoly(hulls, _hull(whole == piece), 255)
    mirroring = np.isin(whole, found)
    count, groups = cv2.connectedComponents(hulls)
    for group in range(1, count):
        inside = mirroring & (groups == group)
        if len(np.unique(whole[inside])) > 1:
            joined = np.zeros(mask.shape, np.uint8)
            mirroring |= cv2.fillConvexPoly(joined, _hull(inside), 255) > 0
    return np.where(mirroring, 255, mask).astype(np.uint8), mirroring


def _mirroring_places(
    mask: npt.NDArray[np.uint8],
    linear: npt.NDArray[np.float32],
    field: npt.NDArray[np.float32],
) -> list[tuple[int, int]]:
    """Return a place, row and column, in each piece of hardly any colour of its own."""
    # Only the box around them is worked on.
    left, top, width, height = cv2.boundingRect(mask)
    window = np.s_[top : top + height, left : left + width]
    linear = linear[window]
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask[window])
    places = []
    for label in range(1, count):
        x, y, wide, high = boxes[label, :4]
        inside = np.flatnonzero(labels[y : y + high, x : x + wide] == label)
        every = slice(None, None, max(1, len(inside) // _SAMPLE))
        rows, columns = np.divmod(inside[every], wide)
        rows, columns = rows + y, columns + x
        if _mirrors(median_colour(linear[rows, columns]), field):
            places.append((int(rows[0]) + top, int(columns[0]) + left))
    return places


def _hull(piece: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """Return the convex outline `(N, 2)` of a piece, as x and y."""
    rows, columns = np.nonzero(piece)
    return np.asarray(cv2.convexHull(np.column_stack([columns, rows]).astype(np.int32)), np.int32)


def _mirrors(own: npt.NDArray[np.floating], field: npt.NDArray[np.floating]) -> bool:
    greatest = float(own.max())
    chroma = (greatest - float(own[2])) / max(greatest, 1e-9)
    weak = np.linalg.norm(own) < _MIRROR_LIGHT * np.linalg.norm(field)
    return bool(weak and chroma < _MIRROR_CHROMA)


def _angles_deg(
    linear: npt.NDArray[np.float32],
    field: npt.NDArray[np.float32],
    patches: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float32]:
    """Return how far each colour points away from the field's, degrees; 0 where nobody can tell."""
    direction = field / max(float(np.linalg.norm(field)), 1e-6)
    smooth = np.asarray(cv2.GaussianBlur(linear, (0, 0), 0.8), np.float32)
    length = _length(smooth)
    cosine = cv2.transform(smooth, direction[None]) / np.maximum(length, 1e-6)
    # numpy's degrees take ten times as long as a product.
    angle_deg = np.arccos(np.clip(cosine, -1, 1)) * np.float32(180 / np.pi)
    angle_deg[length < _DARK] = 0
    angle_deg[patches] = 0
    return np.asarray(angle_deg, np.float32)


def _item(angle_deg: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Return 255 where the colour points away from the field's as the item's does."""
    # Otsu between the field's scatter and the item, within what print and lamp can cause.
    scaled = np.clip(angle_deg * 4, 0, 255).astype(np.uint8)
    otsu, _ = cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    limit = float(np.clip(otsu / 4 * 0.7, _MIN_ANGLE_DEG, _MAX_ANGLE_DEG))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    unlike = (angle_deg > limit).astype(np.uint8) * np.uint8(255)
    return np.asarray(cv2.morphologyEx(unlike, cv2.MORPH_OPEN, kernel), np.uint8)


def _with_shaded_flanks(
    item: npt.NDArray[np.uint8], angle_deg: npt.NDArray[np.float32]
) -> npt.NDArray[np.uint8]:
    """Add what lies beside the item and is no mat, 255 where it is.

    A lacquered flank in shade mirrors so much of the mat that it points away less than the item
    does; beside the item, all that print and lamp cannot cause belongs to it.
    """
    item = np.asarray(item > 0, np.uint8)
    beside = ((angle_deg > _MIN_ANGLE_DEG) & (item == 0)).astype(np.uint8)
    # Narrower than this is the codec's blur of colour.
    beside = np.asarray(cv2.morphologyEx(beside, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)))
    if not beside.any():
        return item * np.uint8(255)
    count, pieces = cv2.connectedComponents(item | beside)
    belongs = np.zeros(count, np.uint8)
    belongs[pieces[item > 0]] = 1
    whole = np.asarray(belongs.take(pieces))
    # Slits between item and flank are closed, those of the item itself are not.
    slits = _closed(whole) & ~_closed(item)
    return np.asarray((whole | slits) * np.uint8(255), np.uint8)


def _closed(mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_SLIT_PX, _SLIT_PX))
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel), np.uint8)


def _length(colours: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the length `(H, W)` of `(H, W, 3)` colours, in a fifth of numpy's time."""
    return np.asarray(np.sqrt(cv2.transform(colours * colours, np.ones((1, 3)))), np.float32)


def _patch_mask(view: MatView, plane: Plane) -> npt.NDArray[np.bool_]:
    """Return where grey patches are printed, with a margin around them."""
    mask = np.zeros(plane.shape, bool)
    margin = _PATCH_MARGIN_MM
    for patch in view.layout.patches:
        rect = _scaled(patch.rect, view.print_scale)
        left = int((rect.left_mm - margin - plane.area.left_mm) / plane.mm_per_px)
        right = int((rect.right_mm + margin - plane.area.left_mm) / plane.mm_per_px) + 1
        top = int((plane.area.top_mm - rect.top_mm - margin) / plane.mm_per_px)
        bottom = int((plane.area.top_mm - rect.bottom_mm + margin) / plane.mm_per_px) + 1
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
