"""Colour as numbers that agree with the eye: CIELAB and the difference ΔE00.

Colours are relative to a white: the mat's bare paper has L* = 100, a* = b* = 0, as in ICC's
media-relative colorimetry. A reference measured against absolute white would read darker by the
paper's own colour, so the reference must come from a photo on the mat too.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# IEC 61966-2-1:1999 (sRGB), linear RGB to XYZ for D65. The rows' sums are the white point, so
# that linear (1, 1, 1) is exactly neutral.
_XYZ_OF_LINEAR = np.array(
    [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
)
_WHITE = _XYZ_OF_LINEAR.sum(axis=1)

LUMINANCE = _XYZ_OF_LINEAR[1]
"""Weights of linear R, G, B in relative luminance Y."""

_DELTA = 6 / 29


def linear_to_lab(linear: npt.NDArray[np.floating]) -> Array:
    """Return CIELAB (ISO/CIE 11664-4:2019) of `(…, 3)` linear sRGB, relative to (1, 1, 1)."""
    xyz = np.asarray(linear, np.float64) @ _XYZ_OF_LINEAR.T / _WHITE
    f = np.where(xyz > _DELTA**3, np.cbrt(xyz), xyz / (3 * _DELTA**2) + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def srgb_to_lab(encoded: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return CIELAB of a picture `(H, W, 3)` in sRGB, by OpenCV in single precision.

    Within half a unit of `linear_to_lab`, and fast enough for every pixel of a photo.
    """
    scaled = encoded.astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)


def delta_e_2000(first: npt.NDArray[np.floating], second: npt.NDArray[np.floating]) -> Array:
    """Return ΔE00 between `(…, 3)` CIELAB colours, with kL = kC = kH = 1.

    ISO/CIE 11664-6:2022; computed as in Sharma, Wu & Dalal, *Color Research and Application* 30
    (2005), 21–30, whose cases for the hue of greys and for hues on both sides of 0° are kept.
    """
    l1, a1, b1 = np.moveaxis(np.asarray(first, np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(second, np.float64), -1, 0)
    mean_chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * _saturation(mean_chroma)
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1 = np.degrees(np.arctan2(b1, stretch * a1)) % 360
    h2 = np.degrees(np.arctan2(b2, stretch * a2)) % 360
    grey = c1 * c2 == 0

    turn = (h2 - h1 + 180) % 360 - 180
    turn = np.where((turn == -180) & (h2 > h1), 180.0, turn)
    d_hue = np.where(grey, 0.0, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2))
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    apart = np.abs(h1 - h2) > 180
    hue = np.where(apart, (h1 + h2 + np.where(h1 + h2 < 360, 360, -360)) / 2, (h1 + h2) / 2)
    hue = np.where(grey, h1 + h2, hue)

    t = (
        1
        - 0.17 * _cos(hue - 30)
        + 0.24 * _cos(2 * hue)
        + 0.32 * _cos(3 * hue + 6)
        - 0.20 * _cos(4 * hue - 63)
    )
    off = (lightness - 50) ** 2
    in_lightness = (l2 - l1) / (1 + 0.015 * off / np.sqrt(20 + off))
    in_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    in_hue = d_hue / (1 + 0.015 * chroma * t)
    blue = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    rotation = -2 * _saturation(chroma) * np.sin(np.radians(2 * blue))
    squared = in_lightness**2 + in_chroma**2 + in_hue**2 + rotation * in_chroma * in_hue
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def _saturation(chroma: Array) -> Array:
    return np.asarray(np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))


def _cos(degrees: Array) -> Array:
    return np.asarray(np.cos(np.radians(degrees)))
