"""What a release is asked for on composites, counted by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np

from qc.defects.detector import DefectMap, Detector
from training.judged import Judged
from training.labels import TYPES, Sample, empty_target
from training.metrics import composite_metrics, numbered, sound_metrics

SIDE = 64


def _sample() -> Sample:
    pixels = np.full((SIDE, SIDE, 3), 120, np.uint8)
    target = empty_target((SIDE, SIDE))
    return Sample(pixels, target, np.ones_like(target))


def test_defects_of_two_types_that_touch_are_two() -> None:
    sample = _sample()
    stain, scratch = (sample.target[TYPES.index(name)] for name in ("stain", "scratch"))
    stain[10:50, 10:50] = True
    stain[:, 28:32] = False
    scratch[5:60, 28:32] = True
    labels = numbered(sample)
    assert np.array_equal(labels > 0, sample.target.any(axis=0))
    across, left, right = labels[30, 30], labels[30, 12], labels[30, 45]
    assert len({int(across), int(left), int(right)}) == 3
    assert np.array_equal(labels == across, scratch)


def test_a_patch_whose_only_defect_is_hidden_is_neither_clean_nor_defective() -> None:
    clean, hidden, bad = _sample(), _sample(), _sample()
    hidden.known[:, 20:50, 20:50] = False
    bad.target[TYPES.index("stain"), 20:50, 20:50] = True
    judged = []
    for name, sample in (("clean", clean), ("hidden", hidden), ("bad", bad)):
        probability = np.zeros((len(TYPES), SIDE, SIDE), np.float32)
        if name != "clean":
            probability[TYPES.index("stain"), 20:50, 20:50] = 0.95
        judged.append(Judged(name, sample, DefectMap(TYPES, probability)))
    release = SimpleNamespace(thresholds=dict.fromkeys(TYPES, 0.5))
    detector = cast("Detector", SimpleNamespace(types=TYPES, release=release))
    metrics = composite_metrics(detector, judged)
    assert (metrics["clean_patches"], metrics["clean_patches_sure_of_a_defect"]) == (1, 0)
    assert metrics["image_auroc"] == 1.0
    assert metrics["regions"]["stain"]["recall_at_0.1"] == 1.0
    assert metrics["regions"]["stain"]["with_instance"]["0.9"] == 1


def test_pictures_without_a_defect_are_counted_by_their_surest_finding() -> None:
    judged = []
    for said in (0.0, 0.6, 0.97):
        probability = np.zeros((len(TYPES), SIDE, SIDE), np.float32)
        probability[TYPES.index("stain"), 20:50, 20:50] = said
        judged.append(Judged(str(said), _sample(), DefectMap(TYPES, probability)))
    stained = Judged("stained", _sample(), judged[-1].maps)
    stained.sample.target[TYPES.index("stain"), 20:50, 20:50] = True
    assert sound_metrics([*judged, stained]) == {
        "pictures": 3,
        "with_instance": {"0.5": 2, "0.7": 1, "0.8": 1, "0.9": 1, "0.95": 1},
    }
