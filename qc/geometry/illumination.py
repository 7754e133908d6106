"""How the light falls on the mat, from what is printed on it.

The bare paper around the ring's markers gives level, colour and shape of the light all around the
item; the grey patches in the field's corners tell whether those greys come out grey.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.mat import MatLayout, Patch
from qc.geometry.pose import MatView
from qc.photo import Photo, srgb_to_linear
from qc.photo.colour import linear_to_lab
from qc.photo.quality import CLIPPED_LEVEL

Array = npt.NDArray[np.float64]

Trouble = Literal["dark", "bright", "uneven", "tinted", "covered"]
"""Why a photo's light cannot be known: keys of `messages.COLOUR_TROUBLES`."""

MIN_PAPER_LINEAR = 0.15
"""Below, sRGB's steps and the sensor's noise are 1 % of the paper's light and more."""

MAX_UNEVENNESS = 3.0
"""Brightest to darkest paper. Beyond, light comes from close by: its level at the item's height
cannot be told from that on the mat."""

MAX_TINT = 3.0
"""Strongest to weakest channel. Beyond, a channel has too few steps left to balance it."""

_MIN_SHARE = 0.6
"""Of the paper samples, and of the grey patches, that must be seen."""

_PATCH_CHROMA, _PATCH_LIGHTNESS = 15.0, 20.0
"""How far a patch may be from its nominal grey, print and camera together, before something else
must lie on it."""

_SIDE_MM = 0.6
_OUTLIER_FACTOR = 4.0


@dataclass(frozen=True, slots=True)
class Illumination:
    """The light on the mat plane, as the photo's linear value of bare paper.

    `terms` is `(6, 3)`: the logarithm's quadratic surface per channel. `scatter` is the relative
    standard deviation of the paper about it. `tone_lab` is by how much the grey patches differ
    from their nominal colour, the error of print and camera together.
    """

    terms: Array
    reach_mm: tuple[float, float]
    scatter: float
    unevenness: float
    tone_lab: tuple[float, float, float]

    def at(self, points_mm: Array) -> Array:
        """Return the `(N, 3)` linear light of bare paper at `(N, 2)` points of the mat plane."""
        return np.asarray(np.exp(_basis(points_mm, self.reach_mm) @ self.terms))


def find_illumination(photo: Photo, view: MatView) -> Illumination | Trouble:
    """Measure the light on the mat.

    Returns:
        The illumination, or why it cannot be known.
    """
    points_mm = _paper_points(view.layout) * view.print_scale
    seen, clipped = _sample(photo, view, points_mm, _SIDE_MM)
    if np.mean(clipped) > 1 - _MIN_SHARE:
        return "bright"
    light = seen.mean(axis=1)
    usable = ~clipped & (light.min(axis=1) > 0)
    if np.mean(usable) < _MIN_SHARE or np.median(light[usable]) < MIN_PAPER_LINEAR:
        return "dark"
    reach = (float(np.abs(points_mm[:, 0]).max()), float(np.abs(points_mm[:, 1]).max()))
    fitted = _fit(points_mm[usable], np.log(light[usable]), reach)
    if fitted is None:
        return "uneven"
    terms, scatter = fitted
    shape = np.exp(_basis(points_mm, reach) @ terms)
    unevenness = float((shape.max(axis=0) / shape.min(axis=0)).max())
    if unevenness > MAX_UNEVENNESS:
        return "uneven"
    middle = np.median(shape, axis=0)
    if middle.max() / middle.min() > MAX_TINT:
        return "tinted"
    tone = _tone(photo, view, terms, reach)
    if tone is None:
        return "covered"
    return Illumination(terms, reach, scatter, unevenness, tone)


