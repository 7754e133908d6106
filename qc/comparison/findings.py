"""What a release found on one photo, held against the labels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from qc.datasets.looking import Look, covered, inside
from qc.datasets.model import LabelledRegion
from qc.defects.detector import Detector
from qc.evaluation.regions import FOUND_SHARE, NEAR_PX

SWEEP: Final = 0.1
"""Lowest probability of the instances that average precision is swept over."""

_FOUND_SHARE_OF_BOX: Final = 0.01


@dataclass(frozen=True, slots=True)
class Call:
    """An instance of a type; `hit` where it lies on a label of this type."""

    type: str
    probability: float
    hit: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """Of one release on one photo.

    Attributes:
        found: of each labelled region, in the photo's order, whether any instance lies on it.
        calls: instances from `SWEEP` on; of several on one label only the surest counts.
        false_alarm: some instance lies where nothing is labelled.
    """

    found: tuple[bool, ...]
    calls: tuple[Call, ...]
    false_alarm: bool


def find(
    detector: Detector, look: Look, labels: Sequence[LabelledRegion], types: Collection[str]
) -> Findings:
    """Run a detector on a photo.

    Args:
        detector: the release.
        look: the photo at the detector's scale.
        labels: its labelled regions.
        types: that the data set labels; instances of others are not judged.
    """
    maps = look.map(detector)
    scale = detector.mm_per_px
    sure = [r for r in look.regions(maps, scale) if r.type in types]
    swept = [r for r in look.regions(maps, scale, low=SWEEP, high=SWEEP) if r.type in types]
    shares = np.array([_FOUND_SHARE_OF_BOX if region.box else FOUND_SHARE for region in labels])
    near = cv2.dilate(
        (look.truths > 0).astype(np.uint8), np.ones((2 * NEAR_PX + 1,) * 2, np.uint8)
    ).astype(bool)
    found = np.zeros(len(labels), bool)
    false_alarm = False
    for region in sure:
        own = inside(region, look.truths.shape)
        found |= covered(own, look.truths, len(labels)) >= shares
        false_alarm |= not (own & near).any()
    taken: set[int] = set()
    calls = []
    for region in sorted(swept, key=lambda r: -r.probability):
        own = inside(region, look.truths.shape)
        on = covered(own, look.truths, len(labels)) >= shares
        named = {n for n in np.flatnonzero(on).tolist() if labels[n].type == region.type}
        if np.isin(look.truths[own], [n + 1 for n in named]).mean() < FOUND_SHARE:
            named = set()  # it calls everything a defect, and so this one as well
        if named and named <= taken:
            continue
        taken |= named
        calls.append(Call(region.type, region.probability, bool(named)))
    return Findings(tuple(found.tolist()), tuple(calls), false_alarm)
