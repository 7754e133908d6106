"""How plainly a labelled defect shows: its contrast against the surface's own variation.

Nothing here knows a detector. What is measured of a defect is measured in the same way at places
of the same shape on the clean surface around it, so that grain counts as noise, and counts more
for what runs along it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from qc.photo.colour import srgb_to_lab

NOT_MEASURED: Final = "not measured"
LOW_CONTRAST_LIMIT: Final = 3.29
"""In standard deviations of what the surface gives without a defect; see `STRATA`."""

_EDGES: Final = (LOW_CONTRAST_LIMIT, 5.0)
STRATA: Final = (
    f"< {_EDGES[0]:g}",
    *(f"{low:g}–{high:g}" for low, high in pairwise(_EDGES)),
    f"≥ {_EDGES[-1]:g}",
    NOT_MEASURED,
)
"""Strata of contrast-to-noise. Below 3.29 a detail is within the limit of the statistical method
for low contrasts (E. H. Chao et al., Radiology 217(P), 2000: 3.29 standard deviations of the means
of areas of its size, at 95 % confidence); from 5 on it is reliably seen by Rose's criterion
(A. Rose, J. Opt. Soc. Am. 38, 1948; A. E. Burgess, J. Opt. Soc. Am. A 16, 1999)."""

MEANING: Final = (
    "Contrast against the surface's own variation in places of the same shape. From 5 on a defect "
    "is reliably seen by Rose's criterion; below 3.29 grain may look like it, or no one notices it."
)
"""What a reader of a table by these strata has to know."""

GAP_PX: Final = 2
"""Left out around a defect: masks are off by a pixel, and edges are soft."""

_LEAST_RING_PX = 4
_REACH_PX = (64, 256)
"""Least and greatest distance of the places that a defect is compared with."""

_COVERED = 0.75
"""Share of a place that must be clean."""

_LEAST_PLACES = 100
_ROUNDING = 0.12
"""Standard deviation of the lightness of a pixel of 8 bits, from rounding alone."""

_JUST_NOTICEABLE = 2.3
"""Difference in CIELAB that a person just notices (M. Mahy et al., Color Research & Application
19(2), 1994). A surface may vary far less, in hue above all: a grey one has none. What a person
just notices on such a surface stands where a detail is just detected, at the lowest edge."""

Mask = NDArray[np.bool_]


def stratum(contrast: float) -> str:
    """Name the stratum of a contrast-to-noise ratio; NaN is `NOT_MEASURED`."""
    if np.isnan(contrast):
        return NOT_MEASURED
    return STRATA[int(np.searchsorted(_EDGES, contrast, side="right"))]


def clean_surface(defective: Mask, surface: Mask | None = None) -> Mask:
    """Return where `(H, W)` a surface shows that no defect is near.

    Args:
        defective: true on every defect, and on what nobody knows.
        surface: true on the item; everything by default.
    """
    side = 2 * GAP_PX + 1
    near = cv2.dilate(defective.astype(np.uint8), np.ones((side, side), np.uint8)).astype(bool)
    return ~near if surface is None else ~near & surface


def strata(
    pixels: NDArray[np.uint8],
    defects: NDArray[np.integer],
    labels: Iterable[int],
    unknown: Mask | None = None,
    surface: Mask | None = None,
) -> list[str]:
    """Name the stratum of each of some defects of a photo.

    Args:
        pixels: `(H, W, 3)` sRGB.
        defects: `(H, W)` labels of all true defects, 0 where there is none.
        labels: of the defects that are asked for.
        unknown: `(H, W)` true where nobody knows whether it is clean; nowhere by default.
        surface: `(H, W)` true on the item; everywhere by default.
    """
    asked = list(labels)
    if not asked:
        return []
    field, dirty = srgb_to_lab(pixels), defects > 0
    clean = clean_surface(dirty if unknown is None else dirty | unknown, surface)
    return [stratum(contrast_to_noise(field, defects == label, clean)) for label in asked]


def contrast_to_noise(
    field: NDArray[np.floating],
    region: Mask,
    clean: Mask,
    *,
    rounding: float = _ROUNDING,
    just_noticeable: float = _JUST_NOTICEABLE,
) -> float:
    """Contrast of a region to the noise of the surface around it.

    The contrast is the difference between the region and a ring around it, as wide as the region's
    inscribed circle: of the mean of each channel, and of the logarithm of the first channel's
    standard deviation, since dents and torn grain may have the colour of what is around them.
    Each is divided by its robust spread, 1.4826 times the median of its absolute values, over the
    places to which region and ring can be shifted on the clean surface; the largest counts. In
    white noise that is Rose's ratio of signal to noise, the ring's own noise included.

    Args:
        field: `(H, W, C)`, such as `srgb_to_lab` gives.
        region: `(H, W)` true on the defect.
        clean: `(H, W)` true where the surface shows and no defect is near, see `clean_surface`.
        rounding: standard deviation below which a pixel's variation means nothing.
        just_noticeable: difference of two means that is worth the lowest edge of the strata where
            the surface varies less.

    Returns:
        The ratio; NaN where too little of the surface is clean to tell.
    """
    rows, columns = np.nonzero(region)
    if not len(rows):
        return float("nan")
    box = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
    own = np.pad(region[box].astype(np.uint8), 1)
    thick_px = max(_LEAST_RING_PX, round(float(cv2.distanceTransform(own, cv2.DIST_L2, 5).max())))
    place = _grown(box, GAP_PX + thick_px, region.shape)
    longest = max(side.stop - side.start for side in place)
    window = _grown(place, int(np.clip(longest, *_REACH_PX)), region.shape)

    distance = cv2.distanceTransform((~region[place]).astype(np.uint8), cv2.DIST_L2, 5)
    around = (distance > GAP_PX) & (distance <= GAP_PX + thick_px)
    ring = around & clean[place]
    if ring.sum() < 0.25 * around.sum():
        return float("nan")
    values = np.asarray(field[window], np.float64)
    values = values - values.mean(axis=(0, 1))
    here = tuple(
        slice(p.start - w.start, p.stop - w.start) for p, w in zip(place, window, strict=True)
    )
    inside, outside = (_moments_under(values[here], shape) for shape in (region[place], ring))
    contrast = _contrast(inside, outside, rounding)

    usable = clean[window].astype(np.float64)
    inside, outside = (_moments(values, usable, shape) for shape in (region[place], ring))
    free = (inside[0] >= _COVERED * region[place].sum()) & (outside[0] >= _COVERED * ring.sum())
    if free.sum() < _LEAST_PLACES:
        return float("nan")
    noise = 1.4826 * np.median(np.abs(_contrast(inside, outside, rounding)[:, free]), axis=1)
    floor = np.full(len(noise), just_noticeable / _EDGES[0])
    # What chance alone makes of the logarithm of two standard deviations.
    floor[-1] = np.sqrt(0.5 / len(rows) + 0.5 / ring.sum())
    return float(np.max(np.abs(contrast) / np.maximum(noise, floor)))


def _grown(box: tuple[slice, ...], by: int, shape: tuple[int, ...]) -> tuple[slice, slice]:
    rows, columns = (
        slice(max(0, side.start - by), min(size, side.stop + by))
        for side, size in zip(box, shape, strict=True)
    )
    return rows, columns


def _moments_under(values: NDArray[np.float64], shape: Mask) -> NDArray[np.float64]:
    """The same as `_moments` `(C + 2,)` of one place, where every pixel counts."""
    own = values[shape]
    return np.array([len(own), *own.sum(axis=0), (own[:, 0] ** 2).sum()])


def _moments(
    values: NDArray[np.float64], weight: NDArray[np.float64], shape: Mask
) -> NDArray[np.float64]:
    """Count, sums of the channels and sum of the first one's squares, `(C + 2, H', W')`.

    Over the pixels of weight 1 under a shape, at every place where it lies in the picture.
    """
    channels = np.moveaxis(values, -1, 0)
    stack = np.stack([weight, *(weight * channels), weight * channels[0] ** 2])
    kernel = shape[::-1, ::-1].astype(np.float64)[None]
    sums = np.asarray(fftconvolve(stack, kernel, mode="valid", axes=(1, 2)), np.float64)
    sums[0] = np.maximum(np.round(sums[0]), 0)
    return sums


def _contrast(
    inside: NDArray[np.float64], outside: NDArray[np.float64], rounding: float
) -> NDArray[np.float64]:
    """Differences of the means and of the logarithm of the first channel's spread."""

    def described(sums: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        mean = sums[1:] / np.maximum(sums[0], 1)
        variance = np.maximum(mean[-1] - mean[0] ** 2, 0) + max(rounding, 1e-6) ** 2
        return mean[:-1], np.log(variance) / 2

    (mean, spread), (mean_around, spread_around) = described(inside), described(outside)
    return np.concatenate([mean - mean_around, (spread - spread_around)[None]])
