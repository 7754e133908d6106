"""Whether anybody could see a composited defect: the same photo without it is at hand."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.evaluation.visibility import LOW_CONTRAST_LIMIT
from qc.photo.colour import srgb_to_lab
from training.synthesis.composite.scene import Field, Mask

LEAST_DETECTABILITY = LOW_CONTRAST_LIMIT
"""In standard deviations of what the surface alone gives; below it grain looks as much like the
defect as the defect does."""

_LEAST_PX = 4
_LEAST_CHANGE = 9
"""Mean change, in grey levels of 255, of the stronger half of a visible defect's pixels."""
_LARGEST_SHARE = 0.5
"""Of the item's area: a defect larger than that is the item's own look in this patch."""

_FINE_PX, _BROAD_PX = 0.8, 24.0
"""Standard deviations of the blurs between which details lie."""
_COARSER = 4
"""Times by which a broad blur is taken in a reduced copy, for speed."""
_AROUND_PX = 3
"""What a defect changes beyond its mask: the walls of a groove, a soft edge."""
_REACH_PX = 64
"""To which a defect's surroundings reach."""
_COVERED = 0.75
_LEAST_PLACES = 100


def invisible(target: Mask, pixels: NDArray[np.uint8], twin: NDArray[np.uint8], item: Mask) -> Mask:
    """Find the defects that light, camera, grain or place hide: neither asked for nor clean.

    A scratch in a burnt-out highlight leaves no trace, nor does a fine one in a blurred photo, a
    faint one along coarse grain looks like grain, and of a stain over the whole item nobody could
    say that it is one.

    Args:
        target: `(types, H, W)`.
        pixels: `(H, W, 3)`, the photo with the defects.
        twin: `(H, W, 3)` the same without them: same light, same blur, same noise.
        item: `(H, W)` true where the item shows.

    Returns:
        `(H, W)` true on such defects.
    """
    change = cv2.absdiff(pixels, twin).max(axis=2)
    lost: Mask = np.zeros(change.shape, bool)
    surface, item_px = details(twin, item), int(item.sum())
    signal = details(pixels, item) - surface
    for own in target:
        if not own.any():
            continue
        count, labels = cv2.connectedComponents(own.astype(np.uint8), connectivity=8)
        for label in range(1, count):
            inside = np.asarray(labels) == label
            values = np.sort(change[inside])
            if (
                len(values) < _LEAST_PX
                or len(values) > _LARGEST_SHARE * item_px
                or values[len(values) // 2 :].mean() < _LEAST_CHANGE
                or detectability(signal, surface, inside, item) < LEAST_DETECTABILITY
            ):
                lost |= inside
    return lost


def details(pixels: NDArray[np.uint8], item: Mask) -> Field:
    """Return `(H, W, 3)` in CIELAB what is finer than broad shades, 0 outside of the item."""
    share = item.astype(np.float32)[..., None]
    planes = np.concatenate([srgb_to_lab(pixels) * share, share], axis=2)
    fine = cv2.GaussianBlur(planes, (0, 0), _FINE_PX)
    height, width = item.shape
    small = (max(1, width // _COARSER), max(1, height // _COARSER))
    broad = cv2.resize(planes, small, interpolation=cv2.INTER_AREA)
    broad = cv2.GaussianBlur(broad, (0, 0), _BROAD_PX / _COARSER)
    broad = cv2.resize(broad, (width, height), interpolation=cv2.INTER_LINEAR)

    def on_item(blurred: NDArray[Any]) -> Field:
        return np.asarray(blurred[..., :3] / np.maximum(blurred[..., 3:], 1e-3), np.float32)

    return (on_item(fine) - on_item(broad)) * share


def detectability(signal: Field, surface: Field, region: Mask, item: Mask) -> float:
    """Detectability d' of a defect for an observer who knows it, but not the surface.

    The non-prewhitening matched filter (R. F. Wagner and D. G. Brown, Phys. Med. Biol. 30, 1985)
    compares the photo with the defect's own trace. Its answer to the trace is divided by the robust
    spread (1.4826 times the median of the absolute deviations) of its answers to the surface, at
    all places around to which the trace can be shifted. In white noise that is the square root of
    the signal's energy over the noise's standard deviation.

    Args:
        signal: `(H, W, C)` what all defects change, see `details`.
        surface: `(H, W, C)` without them.
        region: `(H, W)` true on the defect.
        item: `(H, W)` true where the item shows.

    Returns:
        d', infinite where there is too little of the item around to tell.
    """
    side = 2 * _AROUND_PX + 1
    near = cv2.dilate(region.astype(np.uint8), np.ones((side, side), np.uint8))
    x, y, width, height = cv2.boundingRect(near)
    box = (slice(y, y + height), slice(x, x + width))
    share = near[box].astype(np.float32)
    trace = np.ascontiguousarray(signal[box] * share[..., None])

    rows = np.pad(np.arange(region.shape[0]), _REACH_PX, "reflect")[y : y + height + 2 * _REACH_PX]
    columns = np.pad(np.arange(region.shape[1]), _REACH_PX, "reflect")[
        x : x + width + 2 * _REACH_PX
    ]
    around = np.ix_(rows, columns)
    answers = cv2.matchTemplate(surface[around], trace, cv2.TM_CCORR)
    told = np.ones(answers.shape, bool)
    if not item.all():
        covered = cv2.matchTemplate(item[around].astype(np.float32), share, cv2.TM_CCORR)
        told = covered > _COVERED * share.sum()
    values = answers[told]
    if len(values) < _LEAST_PLACES:
        return float("inf")
    spread = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    return float(np.square(trace).sum()) / max(spread, 1e-6)
