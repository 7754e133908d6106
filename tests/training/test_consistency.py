"""Self-consistency against the same sum over every pair, and on surfaces of known oddness."""

from __future__ import annotations

import tracemalloc

import goods
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from qc.defects.normality import Encoder
from training import consistency
from training.consistency import KEYS, MIN_PATCHES, WINDOW, stand_out
from training.errors import TrainingDataError

SMALL = (14, 18)  # all patches are keys


def _grain(shape: tuple[int, int], seed: int = 0) -> NDArray[np.float32]:
    assert SMALL[0] * SMALL[1] <= KEYS
    return np.random.default_rng(seed).normal(5, 1, size=(*shape, 16)).astype(np.float32)


def _odd(shape: tuple[int, int], at: tuple[slice, slice]) -> NDArray[np.float32]:
    features = _grain(shape)
    features[at] += 4
    return features


def test_equals_the_distances_of_all_pairs_outside_the_window() -> None:
    features = _grain(SMALL)
    places = np.argwhere(np.ones(SMALL, bool))
    pairs = cdist(features.reshape(-1, 16), features.reshape(-1, 16), "sqeuclidean")
    pairs[cdist(places, places, "chebyshev") <= WINDOW] = np.inf
    nearest = np.sort(pairs, axis=1)[:, : round(0.02 * len(pairs))]
    expected = np.sqrt(nearest.mean(axis=1)).reshape(SMALL)
    np.testing.assert_allclose(stand_out(features), expected / np.median(expected), rtol=1e-4)


def test_one_strange_patch_on_a_uniform_texture_stands_out() -> None:
    odd = stand_out(_odd((40, 50), (slice(11, 12), slice(33, 34))))
    assert np.unravel_index(odd.argmax(), odd.shape) == (11, 33)
    assert odd[11, 33] > 1.5 * np.sort(odd, axis=None)[-2]


def test_a_strange_patch_on_a_flat_surface_stands_out_as_well() -> None:
    features = np.full((*SMALL, 16), 7, np.float32)
    np.testing.assert_array_equal(stand_out(features), 1)
    features[3, 4] = 8
    odd = stand_out(features)
    assert np.unravel_index(odd.argmax(), odd.shape) == (3, 4)


def test_patches_of_one_stain_do_not_excuse_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window is left out: compared with its neighbours a stain would be its own kind."""
    stain = (slice(4, 4 + WINDOW), slice(6, 6 + WINDOW))
    features = _odd(SMALL, stain)
    features[stain] = features[4, 6]  # all alike
    mask = np.zeros(SMALL, bool)
    mask[stain] = True
    odd = stand_out(features)
    assert odd[mask].min() > 1.5 * odd[~mask].max()
    monkeypatch.setattr(consistency, "_beside", lambda *_: (np.empty(0, int),) * 2)
    assert stand_out(features)[mask].max() < 0.5


def test_turned_and_mirrored_surfaces_give_turned_and_mirrored_maps() -> None:
    features = _odd(SMALL, (slice(2, 4), slice(9, 11)))
    odd = stand_out(features)
    for turn in (np.rot90, np.flipud, np.fliplr):
        np.testing.assert_allclose(stand_out(turn(features)), turn(odd), rtol=1e-4)


def test_moving_the_item_in_the_picture_moves_the_map() -> None:
    item = _odd((30, 26), (slice(5, 7), slice(5, 7)))
    maps = []
    for top, left in ((0, 0), (9, 4), (10, 14)):
        picture = np.zeros((40, 40, 16), np.float32)
        inside = np.zeros((40, 40), bool)
        window = (slice(top, top + 30), slice(left, left + 26))
        picture[window], inside[window] = item, True
        odd = stand_out(picture, inside)
        assert (odd[~inside] == 1).all()
        maps.append(odd[window])
    np.testing.assert_allclose(maps[1], maps[0], rtol=1e-4)
    np.testing.assert_allclose(maps[2], maps[0], rtol=1e-4)


def test_what_lies_beyond_the_item_does_not_count() -> None:
    """Otherwise a stain of the mat's colour would find its kind there."""
    features = _odd((40, 40), (slice(10, 12), slice(10, 12)))
    inside = np.zeros((40, 40), bool)
    inside[:, :30] = True
    expected = stand_out(features, inside)
    features[~inside] = features[10, 10]
    np.testing.assert_array_equal(stand_out(features, inside), expected)
    assert expected[10, 10] > 1.5
    assert stand_out(features)[10, 10] < expected[10, 10] / 2


def test_an_item_too_small_says_so() -> None:
    inside = np.zeros((30, 30), bool)
    inside.flat[:MIN_PATCHES] = True
    features = _grain((30, 30))
    assert np.isfinite(stand_out(features, inside)).all()
    inside.flat[0] = False
    with pytest.raises(TrainingDataError, match=r"97 patches are too few.*at least 98"):
        stand_out(features, inside)


def test_blocks_change_nothing_and_bound_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    features = _odd((120, 150), (slice(60, 62), slice(70, 72)))
    whole = stand_out(features)
    monkeypatch.setattr(consistency, "_BLOCK", 500)
    tracemalloc.start()
    np.testing.assert_allclose(stand_out(features), whole, rtol=1e-4)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    every_pair = 4 * (120 * 150) ** 2
    assert peak < 3 * features.nbytes + 4 * 500 * KEYS * 4 < every_pair / 100


def test_a_ring_on_wood_stands_out_of_its_grain(encoder: Encoder) -> None:
    odd = stand_out(encoder.describe(goods.pixels(3, spot_at=(180, 60))))
    y, x = np.unravel_index(odd.argmax(), odd.shape)
    assert np.hypot(8 * x + 3.5 - 180, 8 * y + 3.5 - 60) < 16
    assert odd.max() > 1.2 * stand_out(encoder.describe(goods.pixels(3))).max()
