"""Region recall on pictures small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from qc.defects.regions import Region
from qc.evaluation.regions import RegionScores


def _square(x: int, y: int, side: int, probability: float) -> Region:
    corners = np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]], float)
    return Region("crack", probability, corners, side, side, side**2)


def _truths() -> np.ndarray:
    truths = np.zeros((60, 60), np.int32)
    truths[10:20, 10:20] = 1
    truths[40:50, 40:50] = 2
    return truths


def test_a_finding_counts_once_and_the_surest_counts() -> None:
    scores = RegionScores()
    scores.add([_square(12, 12, 6, 0.6), _square(11, 11, 7, 0.8)], _truths())
    assert scores.found == [0.8, 0.0]
    assert scores.false == []


def test_a_touch_is_neither_found_nor_false() -> None:
    scores = RegionScores()
    scores.add([_square(22, 10, 5, 0.9)], _truths())  # three pixels beside the defect
    assert (scores.found, scores.false) == ([0.0, 0.0], [])
    scores.add([_square(28, 10, 5, 0.9)], _truths())
    assert scores.false == [0.9]


def test_defects_not_asked_for_are_neither_recalled_nor_false() -> None:
    scores = RegionScores()
    scores.add([_square(41, 41, 8, 0.7)], _truths(), asked=[1])
    assert (scores.found, scores.false) == ([0.0], [])


def test_a_finding_where_nobody_knows_is_not_false() -> None:
    unknown = np.zeros((60, 60), bool)
    unknown[28:33, 10:15] = True
    scores = RegionScores()
    scores.add([_square(28, 10, 5, 0.9), _square(2, 50, 5, 0.8)], _truths(), unknown=unknown.T)
    assert (scores.found, scores.false) == ([0.0, 0.0], [0.8])


def test_recall_falls_with_the_allowance() -> None:
    """Ten pictures: one defect each, found at 0.1 … 1.0; false regions at 0.95 and 0.35."""
    scores = RegionScores(pictures=10, found=[k / 10 for k in range(1, 11)], false=[0.95, 0.35])
    assert scores.recall_at(0.0) == pytest.approx(0.1)  # above 0.95
    assert scores.recall_at(0.1) == pytest.approx(0.7)  # above 0.35
    assert scores.recall_at(0.2) == 1.0
    assert np.isnan(RegionScores().recall_at(1.0))
