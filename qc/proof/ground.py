"""The mat in the photo: its print, what lies in shadow, and where the paper lifts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.mat import MatLayout
from qc.geometry.mat_print import mat_png, px_per_mm
from qc.photo import srgb_to_linear
from qc.proof.camera import TrueCamera
from qc.proof.coverage import Picture, Window, coverage
from qc.proof.light import Light
from qc.proof.solid import Solid

Array = npt.NDArray[np.float64]

_INK, _PAPER = 0.03, 0.86
"""Albedo of full black and of blank paper."""

_FULL = 65535
_SOFT_PX = 0.25
_SHADOW_RINGS = 12
_BAND = 256
_POINT_DEG = 0.5
"""A smaller lamp throws a hard shadow."""


@dataclass(frozen=True, slots=True)
class Lift:
    """A bump of the paper: its height and where, with a Gaussian's sigma."""

    height_mm: float = 0.0
    x_mm: float = 0.0
    y_mm: float = 0.0
    sigma_mm: float = 60.0

    def at(self, points_mm: Picture) -> Picture:
        """Height at `(..., 2)` points of the mat."""
        far = ((points_mm - np.array([self.x_mm, self.y_mm], np.float32)) ** 2).sum(axis=-1)
        return np.asarray(self.height_mm * np.exp(-far / (2 * self.sigma_mm**2)), np.float32)


def field_albedo(layout: MatLayout) -> Array:
    """Albedo `(3,)` of the mat's plain field."""
    colour = srgb_to_linear(np.array([layout.field_srgb], np.uint8))[0]
    return np.asarray(_INK + (_PAPER - _INK) * colour, np.float64)


def mat_albedo(
    layout: MatLayout,
    print_scale: tuple[float, float],
    lift: Lift,
    table: tuple[float, float, float],
    camera: TrueCamera,
    ground_mm: Picture,
) -> Picture:
    """Return the albedo that each pixel sees, averaged over the pixel's own area.

    The print is first softened by a quarter of a pixel, which keeps every edge where it is, then
    read at four places of each pixel. Read at the centres alone, edges along the pixel grid would
    be drawn up to a quarter of a pixel off.

    Args:
        layout: the mat.
        print_scale: printed over designed length, x and y.
        lift: where the paper does not lie flat.
        table: albedo around the sheet.
        camera: who sees it.
        ground_mm: `(h, w, 2)` where each pixel's ray meets z = 0.

    Returns:
        `(h, w, 3)`.
    """
    picture = _print(layout)
    per_mm = px_per_mm(layout)
    eye = camera.eye_mm
    footprint = float(np.linalg.norm(eye)) / camera.fx_px * per_mm
    sigma = np.sqrt(max((_SOFT_PX * footprint) ** 2 - 1 / 6, 0.01))  # less bilinear reading's
    soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(sigma)))
    albedo = np.empty((*ground_mm.shape[:2], 3), np.float32)
    paint = tuple(_FULL * (channel - _INK) / (_PAPER - _INK) for channel in table)
    for top in range(0, len(albedo), _BAND):
        at = ground_mm[top : top + _BAND]
        if lift.height_mm:
            height = lift.at(at)[..., None]
            at = at + height / np.float32(eye[2]) * (eye[:2].astype(np.float32) - at)
        x = (at[..., 0] / print_scale[0] + layout.sheet_width_mm / 2) * per_mm - 0.5
        y = (layout.sheet_height_mm / 2 - at[..., 1] / print_scale[1]) * per_mm - 0.5
        x, y = x.astype(np.float32), y.astype(np.float32)
        # How the print moves by a quarter of a pixel to the right, and down.
        right, down = (
            np.stack([np.gradient(x, axis=axis), np.gradient(y, axis=axis)]) / 4 for axis in (1, 0)
        )
        band = np.zeros((*x.shape, 3), np.float32)
        for across, along in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
            dx, dy = across * right + along * down
            band += cv2.remap(
                soft,
                x + dx,
                y + dy,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=paint,
            )
        albedo[top : top + _BAND] = band / 4
    albedo *= np.float32((_PAPER - _INK) / _FULL)
    albedo += np.float32(_INK)
    return albedo


@cache
def _print(layout: MatLayout) -> npt.NDArray[np.uint16]:
    encoded = np.asarray(cv2.imdecode(np.frombuffer(mat_png(layout), np.uint8), cv2.IMREAD_COLOR))
    picture = np.empty(encoded.shape, np.uint16)
    for top in range(0, len(encoded), _BAND):
        rgb = np.ascontiguousarray(encoded[top : top + _BAND, :, ::-1])
        picture[top : top + _BAND] = np.rint(srgb_to_linear(rgb) * _FULL)
    return picture


def lamp_share(solid: Solid, camera: TrueCamera, light: Light, window: Window) -> Picture:
    """Return how much of the lamp each pixel of the mat sees past a solid, `(h, w)`."""
    points = solid.outer.points
    chosen = np.unique(np.linspace(0, len(points) - 1, _SHADOW_RINGS).round().astype(int))
    half = Window(0, 0, -(-window.width // 2), -(-window.height // 2))
    shade = np.zeros((half.height, half.width), np.float32)
    lamp = _DISC if light.softness_deg > _POINT_DEG else _DISC[:1]
    directions = [
        light.towards(light.softness_deg * right, light.softness_deg * up) for right, up in lamp
    ]
    for direction in directions:
        dark = np.zeros_like(shade)
        for ring in points[chosen, ::4]:
            at = ring[:, :2] - ring[:, 2:] * direction[:2] / direction[2]
            seen = camera.project(np.column_stack([at, np.zeros(len(at))]))
            local = (seen - [window.left - 0.5, window.top - 0.5]) / 2 - 0.5
            dark = np.maximum(dark, coverage(local, half))
        shade += dark / len(directions)
    size = (2 * half.width, 2 * half.height)
    whole = np.asarray(cv2.resize(shade, size, interpolation=cv2.INTER_LINEAR))
    return np.asarray(1 - whole[: window.height, : window.width], np.float32)


_DISC = [(0.0, 0.0)] + [
    (radius * float(np.cos(angle)), radius * float(np.sin(angle)))
    for radius, count in ((0.5, 4), (0.9, 8))
    for angle in 2 * np.pi * (np.arange(count) + 0.3) / count
]


def sky_share(covered: Picture, height_mm: float, mm_per_px: float) -> Picture:
    """Return how much of the sky the mat sees beside an item, `(h, w)`: less close to it."""
    away = cv2.distanceTransform((covered < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    reach_px = max(height_mm, 1.0) / mm_per_px
    return np.asarray(1 - 0.5 * np.exp(-np.asarray(away, np.float32) / (0.6 * reach_px)))
