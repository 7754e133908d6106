"""Sizes of findings against masks of known size."""

from __future__ import annotations

import numpy as np
import pytest

from qc.defects.detector import DefectMap
from qc.defects.regions import find_regions
from qc.defects.sizes import size_of_mask
from qc.evaluation.sizes import said_over_true, sizes


def test_a_finding_that_covers_the_mask_has_its_size_in_any_unit() -> None:
    mask = np.zeros((60, 90), bool)
    mask[20:31, 15:70] = True
    mask[31:50, 15:20] = True
    maps = DefectMap(("crack",), mask[None].astype(np.float32), mask.shape)
    for scale in (1.0, 0.2):
        (region,) = find_regions(maps, scale=scale)
        assert said_over_true(region, mask, scale) == pytest.approx((1, 1))


def test_a_mask_of_a_pixel_or_two_has_a_size() -> None:
    mask = np.zeros((8, 8), bool)
    mask[3, 4] = True
    assert size_of_mask(mask) == (1, 1, 1)
    mask[3, 5] = True
    assert size_of_mask(mask) == (2, 1, 2)


def test_nothing_found_has_no_size() -> None:
    assert sizes([]) is None
