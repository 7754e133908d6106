"""The usual colour of many pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def median_colour(colours: npt.NDArray[np.generic]) -> npt.NDArray[np.floating]:
    """Return the median of each channel of `(N, C)` colours, N at least 1.

    It is numpy's own to the last bit: where N is even, the mean of both in the middle. numpy looks
    for these at once, in ten times the time that it takes for one.
    """
    middle = len(colours) // 2
    parted = np.partition(np.ascontiguousarray(colours.T), middle, axis=1)
    upper = parted[:, middle]
    lower = parted[:, :middle].max(axis=1) if len(colours) % 2 == 0 else upper
    return np.asarray(np.mean([lower, upper], axis=0))
