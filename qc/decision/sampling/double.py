"""Double plans: Tables 3-A to 3-C of ISO 2859-1:1999, built on the single plans.

Where the table of single plans holds a plan, that of double plans holds one of about the same
operating characteristic: two samples, each of the size of the single plan one letter earlier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from qc.decision.sampling.single import sample_size, single_plan
from qc.decision.sampling.terms import LETTERS, InspectionSeverity, Stage, TablePlan


@dataclass(frozen=True, slots=True)
class _Pair:
    ac1: int
    re1: int
    ac2: int
    confirmed: bool = True


# The double plan that stands where the single plan has this acceptance number. Confirmed are
# those that MIL-STD-105E prints as well; the 1999 edition changed the others, for which we have
# one transcription and the test that their operating characteristic follows the single plan's.
_DOUBLE: Final[Mapping[InspectionSeverity, Mapping[int, _Pair]]] = {
    InspectionSeverity.NORMAL: {
        1: _Pair(0, 2, 1),
        2: _Pair(0, 3, 3),
        3: _Pair(1, 3, 4, confirmed=False),
        5: _Pair(2, 5, 6),
        7: _Pair(3, 6, 9, confirmed=False),
        10: _Pair(5, 9, 12),
        14: _Pair(7, 11, 18),
        21: _Pair(11, 16, 26),
        30: _Pair(17, 22, 37),
        44: _Pair(25, 31, 56),
    },
    InspectionSeverity.TIGHTENED: {
        1: _Pair(0, 2, 1),
        2: _Pair(0, 3, 3),
        3: _Pair(1, 3, 4, confirmed=False),
        5: _Pair(2, 5, 6),
        8: _Pair(4, 7, 10, confirmed=False),
        12: _Pair(6, 10, 15),
        18: _Pair(9, 14, 23),
        27: _Pair(15, 20, 34),
        41: _Pair(23, 29, 52),
    },
    InspectionSeverity.REDUCED: {
        1: _Pair(0, 2, 1, confirmed=False),
        2: _Pair(0, 3, 3, confirmed=False),
        3: _Pair(1, 3, 4, confirmed=False),
        5: _Pair(2, 4, 5, confirmed=False),
        6: _Pair(3, 6, 7, confirmed=False),
        8: _Pair(4, 7, 10, confirmed=False),
        10: _Pair(5, 9, 12, confirmed=False),
        14: _Pair(7, 11, 18, confirmed=False),
        21: _Pair(11, 16, 26, confirmed=False),
    },
}
_FIRST_DOUBLE: Final[Mapping[InspectionSeverity, int]] = {
    InspectionSeverity.NORMAL: LETTERS.index("B"),
    InspectionSeverity.TIGHTENED: LETTERS.index("B"),
    InspectionSeverity.REDUCED: LETTERS.index("D"),
}
"""The first letter whose sample is large enough to be drawn in two halves."""


def double_plan(letter: str, aql: float, severity: InspectionSeverity) -> TablePlan:
    """Return the double plan of Table 3-A, 3-B or 3-C.

    Both samples have the size of the single plan one letter earlier. Where the table refers to
    the single plan (Ac 0, and samples too small to halve), that one is returned.

    Args:
        letter: from `code_letter`.
        aql: one of `AQLS`.
        severity: of inspection.
    """
    single = single_plan(letter, aql, severity)
    row = LETTERS.index(single.letter)
    pair = _DOUBLE[severity].get(single.stages[0].ac)
    if pair is None or row < _FIRST_DOUBLE[severity]:
        return single
    size = sample_size(LETTERS[row - 1], severity)
    stages = (
        Stage(size=size, ac=pair.ac1, re=pair.re1),
        Stage(size=size, ac=pair.ac2, re=pair.ac2 + 1),
    )
    return TablePlan(letter=single.letter, stages=stages, confirmed=pair.confirmed)
