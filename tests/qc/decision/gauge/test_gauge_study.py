"""What is no balanced crossed study is refused, with the row and what to do."""

import pytest

from qc.decision.gauge import Reading, Study
from qc.errors import GaugeError


def _readings(parts="ab", operators="xy", trials="12"):
    readings = []
    for part in parts:
        for operator in operators:
            for trial in trials:
                row = len(readings) + 2
                readings.append(Reading(part, operator, trial, 1.0 + row**2 % 7, row))
    return readings


def test_rows_may_stand_in_any_order():
    ordered = Study.of(_readings())
    mixed = Study.of(_readings()[::-1])
    assert mixed.parts == ordered.parts[::-1]
    assert sorted(mixed.values.ravel()) == sorted(ordered.values.ravel())


def _without(row):
    return [reading for reading in _readings() if reading.row != row]


def _with(row, **changes):
    given = {r.row: r for r in _readings()}
    old = given[row]
    fields = {
        "part": old.part,
        "operator": old.operator,
        "trial": old.trial,
        "value": old.value,
        "row": row,
    }
    return [*(r for r in given.values() if r.row != row), Reading(**(fields | changes))]


WRONG = {
    "no readings": ([], "no part"),
    "one part": (_readings(parts="a"), "1 part"),
    "one operator": (_readings(operators="x"), "1 operator"),
    "one trial": (_readings(trials="1"), "1 trial"),
    "a trial missing": (_without(5), r"row 4: .*'y'.*'a' 1 times, others 2"),
    "a cell missing": (
        [r for r in _readings() if (r.part, r.operator) != ("b", "y")],
        r"'y' measured part 'b' 0 times",
    ),
    "a trial twice": (_with(3, trial="1"), r"row 3: .*stands twice \(first in row 2\)"),
    "not finite": (_with(6, value=float("nan")), "row 6: .*finite"),
    "constant": ([Reading(r.part, r.operator, r.trial, 5.0, r.row) for r in _readings()], "is 5"),
    "trials alike": (
        [Reading(r.part, r.operator, r.trial, float(r.part == "a"), r.row) for r in _readings()],
        "repeatability is unknown",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_analysed_is_refused(case):
    readings, message = WRONG[case]
    with pytest.raises(GaugeError, match=message) as caught:
        Study.of(readings)
    assert caught.value.fix
