"""Region recall on pictures small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from qc.defects.regions import Region
from qc.evaluation.regions import FalseFindings, Match, match


def _square(x: int, y: int, side: int, probability: float) -> Region:
    corners = np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]], float)
    return Region("crack", probability, corners, side, side, side**2)


def _truths() -> np.ndarray:
    truths = np.zeros((60, 60), np.int32)
    truths[10:20, 10:20] = 1
    truths[40:50, 40:50] = 2
    return truths


def _found(matched: Match) -> tuple[list[float], list[float]]:
    """Probability of the surest finding of each of the two defects, and of the false ones."""
    return [matched.probability(label) for label in (1, 2)], [r.probability for r in matched.false]


def test_a_finding_counts_once_and_the_surest_counts() -> None:
    matched = match([_square(12, 12, 6, 0.6), _square(11, 11, 7, 0.8)], _truths())
    assert _found(matched) == ([0.8, 0.0], [])


def test_a_touch_is_neither_found_nor_false() -> None:
    beside = match([_square(22, 10, 5, 0.9)], _truths())  # three pixels beside the defect
    assert _found(beside) == ([0.0, 0.0], [])
    assert _found(match([_square(28, 10, 5, 0.9)], _truths())) == ([0.0, 0.0], [0.9])


def test_a_finding_where_nobody_knows_is_not_false() -> None:
    unknown = np.zeros((60, 60), bool)
    unknown[28:33, 10:15] = True
    found = [_square(28, 10, 5, 0.9), _square(2, 50, 5, 0.8)]
    assert _found(match(found, _truths(), unknown.T)) == ([0.0, 0.0], [0.8])


def test_recall_falls_with_the_allowance() -> None:
    """Ten pictures: one defect each, found at 0.1 … 1.0; false regions at 0.95 and 0.35."""
    false, found = FalseFindings(10, [0.95, 0.35]), [k / 10 for k in range(1, 11)]
    assert false.recall_at(0.0, found) == pytest.approx(0.1)  # above 0.95
    assert false.recall_at(0.1, found) == pytest.approx(0.7)  # above 0.35
    assert false.recall_at(0.2, found) == 1.0
    assert np.isnan(FalseFindings().recall_at(1.0, []))


def test_an_allowance_is_one_of_each_picture() -> None:
    false = FalseFindings()
    for probability in (0.9, 0.3):
        false.add([_square(0, 0, 5, probability)])
    assert (false.pictures, false.limit_at(0.5), false.limit_at(1.0)) == (2, 0.3, 0.0)
