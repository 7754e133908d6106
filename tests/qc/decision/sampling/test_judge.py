"""Accept, reject or not yet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qc.decision.sampling import (
    CLASSES,
    LotPlan,
    LotTally,
    Outcome,
    Sampling,
    UnitResult,
    judge_lot,
    plan_lot,
)
from qc.spec.base import Severity

CRITICAL, MAJOR, MINOR, _ = Severity

PLAN = plan_lot(1200)  # 80 units; critical Ac 0, major Ac 5, minor Ac 7
DOUBLE = plan_lot(1200, aqls={MAJOR: 2.5}, sampling=Sampling.DOUBLE)  # 50 (2, 5), 50 (6, 7)


def judge(plan: LotPlan, inspected: int, *bad: UnitResult) -> LotTally:
    """Judge a lot whose first units are `bad` and whose others conform."""
    return judge_lot(plan, dict(enumerate([*bad, *[UnitResult()] * (inspected - len(bad))], 1)))


def outcomes(tally: LotTally) -> dict[str, str]:
    return {c.defect_class.value: c.outcome.value for c in tally.classes}


def test_nothing_inspected_decides_nothing() -> None:
    tally = judge(PLAN, 0)
    assert (tally.outcome, tally.next_units) == (Outcome.UNDECIDED, 80)


def test_a_complete_sample_within_its_numbers_accepts() -> None:
    tally = judge(PLAN, 80, *[UnitResult(major=1)] * 5, *[UnitResult(minor=1)] * 7)
    assert (tally.outcome, tally.next_units) == (Outcome.ACCEPT, 0)
    assert [c.reason.text["en"] for c in tally.classes] == [
        "Critical: 0 found, 0 allowed. Accepted.",
        "Major: 5 found, 5 allowed. Accepted.",
        "Minor: 7 found, 7 allowed. Accepted.",
    ]
    assert tally.classes[1].reason.text["id"] == "Berat: 5 ditemukan, 5 diizinkan. Diterima."


def test_one_unit_less_is_not_yet_a_sample() -> None:
    tally = judge(PLAN, 79)
    assert (tally.outcome, tally.next_units) == (Outcome.UNDECIDED, 1)


def test_one_class_rejects_the_lot_as_soon_as_its_number_is_reached() -> None:
    tally = judge(PLAN, 6, *[UnitResult(major=1)] * 6)
    assert tally.outcome is Outcome.REJECT
    assert outcomes(tally) == {"critical": "undecided", "major": "reject", "minor": "undecided"}


def test_a_unit_counts_in_its_worst_class_only() -> None:
    tally = judge(PLAN, 80, *[UnitResult(major=3, minor=4)] * 5)
    assert [c.found for c in tally.classes] == [0, 5, 0]
    assert tally.outcome is Outcome.ACCEPT


def test_above_aql_ten_every_nonconformity_counts() -> None:
    plan = plan_lot(40, aqls={MINOR: 15})  # 8 units, Ac 3
    assert judge(plan, 8, UnitResult(minor=3)).outcome is Outcome.ACCEPT
    assert judge(plan, 8, UnitResult(minor=3), UnitResult(major=1, minor=1)).outcome is (
        Outcome.REJECT
    )


def test_a_critical_find_rejects_even_beyond_the_sample() -> None:
    units = {number: UnitResult() for number in range(1, 81)} | {95: UnitResult(critical=1)}
    assert judge_lot(PLAN, units).outcome is Outcome.REJECT


def test_other_classes_count_their_own_sample_only() -> None:
    units = {number: UnitResult() for number in range(1, 81)}
    units |= {number: UnitResult(major=1) for number in range(81, 101)}
    assert judge_lot(PLAN, units).outcome is Outcome.ACCEPT


def test_a_doubt_that_could_matter_waits_for_a_person() -> None:
    tally = judge(PLAN, 80, *[UnitResult(major=1)] * 5, UnitResult(doubt=MAJOR))
    assert outcomes(tally) == {"critical": "accept", "major": "undecided", "minor": "accept"}
    assert tally.classes[1].reason.code == "lot-class-doubtful"
    assert tally.next_units == 0
    without = judge(PLAN, 80, *[UnitResult(major=1)] * 4, UnitResult(doubt=MAJOR))
    assert without.outcome is Outcome.ACCEPT


def test_a_doubtful_unit_that_counts_already_adds_nothing() -> None:
    tally = judge(PLAN, 80, *[UnitResult(major=1, doubt=MAJOR)] * 5)
    assert tally.outcome is Outcome.ACCEPT


def test_a_double_plan_decides_on_its_first_sample_where_that_is_clear() -> None:
    assert judge(DOUBLE, 50, *[UnitResult(major=1)] * 2).outcome is Outcome.ACCEPT
    assert judge(DOUBLE, 50, *[UnitResult(major=1)] * 5).outcome is Outcome.REJECT


def test_a_double_plan_draws_again_where_it_is_not() -> None:
    bad = [UnitResult(major=1)] * 4
    between = judge(DOUBLE, 50, *bad)
    assert (between.outcome, between.next_units) == (Outcome.UNDECIDED, 50)
    assert between.classes[0].reason.code == "lot-class-second"
    assert judge(DOUBLE, 100, *bad).outcome is Outcome.ACCEPT
    assert judge(DOUBLE, 100, *bad, *[UnitResult(major=1)] * 3).outcome is Outcome.REJECT


def test_where_none_is_allowed_the_class_waits_for_all_units_drawn() -> None:
    plan = plan_lot(1200, sampling=Sampling.DOUBLE)
    tally = judge(plan, 50, *[UnitResult(major=1)] * 4)
    assert [c.needed for c in tally.classes] == [100, 100, 50]


results = st.builds(
    UnitResult,
    critical=st.integers(0, 1),
    major=st.integers(0, 2),
    minor=st.integers(0, 2),
    doubt=st.sampled_from([None, None, *CLASSES]),
)
SMALL = plan_lot(40, aqls={CRITICAL: 4.0, MAJOR: 6.5, MINOR: 10})
units = st.dictionaries(st.integers(1, 20), results, max_size=20)


@given(units, st.integers(1, 20), results)
def test_more_inspection_never_overturns_an_acceptance_or_a_rejection(
    known: dict[int, UnitResult], number: int, result: UnitResult
) -> None:
    """What a class said stays said, whatever unit comes next."""
    if number in known:
        return
    for before, after in zip(
        judge_lot(SMALL, known).classes,
        judge_lot(SMALL, known | {number: result}).classes,
        strict=True,
    ):
        if before.outcome is not Outcome.UNDECIDED:
            assert after.outcome is before.outcome


@given(units)
def test_settling_doubts_for_the_better_never_makes_a_lot_worse(
    known: dict[int, UnitResult],
) -> None:
    before = judge_lot(SMALL, known)
    settled = {n: r.model_copy(update={"doubt": None}) for n, r in known.items()}
    after = judge_lot(SMALL, settled)
    if before.outcome is not Outcome.UNDECIDED:
        assert after.outcome is before.outcome
