"""What judged pictures say of a release: metrics of pixels, of pictures and of whole defects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.detector import Detector
from qc.defects.regions import HIGH
from qc.evaluation.detection import SURE
from qc.evaluation.pixels import PixelScores, score_auroc
from qc.evaluation.regions import FalseFindings, match
from qc.evaluation.sizes import said_over_true, sizes
from qc.evaluation.visibility import STRATA, strata
from training.judged import Judged
from training.labels import Sample
from training.synthesis import PAINTED_MM_PER_PX

_SWEEP = 0.1
"""Lowest probability of the regions that recall is swept over."""

LIMITS = (HIGH, 0.7, 0.8, SURE, 0.95)
"""Probabilities from which a spec may have an item checked, or fail."""

PROMISED_SIZES = {
    "crack": (5.0, 0.5, 0.0),
    "hole": (1.5, 1.5, 0.0),
    "chip": (1.5, 0.0, 0.0),
    "scratch": (8.0, 0.0, 0.0),
    "stain": (0.0, 0.0, 20.0),
    "coating": (0.0, 0.0, 20.0),
    "dent": (0.0, 0.0, 20.0),
    "roughness": (0.0, 0.0, 20.0),
}
"""Least length mm, width mm and area mm² of a defect that the detector is asked to find."""

# Classes of the boards whose images count as defective, beside the defect-free ones.
_IMAGE_QUESTIONS = {
    "crack": {4},
    "missing knot": {8},
    "stain": {9},
    "crack, missing knot, stain": {4, 8, 9},
}


def pixel_metrics(
    judged: list[Judged], types: tuple[str, ...], thresholds: dict[str, float]
) -> dict[str, dict[str, float]]:
    """AP, AUROC and IoU (at the release's threshold) of every type, where labels are known."""
    table = {}
    for channel, name in enumerate(types):
        scores = PixelScores()
        for one in judged:
            keep = one.sample.known[channel]
            scores.add(one.probability[channel][keep], one.sample.target[channel][keep])
        if scores.positives:
            table[name] = {
                "ap": round(scores.average_precision(), 4),
                "auroc": round(scores.auroc(), 4),
                "iou": round(scores.iou(thresholds[name]), 4),
                "ece": round(scores.calibration_error(), 4),
            }
    return table


def any_defect_metrics(judged: list[Judged]) -> dict[str, float]:
    """AP and AUROC of "any defect here", whatever its type."""
    scores = PixelScores()
    for one in judged:
        keep = np.asarray(one.sample.known.all(axis=0))
        defective = np.asarray(one.sample.target.any(axis=0))
        scores.add(one.maps.any_type[keep], defective[keep])
    return {"ap": round(scores.average_precision(), 4), "auroc": round(scores.auroc(), 4)}


def image_metrics(judged: list[Judged]) -> dict[str, float]:
    """Image AUROC: defect-free boards against those with a class."""
    scores = np.array([one.score for one in judged])
    clean = np.array([not one.classes for one in judged])
    result = {}
    for question, classes in _IMAGE_QUESTIONS.items():
        defective = np.array([bool(one.classes & classes) for one in judged])
        asked = clean | defective
        result[question] = round(score_auroc(scores[asked], defective[asked]), 4)
    return result


def composite_metrics(detector: Detector, judged: list[Judged]) -> dict[str, Any]:
    """Everything that is measured on composites.

    A patch that shows no defect but what light or camera hide is neither defective nor clean.
    """
    scores = np.array([one.score for one in judged])
    defective = np.array([bool(one.sample.target.any()) for one in judged])
    clean = ~defective & np.array([bool(one.sample.known.all()) for one in judged])
    told = defective | clean
    return {
        "patches": len(judged),
        "pixels": pixel_metrics(judged, detector.types, detector.release.thresholds),
        "any_defect": any_defect_metrics(judged),
        "regions": region_recall(detector, judged),
        "image_auroc": round(score_auroc(scores[told], defective[told]), 4),
        "clean_patches": int(clean.sum()),
        "clean_patches_sure_of_a_defect": sum(
            any(region.probability >= SURE for region in one.regions())
            for one in compress(judged, clean)
        ),
    }


def sound_metrics(judged: Iterable[Judged]) -> dict[str, Any]:
    """How many pictures of what has no defect show an instance that reaches a spec's limit.

    Those that show one are left out. One after the other: no maps are kept.
    """
    surest = [
        max((region.probability for region in one.regions()), default=0.0)
        for one in judged
        if not one.sample.target.any()
    ]
    return {"pictures": len(surest), "with_instance": _reach(surest)}


def region_recall(detector: Detector, judged: list[Judged]) -> dict[str, dict[str, Any]]:
    """Recall of composited defects as regions, by type, at 0.1, 1 and 10 false ones a picture.

    Only defects of the sizes that the detector promises to see are asked for. `by_visibility` has
    the same by contrast to noise, for the false regions that all of them share; `with_instance`
    counts those that an inspection finds with a probability of a spec's limit or more, and `sizes`
    tells how large they are said to be.
    """
    false = FalseFindings()
    defects: dict[str, list[tuple[float, str]]] = {name: [] for name in detector.types}
    found: dict[str, list[float]] = {name: [] for name in detector.types}
    said: dict[str, list[tuple[float, float]]] = {name: [] for name in detector.types}
    for one in judged:
        truths = numbered(one.sample)
        # A defect that light has swallowed is not known, and is no clean surface either.
        unknown = np.asarray(~one.sample.known.all(axis=0))
        matched = match(one.regions(_SWEEP, _SWEEP), truths, unknown)
        false.add(matched.false)
        inspected = match(one.regions(), truths, unknown)
        sized = inspected.surest
        for channel, name in enumerate(detector.types):
            asked = _large_enough(name, truths, one.sample.target[channel], PAINTED_MM_PER_PX)
            shown = strata(one.sample.pixels, truths, asked, unknown, one.sample.item)
            sure = map(matched.probability, asked)
            defects[name] += zip(sure, shown, strict=True)
            found[name] += map(inspected.probability, asked)
            scale = 1.0 if one.item is None else PAINTED_MM_PER_PX  # an inspection's are in mm
            said[name] += [
                said_over_true(sized[label], truths == label, scale)
                for label in asked
                if label in sized
            ]
    return {
        name: _recall([probability for probability, _ in own], false)
        | {"with_instance": _reach(found[name])}
        | ({"sizes": there.model_dump()} if (there := sizes(said[name])) else {})
        | {
            "by_visibility": {
                level: _recall(plain, false)
                for level in STRATA
                if (plain := [probability for probability, shown in own if shown == level])
            }
        }
        for name, own in defects.items()
        if own
    }


def _reach(surest: Sequence[float]) -> dict[str, int]:
    return {f"{limit:g}": sum(one >= limit for one in surest) for limit in LIMITS}


def _recall(found: list[float], false: FalseFindings) -> dict[str, float]:
    return {"defects": len(found)} | {
        f"recall_at_{rate}": round(false.recall_at(rate, found), 4) for rate in (0.1, 1.0, 10.0)
    }


def numbered(sample: Sample) -> NDArray[np.int32]:
    """Number the connected defects `(H, W)`; 0 where there is none.

    Defects of two types that touch are two: a scratch across a stain is asked for by itself.
    """
    labels = np.zeros(sample.target.shape[1:], np.int32)
    for own in sample.target:
        _, parts = cv2.connectedComponents(own.astype(np.uint8), connectivity=8)
        labels[own] = np.asarray(parts)[own] + labels.max()
    return labels


def _large_enough(
    name: str, truths: NDArray[np.int32], own: NDArray[np.bool_], mm_per_px: float
) -> list[int]:
    """Labels of the regions of a type that reach the size promised for it."""
    least_length_mm, least_width_mm, least_area_mm2 = PROMISED_SIZES.get(name, (0.0, 0.0, 0.0))
    kept = []
    for label in np.unique(truths[own & (truths > 0)]):
        rows, columns = np.nonzero(truths == label)
        points = np.column_stack([columns, rows]).astype(np.float32)
        sides = sorted(side + 1 for side in cv2.minAreaRect(points)[1])
        area_mm2 = len(rows) * mm_per_px**2
        # A stroke's width is its area over its length: the rectangle of a bent one is wider.
        width_mm = min(sides[0] * mm_per_px, area_mm2 / (sides[1] * mm_per_px))
        if (
            sides[1] * mm_per_px >= least_length_mm
            and width_mm >= least_width_mm
            and area_mm2 >= least_area_mm2
        ):
            kept.append(int(label))
    return kept
