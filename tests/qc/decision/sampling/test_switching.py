"""The switching rules, lot by lot."""

from __future__ import annotations

import pytest

from qc.decision.sampling import (
    ClassPlan,
    Event,
    InspectionSeverity,
    Sampling,
    SwitchingState,
    plan_lot,
)
from qc.spec.base import Severity

NORMAL, TIGHTENED, REDUCED = InspectionSeverity


def class_plan(aql: float, sampling: Sampling = Sampling.SINGLE) -> ClassPlan:
    (plan,) = plan_lot(1200, aqls={Severity.MAJOR: aql}, sampling=sampling).classes
    return plan


PLAN = class_plan(2.5)  # n 80, Ac 5; one step tighter, AQL 1.5: Ac 3


def after(state: SwitchingState, results: str, found: int = 0) -> SwitchingState:
    """Follow a series of lots, `a` accepted and `r` rejected."""
    for result in results:
        state = state.after_lot(PLAN, accepted=result == "a", found=found, stage=1)
    return state


def test_a_series_begins_normal_with_no_score() -> None:
    assert (SwitchingState().inspection, SwitchingState().score) == (NORMAL, 0)


@pytest.mark.parametrize("results", ["rr", "rar", "raaar", "aaaaraaar"])
def test_two_rejected_of_five_tighten(results: str) -> None:
    assert after(SwitchingState(), results).inspection is TIGHTENED


@pytest.mark.parametrize("results", ["r", "raaaar", "raaaaaar"])
def test_two_rejected_further_apart_do_not(results: str) -> None:
    assert after(SwitchingState(), results).inspection is NORMAL


def test_five_accepted_in_a_row_relax() -> None:
    state = after(SwitchingState(inspection=TIGHTENED), "aaaaraaaa")
    assert state.inspection is TIGHTENED
    state = after(state, "a")
    assert (state.inspection, state.score, state.recent) == (NORMAL, 0, ())


def test_five_rejected_while_tightened_stop_inspection_until_corrected() -> None:
    state = after(SwitchingState(inspection=TIGHTENED), "rarararar")
    assert (state.rejected_tightened, state.stopped) == (5, True)
    assert state.after_event(Event.CORRECTED) == SwitchingState(inspection=TIGHTENED)


@pytest.mark.parametrize(("found", "score"), [(0, 3), (3, 3), (4, 0), (5, 0)])
def test_with_ac_two_or_more_a_lot_scores_if_a_stricter_aql_had_accepted_it(
    found: int, score: int
) -> None:
    assert after(SwitchingState(), "a", found=found).score == score


def test_otherwise_the_score_starts_again() -> None:
    assert after(after(SwitchingState(), "aaa"), "a", found=4).score == 0
    assert after(after(SwitchingState(), "aaa"), "r", found=9).score == 0


@pytest.mark.parametrize("aql", [0.15, 0.65])
def test_with_ac_zero_or_one_every_accepted_lot_scores_two(aql: float) -> None:
    plan = class_plan(aql)
    assert plan.stages[0].ac == (0 if aql == 0.15 else 1)
    state = SwitchingState().after_lot(plan, accepted=True, found=plan.stages[0].ac, stage=1)
    assert state.score == 2
    assert state.after_lot(plan, accepted=False, found=2, stage=1).score == 0


@pytest.mark.parametrize(("stage", "score"), [(1, 3), (2, 0)])
def test_a_double_plan_scores_on_its_first_sample_only(stage: int, score: int) -> None:
    plan = class_plan(2.5, Sampling.DOUBLE)
    state = SwitchingState().after_lot(plan, accepted=True, found=0, stage=stage)
    assert state.score == score


def test_ten_good_lots_and_an_agreement_reduce() -> None:
    nine = after(SwitchingState(), "a" * 9)
    assert nine.after_event(Event.ALLOW_REDUCED).inspection is NORMAL
    ten = after(nine, "a")
    assert (ten.score, ten.inspection) == (30, NORMAL)
    assert ten.after_event(Event.ALLOW_REDUCED).inspection is REDUCED
    assert after(nine.after_event(Event.ALLOW_REDUCED), "a").inspection is REDUCED


@pytest.mark.parametrize("end", ["reject", "event"])
def test_reduced_ends_with_a_rejected_lot_or_irregular_production(end: str) -> None:
    reduced = after(SwitchingState(reduced_allowed=True), "a" * 10)
    assert after(reduced, "aaaa").inspection is REDUCED
    ended = after(reduced, "r") if end == "reject" else reduced.after_event(Event.RETURN_TO_NORMAL)
    assert (ended.inspection, ended.score) == (NORMAL, 0)


def test_the_same_step_is_compared_after_an_arrow() -> None:
    """Letter M, AQL 10: the arrow leads to L, whose Ac 21 is 14 one step stricter."""
    (plan,) = plan_lot(20_000, aqls={Severity.MAJOR: 6.5}).classes
    assert (plan.letter, plan.stages[0].ac) == ("L", 21)
    for found, score in ((14, 3), (15, 0)):
        state = SwitchingState().after_lot(plan, accepted=True, found=found, stage=1)
        assert state.score == score
