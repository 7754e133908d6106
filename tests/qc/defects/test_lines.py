"""Drawn lines in pieces: which are one instance, and how long it is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qc.defects.detector import DefectMap
from qc.defects.lines import continued
from qc.defects.regions import Region, find_regions

SIDE_PX = 260
CENTRE = np.array([130.0, 130.0])


def _found(*strokes: tuple[float, float, float, float], turned_deg: float = 0) -> list[Region]:
    """Find strokes (from, to, beside the line, probability), along a line through the centre."""
    angle = np.radians(turned_deg)
    along, across = (
        np.array([np.cos(angle), np.sin(angle)]),
        np.array([-np.sin(angle), np.cos(angle)]),
    )
    values = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    for start, end, beside, probability in strokes:
        ends = [CENTRE + at * along + beside * across for at in (start, end)]
        first, last = (tuple(np.rint(point).astype(int).tolist()) for point in ends)
        values = np.maximum(values, cv2.line(np.zeros_like(values), first, last, (probability,), 3))
    return find_regions(DefectMap(("crack",), values[None], values.shape))


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 180))
def test_a_crack_with_a_gap_is_one_as_long_as_both_ends_are_apart(turned_deg: float) -> None:
    strokes = ((-80, 0, 0, 0.7), (14, 60, 0, 0.95))
    (region,) = _found(*strokes, turned_deg=turned_deg)
    assert region.length == pytest.approx(142, abs=4)
    assert region.width < 8
    assert region.probability == pytest.approx(0.95, abs=1e-3)
    alone = [_found(stroke, turned_deg=turned_deg)[0] for stroke in strokes]
    assert region.area == pytest.approx(sum(one.area for one in alone))
    assert cv2.contourArea(region.polygon.astype(np.float32)) < 1.1 * region.area


@pytest.mark.parametrize(
    "strokes",
    [
        ((-80, 0, 0, 0.9), (40, 110, 0, 0.9)),  # too far on
        ((-80, 0, 0, 0.9), (-80, 0, 9, 0.9)),  # beside each other, as a claw's
        ((-80, 0, 0, 0.9), (8, 60, 9, 0.9)),  # on, and beside
        ((-3, 3, 0, 0.9), (12, 18, 0, 0.9)),  # two dots are no line
    ],
)
def test_what_does_not_go_on_along_the_line_stays_apart(strokes) -> None:
    for turned_deg in (0, 37, 90, 141):
        assert len(_found(*strokes, turned_deg=turned_deg)) == 2


def test_a_line_across_another_is_another() -> None:
    level, upright = np.array([[0, 0], [60, 0], [60, 3], [0, 3]]), np.array([[70, -30], [70, 30]])
    assert continued([level.astype(float), upright.astype(float)]) == [(0,), (1,)]


def test_many_pieces_are_joined_one_after_the_other() -> None:
    """Each gap is short beside its neighbours, though the whole is ten times as long as any."""
    (region,) = _found(*((start, start + 14, 0, 0.8) for start in range(-110, 90, 19)))
    assert region.length == pytest.approx(207, abs=4)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_order_decides_nothing_and_each_piece_is_in_one_group(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outlines: list[NDArray[np.float64]] = []
    for _ in range(int(rng.integers(0, 14))):
        start, angle = rng.uniform(0, 120, 2), rng.choice([0.0, 0.1, 1.5])
        end = start + rng.uniform(2, 60) * np.array([np.cos(angle), np.sin(angle)])
        outlines.append(np.stack([start, end, end + 2, start + 2]))
    groups = continued(outlines)
    assert sorted(n for group in groups for n in group) == list(range(len(outlines)))
    order = rng.permutation(len(outlines)).tolist()
    again = continued([outlines[n] for n in order])
    assert sorted(tuple(sorted(order[n] for n in group)) for group in again) == groups
