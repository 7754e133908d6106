"""Labelled pictures as a release sees them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np

from qc.defects.detector import DefectMap, Detector
from training.judged import Judged, judge_sound
from training.labels import TYPES, Sample, empty_target

SIDE = 64


def test_a_render_is_judged_on_its_item_alone() -> None:
    """Whatever is said of the table, or of the outline's own transition, is not an instance."""
    target, item = empty_target((SIDE, SIDE)), np.zeros((SIDE, SIDE), bool)
    sample = Sample(np.full((SIDE, SIDE, 3), 120, np.uint8), target, np.ones_like(target))
    item[16:48, 16:48] = True
    probability = np.zeros((len(TYPES), SIDE, SIDE), np.float32)
    probability[0, :8] = probability[0, 16:18, 20:44] = probability[0, 30:34, 20:40] = 0.9
    judged = Judged("item", sample, DefectMap(TYPES, probability * item), item=item)
    (only,) = judged.regions()
    assert only.polygon[:, 1].min() >= 29


def test_sound_patches_show_no_defect_and_are_the_same_for_every_release() -> None:
    def blind(pixels: np.ndarray) -> DefectMap:
        return DefectMap(TYPES, np.zeros((len(TYPES), *pixels.shape[:2]), np.float32))

    detector = cast("Detector", SimpleNamespace(mm_per_px=0.2, map=blind))

    def surface(rng: np.random.Generator, side: int) -> np.ndarray:
        return np.full((side, side, 3), rng.uniform(0.3, 0.7), np.float32)

    first, again = (list(judge_sound(detector, surface, 3)) for _ in range(2))
    assert not any(one.sample.target.any() for one in first)
    assert not np.array_equal(first[0].sample.pixels, first[1].sample.pixels)
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.sample.pixels, other.sample.pixels)
