"""The usual colour of many pixels, against numpy's own median."""

from __future__ import annotations

import numpy as np
import pytest

from qc.photo import median_colour


@pytest.mark.parametrize("count", [1, 2, 3, 4, 999, 1000])
def test_it_is_the_median_of_bytes(count: int) -> None:
    colours = np.random.default_rng(count).integers(0, 256, (count, 3), np.uint8)
    np.testing.assert_array_equal(median_colour(colours), np.median(colours, axis=0))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 999, 1000])
def test_it_is_the_median_of_linear_light_to_the_last_bit(count: int) -> None:
    colours = np.random.default_rng(count).random((count, 3), np.float32)
    np.testing.assert_array_equal(median_colour(colours), np.median(colours, axis=0))


def test_equal_colours_are_their_own_median() -> None:
    colours = np.full((8, 3), 7, np.uint8)
    assert median_colour(colours).tolist() == [7, 7, 7]
