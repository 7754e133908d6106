"""The colour of an item's surface, as if the light were even and white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.illumination import Illumination
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.surface import SurfacePatch, surface_patch
from qc.photo import Photo, srgb_to_linear
from qc.photo.colour import LUMINANCE, delta_e_2000, linear_to_lab
from qc.photo.quality import CLIPPED_LEVEL
from qc.records import Lab

Array = npt.NDArray[np.float64]

_PIXELS = 20_000
"""Enough for the mean and for telling glints apart, whatever the item's size."""

_EDGE_MM = 3.0
"""Near the edge an item mirrors the mat's blue, and its wall is seen at a slant."""

_EDGE_SHARE = 0.4
"""Of half the item's width: what the edge may take from a narrow one."""

_OUTLIER_FACTOR = 3.0
_MIN_SHARE = 0.4
"""Of the surface that must remain without glare, shadow and defects."""

_LAMP_MM = 1000.0
"""Lamps hang no nearer. A surface at height h then gets up to 2 h / 1000 mm more light than the
mat (inverse square law), or no more, by a lamp far away."""

_U_CAMERA = 1.0
"""Error of a camera's colour matrix for wood in the light of usual lamps, in each of L*, a*, b*
(k = 1). Assumed, not measured."""


@dataclass(frozen=True, slots=True)
class SurfaceColour:
    """Mean colour of a surface in CIELAB relative to the mat's paper; `u_lab` is at k = 1."""

    lab: Lab
    u_lab: Lab

    def difference(self, reference: Lab) -> tuple[float, float]:
        """Return ΔE00 from a reference and its standard uncertainty.

        Each of L*, a*, b* is moved by its uncertainty either way and the larger change counts, as
        ΔE00 has no derivative at 0 and is not linear near it.
        """
        at, goal = np.array(self.lab), np.array(reference)
        value = float(delta_e_2000(at, goal))
        steps = np.diag(self.u_lab)
        moved = np.abs(delta_e_2000(np.stack([at + steps, at - steps]), goal) - value)
        return value, float(np.sqrt(np.sum(np.max(moved, axis=0) ** 2)))


def surface_colour(
    photo: Photo,
    view: MatView,
    outline: Outline,
    height_mm: float,
    light: Illumination,
    defects_px: Sequence[Array] = (),
) -> SurfaceColour | None:
    """Measure an item's mean colour, its edge, glare, shadow and defects left out.

    Args:
        photo: the photo.
        view: the mat in it.
        outline: of the item.
        height_mm: of its surface above the mat.
        light: on the mat.
        defects_px: `(N, 2)` polygons in pixels of the photo.

    Returns:
        The colour, or None where too little of the surface can be judged.
    """
    on_plane = view.camera.back_project(outline.points_px, view.pose, height_mm)
    area_mm2 = float(cv2.contourArea(on_plane.astype(np.float32)))
    patch = surface_patch(photo, view, outline, height_mm, np.sqrt(max(area_mm2, 1.0) / _PIXELS))
    inner = _inner(patch, defects_px)
    rows, columns = np.nonzero(inner)
    if not len(rows):
        return None
    pixels = patch.pixels[rows, columns]
    at_mm = patch.plane.to_mm(np.column_stack([columns, rows]).astype(np.float64))
    relative = srgb_to_linear(pixels).astype(np.float64) / light.at(at_mm)
    used = _usual(relative) & (pixels.max(axis=1) < CLIPPED_LEVEL)
    if used.mean() < _MIN_SHARE:
        return None
    mean = linear_to_lab(relative[used].mean(axis=0))
    u_lab = _uncertainty(relative[used], at_mm[used], mean, light, height_mm)
    lightness, a, b = mean.tolist()
    u_lightness, u_a, u_b = u_lab.tolist()
    return SurfaceColour((lightness, a, b), (u_lightness, u_a, u_b))


def _inner(patch: SurfacePatch, defects_px: Sequence[Array]) -> npt.NDArray[np.bool_]:
    """Return the mask without the edge and the defects."""
    mask = np.pad(patch.mask.astype(np.uint8), 1)
    depth = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5))[1:-1, 1:-1]
    margin = min(_EDGE_MM / patch.plane.mm_per_px, _EDGE_SHARE * float(depth.max()))
    flawed = np.zeros(patch.mask.shape, np.uint8)
    for polygon in defects_px:
        on_plane = patch.view.camera.back_project(polygon, patch.view.pose, patch.plane.height_mm)
        cv2.fillPoly(flawed, [np.rint(patch.plane.to_raster(on_plane)).astype(np.int32)], (1,))
    return np.asarray((depth > margin) & (flawed == 0), np.bool_)


def _usual(relative: Array) -> npt.NDArray[np.bool_]:
    """Return where the lightness is the surface's own: no highlight, no crack, no deep shadow."""
    lightness = np.cbrt(relative @ LUMINANCE)
    off = np.abs(lightness - np.median(lightness))
    limit = _OUTLIER_FACTOR * 1.4826 * max(float(np.median(off)), 1e-3)
    return np.asarray(off <= limit, np.bool_)


def _uncertainty(
    relative: Array, at_mm: Array, mean: Array, light: Illumination, height_mm: float
) -> Array:
    """Return the standard uncertainties of L*, a*, b*."""
    # The four quarters of the surface differ by its relief in this light, and by its own pattern.
    left, low = (at_mm < np.median(at_mm, axis=0)).T
    quarters = [relative[a & b] for a in (left, ~left) for b in (low, ~low)]
    means = np.array([linear_to_lab(q.mean(axis=0)) for q in quarters if len(q)])
    relief = means.std(axis=0)
    # Print and camera cannot be told apart in the grey patches' error.
    tone = np.abs(light.tone_lab) / np.sqrt(3)
    level = np.hypot(light.scatter, 2 * height_mm / _LAMP_MM / np.sqrt(3))
    per_level = (mean[0] + 16) / 3  # dL* / d ln Y
    lightness = np.array([per_level * level, 0.0, 0.0])
    chroma = np.array([0.0, *(np.abs(mean[1:]) * level / 3)])  # a*, b* grow with the cube root
    return np.asarray(
        np.sqrt(relief**2 + tone**2 + lightness**2 + chroma**2 + _U_CAMERA**2), np.float64
    )
