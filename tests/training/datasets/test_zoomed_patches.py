"""Patches as a close photo shows them."""

from __future__ import annotations

import numpy as np

from training.datasets.patches import Patches, zoomed
from training.labels import TYPES, Sample


def a_square(_: np.random.Generator, side: int) -> Sample:
    """A white square of a quarter of the patch's side on black, labelled as a stain."""
    inside = np.zeros((side, side), bool)
    inside[side // 4 : side // 2, side // 4 : side // 2] = True
    target = np.zeros((len(TYPES), side, side), bool)
    target[TYPES.index("stain")] = inside
    pixels = np.repeat(inside[..., None].astype(np.uint8) * 255, 3, axis=2)
    return Sample(pixels, target, np.ones_like(target))


def a_dot(_: np.random.Generator, side: int) -> Sample:
    """A square of 8 px, whatever the patch's side."""
    target = np.zeros((len(TYPES), side, side), bool)
    target[0, 8:16, 8:16] = True
    return Sample(np.zeros((side, side, 3), np.uint8), target, np.ones_like(target))


def test_masks_stay_on_what_they_mark() -> None:
    sample = zoomed(a_square, np.random.default_rng(0), 96)
    assert sample.pixels.shape == (96, 96, 3)
    bright = sample.pixels[..., 0] > 127
    marked = sample.target[TYPES.index("stain")]
    assert (bright & marked).sum() / (bright | marked).sum() > 0.9


def test_everything_gets_larger_by_the_drawn_factor() -> None:
    areas = [zoomed(a_dot, np.random.default_rng(seed), 128).target[0].sum() for seed in range(40)]
    factors = np.sqrt(np.array(areas) / 64)
    assert factors.min() >= 1.1
    assert factors.max() <= 2.6
    assert factors.max() - factors.min() > 0.5


def test_only_the_asked_share_is_zoomed() -> None:
    def sizes(share: float) -> list[int]:
        patches = Patches([a_dot], [1.0], 64, 200, 3, zoom_share=share)
        return [int(patches.sample(i).target.sum()) for i in range(200)]

    assert set(sizes(0.0)) == {64}
    larger = np.mean(np.array(sizes(0.25)) > 64)
    assert 0.15 < larger < 0.35
