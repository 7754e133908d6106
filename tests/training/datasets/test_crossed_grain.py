"""Surfaces that get another wood's grain: more kinds of wood than are at hand."""

from __future__ import annotations

import numpy as np
import pytest

from training.datasets.patches import UNTOLD_BY_SAWN_WOOD, CompositeSource
from training.datasets.surfaces import Surface
from training.labels import TYPES
from training.synthesis.composite.scene import Pixels
from training.synthesis.composite.wood import crossed

UNTOLD = [TYPES.index(name) for name in UNTOLD_BY_SAWN_WOOD]
FLAT = np.full((128, 128, 3), (0.6, 0.4, 0.2), np.float32)


def striped(period_px: int, axis: int) -> Pixels:
    wave = 1 + 0.2 * np.sin(2 * np.pi * np.indices((128, 128))[axis] / period_px)
    return np.asarray(np.repeat(0.5 * wave[..., None], 3, axis=2), np.float32)


def strength(pixels: Pixels, period_px: int, axis: int) -> float:
    """Amplitude of a wave in the lightness, relative to the mean."""
    grey = pixels.mean(axis=2)
    spectrum = np.abs(np.fft.fft2(grey / grey.mean()))
    at = [0, 0]
    at[axis] = 128 // period_px
    return float(2 * spectrum[at[0], at[1]] / grey.size)


@pytest.mark.parametrize("seed", range(5))
def test_a_plain_surface_takes_the_grain_and_keeps_its_colour(seed: int) -> None:
    both = crossed(FLAT, striped(8, 0), np.random.default_rng(seed))
    assert 0.05 < strength(both, 8, 0) < 0.3
    assert strength(both, 8, 1) < 0.001
    np.testing.assert_allclose(both.mean(axis=(0, 1)), FLAT[0, 0], rtol=0.03)


@pytest.mark.parametrize("seed", range(5))
def test_of_its_own_grain_it_keeps_some_or_all(seed: int) -> None:
    own = striped(16, 1)
    both = crossed(own, striped(8, 0), np.random.default_rng(seed))
    assert 0.02 < strength(both, 16, 1) < 1.05 * strength(own, 16, 1)
    assert strength(both, 8, 0) > 0.05


def test_broad_shades_of_the_other_stay_away() -> None:
    shade = np.linspace(0.2, 0.8, 128, dtype=np.float32)
    other = np.repeat(np.tile(shade, (128, 1))[..., None], 3, axis=2)
    both = crossed(FLAT, other, np.random.default_rng(1))
    inner = both[:, 32:96, 0]
    assert inner.max() / inner.min() < 1.15 < 1.8 < shade[95] / shade[32]


def test_without_a_share_every_patch_is_as_it_was() -> None:
    surfaces: list[Surface] = [lambda rng, side: rng.random((side, side, 3), np.float32)]
    for seed in range(3):
        usual = CompositeSource(surfaces, [1.0])(np.random.default_rng(seed), 64)
        none = CompositeSource(surfaces, [1.0], crossed_share=0)(np.random.default_rng(seed), 64)
        some = CompositeSource(surfaces, [1.0], crossed_share=1)(np.random.default_rng(seed), 64)
        np.testing.assert_array_equal(usual.pixels, none.pixels)
        assert (usual.pixels != some.pixels).any()


def test_what_carries_a_sawn_boards_grain_is_sawn() -> None:
    def flat(grey: float) -> Surface:
        return lambda _, side: np.full((side, side, 3), grey, np.float32)

    source = CompositeSource(
        [flat(0.4), flat(0.6)], [1.0, 1.0], sawn=frozenset({0}), crossed_share=1
    )
    drawn = [source(np.random.default_rng(seed), 64) for seed in range(200)]
    sawn = np.mean([not sample.known[UNTOLD].any() for sample in drawn])
    assert 0.65 < sawn < 0.85, "three of four pairs hold a sawn one"