def _paper_points(layout: MatLayout) -> Array:
    """Return the middles of the bare corners of all white squares, `(N, 2)` before scaling."""
    middle = (layout.square_mm + layout.marker_mm) / 4
    centres = []
    for column, row in layout.marker_squares.values():
        rect = layout.square_rect(column, row)
        x, y = (rect.left_mm + rect.right_mm) / 2, (rect.bottom_mm + rect.top_mm) / 2
        centres += [(x + sx * middle, y + sy * middle) for sx in (-1, 1) for sy in (-1, 1)]
    return np.array(centres)


def _sample(
    photo: Photo, view: MatView, points_mm: Array, side_mm: float
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Look at a 5 × 5 grid in a square around each of `(N, 2)` points.

    Returns:
        `(N, 25, 3)` linear light, and `(N,)` true where any of it is clipped or not in the photo.
    """
    steps = np.linspace(-side_mm / 2, side_mm / 2, 5)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    at_mm = (points_mm[:, None, :] + grid).reshape(-1, 2)
    at_px = view.camera.project(np.column_stack([at_mm, np.zeros(len(at_mm))]), view.pose)
    maps = at_px.astype(np.float32).reshape(len(points_mm), -1, 2)
    encoded = cv2.remap(
        photo.pixels,
        maps[..., 0],
        maps[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    )
    seen = np.asarray(encoded, np.uint8)
    clipped: npt.NDArray[np.bool_] = seen.max(axis=(1, 2)) >= CLIPPED_LEVEL
    return np.asarray(srgb_to_linear(seen), np.float64), clipped


def _basis(points_mm: Array, reach_mm: tuple[float, float]) -> Array:
    x, y = points_mm[:, 0] / reach_mm[0], points_mm[:, 1] / reach_mm[1]
    return np.column_stack([np.ones_like(x), x, y, x * x, x * y, y * y])


def _fit(
    points_mm: Array, logs: Array, reach_mm: tuple[float, float]
) -> tuple[Array, float] | None:
    """Fit the surface, leaving out what a hand, a shadow or a reflection changed."""
    basis = _basis(points_mm, reach_mm)
    used = np.ones(len(logs), bool)
    for _ in range(10):
        terms = np.linalg.lstsq(basis[used], logs[used], rcond=None)[0]
        off = np.abs(logs - basis @ terms).max(axis=1)
        spread = 1.4826 * float(np.median(off[used]))
        keep = off <= _OUTLIER_FACTOR * max(spread, 0.005)
        if np.array_equal(keep, used):
            break
        used = keep
        if used.mean() < _MIN_SHARE:
            return None
    return np.asarray(terms), float(np.sqrt(np.mean((logs - basis @ terms)[used] ** 2)))


def _tone(
    photo: Photo, view: MatView, terms: Array, reach_mm: tuple[float, float]
) -> tuple[float, float, float] | None:
    """Return how the grey patches differ from their nominal L*, a*, b*; None where covered."""
    greys = [patch for patch in view.layout.patches if patch.tone == "grey"]
    centres = np.array([(patch.x_mm, patch.y_mm) for patch in greys]) * view.print_scale
    seen, clipped = _sample(photo, view, centres, greys[0].size_mm / 2)
    paper = np.exp(_basis(centres, reach_mm) @ terms)
    lab = linear_to_lab(np.median(seen, axis=1) / paper)
    off = lab - np.array([_nominal_lab(patch) for patch in greys])
    alike = np.ptp(linear_to_lab(seen / paper[:, None])[..., 0], axis=1) < _PATCH_LIGHTNESS
    grey = (np.hypot(off[:, 1], off[:, 2]) < _PATCH_CHROMA) & (np.abs(off[:, 0]) < _PATCH_LIGHTNESS)
    good = alike & grey & ~clipped
    if good.mean() < _MIN_SHARE:
        return None
    lightness, a, b = np.median(off[good], axis=0).tolist()
    return lightness, a, b


def _nominal_lab(patch: Patch) -> Array:
    return linear_to_lab(srgb_to_linear(np.array(patch.srgb, np.uint8)))
