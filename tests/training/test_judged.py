"""Labelled pictures as a release sees them."""

from __future__ import annotations

import numpy as np

from qc.defects.detector import DefectMap
from training.judged import Judged
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
