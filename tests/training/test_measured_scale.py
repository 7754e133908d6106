"""Pictures enlarged with their labels, judged in more than one way."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from qc.defects.detector import DefectMap
from training.datasets.patches import enlarged
from training.labels import TYPES, Sample
from training.measured_scale import measure


def a_sample(marked: bool) -> Sample:
    target = np.zeros((len(TYPES), 40, 60), bool)
    known = np.ones_like(target)
    known[3, :, :5] = False
    if marked:
        target[2, 10:20, 30:50] = True
    pixels = np.repeat(target.any(axis=0)[..., None].astype(np.uint8) * 200, 3, axis=2)
    return Sample(pixels, target, known)


def test_labels_grow_with_the_picture() -> None:
    sample = enlarged(a_sample(marked=True), 3)
    pixels, truth, known = sample.pixels, sample.target.any(axis=0), sample.known.all(axis=0)
    assert pixels.shape == (120, 180, 3)
    assert truth.sum() == 9 * 10 * 20
    assert (~known).sum() == 9 * 40 * 5
    assert ((pixels[..., 0] > 100) == truth).mean() > 0.98


def test_a_judge_that_sees_is_told_from_one_that_does_not() -> None:
    def sees(pixels: NDArray[np.uint8]) -> DefectMap:
        return DefectMap(("hole",), (pixels[..., 0] / np.float32(255))[None])

    def blind(pixels: NDArray[np.uint8]) -> DefectMap:
        return DefectMap(("hole",), np.full((1, *pixels.shape[:2]), 0.5, np.float32))

    pictures = iter([enlarged(a_sample(marked), 1) for marked in (True, False, True)])
    found = measure(pictures, {"sees": sees, "blind": blind})
    assert found["sees"] == (pytest.approx(1), pytest.approx(1))
    share = 2 * 200 / (3 * 40 * 55)
    assert found["blind"] == (pytest.approx(share, abs=1e-3), pytest.approx(0.5))
