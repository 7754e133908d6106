"""Single plans: Tables 2-A to 2-C of ISO 2859-1:1999, built from their structure.

The master tables are diagonal: one step down (the next larger sample) and one step to the left
(the next stricter AQL) keep the product of sample size and AQL, and with it the acceptance
number. So a table is a sequence of acceptance numbers along `row + column`, and its arrows are
the gaps in that sequence. The tests hold every cell against transcriptions of printed tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qc.decision.sampling.terms import AQLS, LETTERS, InspectionSeverity, Stage, TablePlan


@dataclass(frozen=True)
class _Structure:
    """One master table.

    Attributes:
        sizes: sample size of each letter.
        zero: diagonal of the plans with Ac 0.
        arrow_up: whether the diagonal after that one points up; all other gaps point down.
        one: diagonal of the plans with Ac 1.
        numbers: acceptance numbers from there on, one a diagonal.
    """

    sizes: Sequence[int]
    zero: int
    arrow_up: bool
    one: int
    numbers: Sequence[int]


_SIZES: Final = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)
_STRUCTURES: Final[Mapping[InspectionSeverity, _Structure]] = {
    InspectionSeverity.NORMAL: _Structure(
        sizes=_SIZES[:16],
        zero=14,
        arrow_up=True,
        one=17,
        numbers=(1, 2, 3, 5, 7, 10, 14, 21, 30, 44),
    ),
    InspectionSeverity.TIGHTENED: _Structure(
        sizes=_SIZES,
        zero=15,
        arrow_up=False,
        one=18,
        numbers=(1, 2, 3, 5, 8, 12, 18, 27, 41),
    ),
    InspectionSeverity.REDUCED: _Structure(
        sizes=(2, 2, *_SIZES[:14]),
        zero=14,
        arrow_up=True,
        one=18,
        numbers=(1, 2, 3, 5, 6, 8, 10, 14, 21),
    ),
}

# Letters from F on stop at this diagonal (Ac 21, 18 and 10); only the small samples go on.
_FIRST_STOPPED: Final = LETTERS.index("F")
_LAST_DIAGONAL: Final = 24

# In reduced inspection letters A and B have two units as well, and the Ac of normal letter A.
_REDUCED_SMALLEST: Final = (1, 2, 3, 5, 7, 10, 14, 21, 30)
_REDUCED_SMALLEST_FROM: Final = AQLS.index(25)


def single_plan(letter: str, aql: float, severity: InspectionSeverity) -> TablePlan:
    """Return the single plan of Table 2-A (normal), 2-B (tightened) or 2-C (reduced).

    An arrow leads to another letter, so sample size *and* acceptance number change.

    Args:
        letter: from `code_letter`.
        aql: one of `AQLS`.
        severity: of inspection.
    """
    row, ac = _follow(severity, LETTERS.index(letter), AQLS.index(aql))
    size = sample_size(LETTERS[row], severity)
    return TablePlan(letter=LETTERS[row], stages=(Stage(size=size, ac=ac, re=ac + 1),))


def sample_size(letter: str, severity: InspectionSeverity) -> int:
    """Return the sample size that stands beside a letter."""
    return _STRUCTURES[severity].sizes[LETTERS.index(letter)]


def _follow(severity: InspectionSeverity, row: int, column: int) -> tuple[int, int]:
    """Follow the arrows from a cell to the row and the acceptance number of a plan."""
    structure = _STRUCTURES[severity]
    diagonal = row + column
    above, below = range(row - 1, -1, -1), range(row + 1, len(structure.sizes))
    points_up = (structure.arrow_up and diagonal == structure.zero + 1) or diagonal > structure.one
    # At the table's edges an arrow has nothing to point at; there it is printed the other way.
    order = (*above, *below) if points_up else (*below, *above)
    for candidate in (row, *order):
        ac = _cell(severity, candidate, column)
        if ac is not None:
            return candidate, ac
    raise AssertionError("every column of every table holds a plan")


def _cell(severity: InspectionSeverity, row: int, column: int) -> int | None:
    """Return the acceptance number that stands in a cell, None for an arrow."""
    structure = _STRUCTURES[severity]
    diagonal = row + column
    if severity is InspectionSeverity.TIGHTENED:
        if LETTERS[row] == "S":
            return 1 if column == AQLS.index(0.025) else None
        if LETTERS[row] == "A" and diagonal == structure.zero:
            return None
    if severity is InspectionSeverity.REDUCED and row < 2 and column >= _REDUCED_SMALLEST_FROM:
        return _REDUCED_SMALLEST[column - _REDUCED_SMALLEST_FROM]
    if diagonal == structure.zero:
        return 0
    if row >= _FIRST_STOPPED and diagonal > _LAST_DIAGONAL:
        return None
    step = diagonal - structure.one
    return structure.numbers[step] if 0 <= step < len(structure.numbers) else None
