"""The photo gate: can anything be judged from this photo?

Each gate is a pure function from a measure to a reason to take the photo again, or none.
`gate_light` needs the photo alone; blur and glare need to know where the mat's edges and the item
are, so the geometry measures them once it has found the mat.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from qc.decision.verdict import Reason, Verdict
from qc.photo.colour import LUMINANCE
from qc.photo.decode import Photo
from qc.photo.edges import edge_width_px, strongest_edges
from qc.photo.light import srgb_to_linear

MIN_LONG_PX = 1600
MIN_SHORT_PX = 1200
"""2 MP: an A3 mat that fills such a photo has 0.26 mm a pixel, so a crack of 0.5 mm has two."""

MIN_WHITE_LINEAR = 0.10
"""Of the mat's white, the brightest of the photo. Below a tenth of full light, sRGB's
steps and a small sensor's noise exceed 1 % of the difference between the mat's black and white."""

MAX_CLIPPED_SHARE = 0.30
"""White paper may clip here and there; the mat's blue and the item, most of the photo, may not."""

MIN_CHROMA = 12
"""Of 255. The mat's blue field has some 100; noise and a colour cast stay below."""

MAX_EDGE_SIGMA_PX = 2.0
"""A crack 2.5 px wide (0.5 mm at 0.2 mm a pixel) keeps erf(2.5 / (2 √2 · 2)) = 47 % of its
contrast. A focused tablet has 0.6 to 1.0 px."""

_REDUCED_SIGMA_PX = 0.6
"""Spread of the sharpest edges of a reduced picture; 0.4 to 0.5 where it was reduced well."""

MAX_GLARE_SHARE = 0.02
"""Of the item's area. A lacquered bowl always shows a small highlight of the lamp."""

CLIPPED_LEVEL = 250
"""From here on JPEG can no longer tell white from clipped white."""

_BRIGHT_PERCENTILE = 99
"""Of the samples that are not clipped, as a lamp in the photo is. The paper of a small mat on a
large dark table takes the hundredth part of a photo, and its coloured field does."""

_SAMPLES_PER_SIDE = 150


def gate_light(photo: Photo, view: str | None = None) -> tuple[Reason, ...]:
    """Judge size, colour and exposure; an empty result means the photo may go on.

    Percentiles over a grid of samples, so that a lamp in the corner or a dark table around the
    mat decide nothing, and a 12 MP photo costs some 4 ms.
    """
    small = _gate_size(photo, view)
    return (*([small] if small else []), *gate_exposure(photo, view))


def gate_exposure(
    photo: Photo, view: str | None = None, *, samples_per_side: int = _SAMPLES_PER_SIDE
) -> tuple[Reason, ...]:
    """Judge colour and exposure alone, whatever the size."""
    return tuple(_gate_samples(_sample(photo.pixels, samples_per_side), view))


def gate_blur(sigma_px: float | None, view: str | None = None) -> Reason | None:
    """Judge what `edge_width_px` measured; edges that could not be measured are not sharp."""
    if sigma_px is not None and sigma_px <= MAX_EDGE_SIGMA_PX:
        return None
    return Reason.of(Verdict.RETAKE, "photo-blurred", view=view)


def gate_frame_blur(
    linear_grey: npt.NDArray[np.float32], enlargement: float, view: str | None = None
) -> Reason | None:
    """Judge by a small frame of the live camera whether the photo would be blurred.

    Args:
        linear_grey: (H, W) linear light.
        enlargement: how many pixels the photo has for one of the frame, along a side.
        view: named in the reason.

    Reducing a picture hides its blur: with four pixels for one, a photo that is only just too
    blurred (2.0 px) still passes here; from some 2.7 px on it is seen.
    """
    sigma_px = edge_width_px(linear_grey, *strongest_edges(linear_grey))
    limit_px = math.hypot(MAX_EDGE_SIGMA_PX / enlargement, _REDUCED_SIGMA_PX)
    if sigma_px is None or sigma_px <= limit_px:
        return None
    return Reason.of(Verdict.RETAKE, "photo-blurred", view=view)


def gate_glare(
    pixels: npt.NDArray[np.uint8], item_mask: npt.NDArray[np.bool_], view: str | None = None
) -> Reason | None:
    """Judge the share of the item that is white with reflected light, where defects hide.

    Args:
        pixels: (H, W, 3) sRGB.
        item_mask: (H, W), true on the item.
        view: named in the reason.

    Raises:
        ValueError: the shapes do not agree or the mask is empty.
    """
    if item_mask.shape != pixels.shape[:2]:
        raise ValueError(f"item_mask must be {pixels.shape[:2]}, got {item_mask.shape}")
    item_px = np.count_nonzero(item_mask)
    if not item_px:
        raise ValueError("item_mask is empty")
    clipped = np.asarray(cv2.inRange(pixels, (CLIPPED_LEVEL,) * 3, (255,) * 3), bool)
    if np.count_nonzero(clipped & item_mask) <= MAX_GLARE_SHARE * item_px:
        return None
    return Reason.of(Verdict.RETAKE, "photo-glare", view=view)


def _gate_size(photo: Photo, view: str | None) -> Reason | None:
    short, long = sorted((photo.width_px, photo.height_px))
    if long >= MIN_LONG_PX and short >= MIN_SHORT_PX:
        return None
    return Reason.of(
        Verdict.RETAKE,
        "photo-small",
        view=view,
        width_px=photo.width_px,
        height_px=photo.height_px,
    )


def _gate_samples(samples: npt.NDArray[np.uint8], view: str | None) -> list[Reason]:
    codes = []
    clipped = samples.min(axis=0) >= CLIPPED_LEVEL
    # In the order of memory, which indexing does not keep: numpy is a hundred times faster there.
    seen = samples if clipped.all() else np.compress(~clipped, samples, axis=1)
    if np.percentile(_luminance(seen), _BRIGHT_PERCENTILE) < MIN_WHITE_LINEAR:
        codes.append("photo-dark")  # and too dark to tell whether there is colour
    else:
        if clipped.mean() > MAX_CLIPPED_SHARE:
            codes.append("photo-bright")
        if np.percentile(np.ptp(seen, axis=0), _BRIGHT_PERCENTILE) < MIN_CHROMA:
            codes.append("photo-grey")
    return [Reason.of(Verdict.RETAKE, code, view=view) for code in codes]


def _sample(pixels: npt.NDArray[np.uint8], samples_per_side: int) -> npt.NDArray[np.uint8]:
    """Return `(3, N)` pixels on a grid; unlike a mean over blocks they keep clipping visible."""
    step = max(1, min(pixels.shape[:2]) // samples_per_side)
    grid = pixels[step // 2 :: step, step // 2 :: step]
    return np.ascontiguousarray(grid.reshape(-1, 3).T)


def _luminance(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return relative luminance Y of `(3, N)` sRGB pixels (ITU-R BT.709 primaries)."""
    return np.asarray(LUMINANCE.astype(np.float32) @ srgb_to_linear(pixels))
