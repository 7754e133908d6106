"""Self-consistency: what stands out from an item's own grain, without having learnt anything.

Each patch of a surface is compared with others of the same surface through one matrix product, and
its distance to the nearest few is what it is unlike them. Patches beside it are left out: a stain's
patches are like one another, and features see beyond their patch. Related to the mutual scoring of
X. Li et al. (MuSc, ICLR 2024), within one picture.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from training.errors import TrainingDataError

Floats = NDArray[np.float32]

KEYS: Final = 256
"""Patches with which all are compared, drawn evenly from the surface. Four times as many changed
average precision by less than one point."""

WINDOW: Final = 3
"""Patches in each direction, upright and across, that are too near to be compared."""

_NEAREST_SHARE = 0.02
"""Of the keys: one alone may be a second defect of the same kind."""

_LEAST = 1e-3
"""Of the largest distance: nothing stands out by more than a thousand times."""

_BESIDE = (2 * WINDOW + 1) ** 2
MIN_PATCHES: Final = 2 * _BESIDE
"""Half of a smaller surface could lie beside a patch."""

_BLOCK = 4096
"""Patches compared at once: a block's distances take 4 MiB, however large the surface is."""


def stand_out(features: Floats, inside: NDArray[np.bool_] | None = None) -> Floats:
    """Return how much each patch stands out from its own surface: 1 is usual.

    Args:
        features: `(h, w, C)` of the patches, as `Encoder.describe` gives them.
        inside: `(h, w)` true for patches on the item; only these are compared, and with these
            only. None means all.

    Returns:
        `(h, w)` distance to the rest of the surface, in units of the median patch's; 1 beyond the
        item.

    Raises:
        TrainingDataError: the item has fewer than `MIN_PATCHES` patches.
    """
    if inside is None:
        inside = np.ones(features.shape[:2], bool)
    total = int(inside.sum())
    if total < MIN_PATCHES:
        raise TrainingDataError(
            f"{total} patches are too few to be compared with one another",
            fix=f"Compare at a finer scale: at least {MIN_PATCHES} patches of 8 px.",
        )
    patches = features[inside].astype(np.float32)
    patches -= patches.mean(axis=0)  # differences of large numbers would lose digits
    chosen = _spread_rows(total)
    keys = patches[chosen]
    near_row, near_key = _beside(inside, chosen)
    key_norms, minus_twice = np.square(keys).sum(axis=1), -2 * keys.T
    count = max(1, round(_NEAREST_SHARE * len(keys)))
    distance = np.empty(total, np.float32)
    for start in range(0, total, _BLOCK):
        block = patches[start : start + _BLOCK]
        squared = block @ minus_twice
        squared += key_norms
        here = (near_row >= start) & (near_row < start + _BLOCK)
        squared[near_row[here] - start, near_key[here]] = np.inf
        nearest = np.partition(squared, count - 1, axis=1)[:, :count].mean(axis=1)
        own = np.square(block).sum(axis=1)
        distance[start : start + _BLOCK] = np.sqrt(np.maximum(nearest + own, 0))
    result = np.ones(inside.shape, np.float32)
    if (largest := float(distance.max())) > 0:
        # Most of a flat surface is the same to the last digit.
        result[inside] = distance / max(float(np.median(distance)), _LEAST * largest)
    return result


def _spread_rows(count: int) -> NDArray[np.int64]:
    """Choose at most `KEYS` of so many rows, by a fixed draw.

    Every n-th would fall into columns where n divides the picture's width.
    """
    return np.sort(np.random.default_rng(0).permutation(count)[:KEYS])


def _beside(
    inside: NDArray[np.bool_], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all pairs of a row and a key that lie in one window.

    Args:
        inside: `(h, w)` true for the patches, which are numbered row by row.
        chosen: `(k,)` numbers of the keys.
    """
    number = np.full(np.array(inside.shape) + 2 * WINDOW, -1)
    number[WINDOW:-WINDOW, WINDOW:-WINDOW][inside] = np.arange(inside.sum())
    row, column = np.argwhere(inside)[chosen].T
    windows = sliding_window_view(number, (2 * WINDOW + 1,) * 2)[row, column]
    rows = windows.reshape(len(chosen), _BESIDE)
    return rows[rows >= 0], np.nonzero(rows >= 0)[0]
