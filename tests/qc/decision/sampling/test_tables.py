"""Every cell of the master tables against transcriptions of printed ones."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import poisson

from qc.decision.sampling.double import double_plan
from qc.decision.sampling.single import single_plan
from qc.decision.sampling.terms import (
    AQLS,
    LETTERS,
    InspectionLevel,
    InspectionSeverity,
    TablePlan,
    code_letter,
)

NORMAL, TIGHTENED, REDUCED = InspectionSeverity

CHANGED_BY_ISO = {"1 4 4 5", "3 7 8 9", "3 7 11 12"}
"""Double plans of MIL-STD-105E to which the 1999 edition gave other numbers."""


def cells(name: str) -> Iterator[tuple[str, float, str]]:
    """Read a transcription: letter, AQL and what stands in the cell."""
    lines = (Path(__file__).parent / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    for row in rows:
        letter = row.pop("letter")
        for aql, cell in row.items():
            yield letter, float(aql), cell


@pytest.mark.parametrize("severity", [NORMAL, TIGHTENED])
def test_single_plans_are_those_of_the_printed_table(severity: InspectionSeverity) -> None:
    printed = list(cells(f"single-{severity.value}"))
    assert len(printed) == 16 * len(AQLS)
    for letter, aql, cell in printed:
        (stage,) = single_plan(letter, aql, severity).stages
        assert f"{stage.size} {stage.ac}" == cell, (letter, aql)
        assert stage.re == stage.ac + 1


def test_reduced_plans_are_those_of_the_printed_table() -> None:
    printed = list(cells("single-reduced"))
    assert len(printed) == 16 * len(AQLS)
    for letter, aql, cell in printed:
        plan = single_plan(letter, aql, REDUCED)
        (stage,) = plan.stages
        assert f"{plan.letter} {stage.size} {stage.ac}" == cell, (letter, aql)


@pytest.mark.parametrize("severity", [NORMAL, TIGHTENED])
def test_double_plans_are_those_of_the_printed_table(severity: InspectionSeverity) -> None:
    """All but letter A, which the military standard sends to the single plan throughout."""
    for letter, aql, cell in cells(f"double-{severity.value}"):
        plan = double_plan(letter, aql, severity)
        if letter == "A" and cell == "-":
            continue
        if cell == "-":
            assert plan == single_plan(letter, aql, severity), (letter, aql)
            continue
        first, second = plan.stages
        size, _, numbers = cell.partition(" ")
        assert (first.size, second.size) == (int(size), int(size)), (letter, aql)
        ours = f"{first.ac} {first.re} {second.ac} {second.re}"
        assert (ours == numbers) is plan.confirmed, (letter, aql)
        assert plan.confirmed is (numbers not in CHANGED_BY_ISO), (letter, aql)


def acceptance(plan: TablePlan, per_unit: float) -> float:
    """Poisson, written out for one or two samples."""
    first, *rest = plan.stages
    total = poisson.cdf(first.ac, first.size * per_unit)
    for second in rest:
        for found in range(first.ac + 1, first.re):
            total += poisson.pmf(found, first.size * per_unit) * poisson.cdf(
                second.ac - found, second.size * per_unit
            )
    return float(total)


def quality(plan: TablePlan, probability: float) -> float:
    return float(brentq(lambda p: acceptance(plan, p) - probability, 1e-9, 100.0))


@pytest.mark.parametrize("severity", list(InspectionSeverity))
def test_double_plans_accept_what_their_single_plans_accept(severity: InspectionSeverity) -> None:
    """The standard matched them at median and consumer's risk; that also holds the unconfirmed.

    One plan of reduced inspection (Ac 5) is stricter than its single plan.
    """
    seen = set()
    for aql in AQLS:
        single, double = single_plan("J", aql, severity), double_plan("J", aql, severity)
        if single.letter != "J" or len(double.stages) == 1:
            continue
        seen.add(single.stages[0].ac)
        for probability in (0.5, 0.1):
            ratio = quality(double, probability) / quality(single, probability)
            if severity is REDUCED and single.stages[0].ac == 5:
                assert 0.85 < ratio < 0.95
            else:
                assert ratio == pytest.approx(1, abs=0.1), (aql, probability)
    assert len(seen) >= 7


def test_an_arrow_changes_the_sample_size_too() -> None:
    """Lots of 26 to 50, AQL 4.0, level II: letter D points at E."""
    plan = single_plan(code_letter(40, InspectionLevel.USUAL), 4.0, NORMAL)
    assert (plan.letter, plan.stages[0].size, plan.stages[0].ac) == ("E", 13, 1)


@pytest.mark.parametrize(
    ("lot_size", "level", "letter"),
    [
        (2, "II", "A"),
        (8, "III", "B"),
        (9, "II", "B"),
        (150, "S-3", "C"),
        (151, "S-4", "E"),
        (1200, "II", "J"),
        (1201, "II", "K"),
        (10_000, "I", "J"),
        (35_000, "S-1", "C"),
        (500_000, "II", "P"),
        (500_001, "II", "Q"),
        (500_001, "III", "R"),
        (500_001, "S-3", "H"),
        (10**9, "S-4", "K"),
    ],
)
def test_code_letters(lot_size: int, level: str, letter: str) -> None:
    assert code_letter(lot_size, InspectionLevel(level)) == letter


levels = st.sampled_from(list(InspectionLevel))
severities = st.sampled_from(list(InspectionSeverity))
letters = st.sampled_from(LETTERS[:-1])


@given(st.integers(2, 10**6), st.integers(2, 10**6), levels)
def test_larger_lots_never_have_an_earlier_letter(a: int, b: int, level: InspectionLevel) -> None:
    small, large = sorted((a, b))
    assert LETTERS.index(code_letter(small, level)) <= LETTERS.index(code_letter(large, level))


@given(letters, severities)
def test_a_laxer_aql_never_allows_fewer(letter: str, severity: InspectionSeverity) -> None:
    allowed = [single_plan(letter, aql, severity).stages[0].ac for aql in AQLS]
    assert allowed == sorted(allowed)
