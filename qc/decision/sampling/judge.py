"""From the units inspected to accept, reject or not yet, by a lot's plan."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from qc.decision.messages import SEVERITY_NAMES
from qc.decision.sampling.plan import CLASSES, ClassPlan, LotPlan
from qc.decision.sampling.terms import Stage
from qc.decision.sampling.units import UnitResult
from qc.decision.verdict import say
from qc.spec.base import DefectClass


class Outcome(StrEnum):
    """What the sample says of the lot."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNDECIDED = "undecided"


class LotReason(BaseModel):
    """Why a class accepts, rejects or waits, in English (`en`) and Indonesian (`id`)."""

    model_config = ConfigDict(frozen=True)

    code: str
    text: dict[str, str]


class ClassTally(BaseModel):
    """How far one class of the plan has come."""

    model_config = ConfigDict(frozen=True)

    defect_class: DefectClass
    stage: int = Field(ge=1, description="Which sample is being drawn, from 1.")
    needed: int = Field(description="Units that the samples so far need.")
    inspected: int = Field(description="How many of those were inspected.")
    found: int = Field(description="Nonconforming units, or nonconformities, among them.")
    doubtful: int = Field(description="Units that may still turn out to count in this class.")
    ac: int
    re: int
    outcome: Outcome
    reason: LotReason


class LotTally(BaseModel):
    """What the units inspected so far say of the lot."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    next_units: int = Field(description="Units still to be inspected before a decision.")
    classes: tuple[ClassTally, ...] = Field(description="Worst first.")


def judge_lot(plan: LotPlan, units: Mapping[int, UnitResult]) -> LotTally:
    """Judge a lot by the units inspected so far.

    A class rejects as soon as its rejection number is reached; it accepts only when its sample
    is complete and all doubts together could not exceed the acceptance number. The lot is
    rejected by any class and accepted by all.

    Args:
        plan: of the lot.
        units: result of each unit by its number, from 1 in the order of drawing. A class counts
            the numbers of its own sample; a class without an AQL counts every unit.
    """
    by_aql = {
        c.defect_class: _judge_class(c, units, c.stages) for c in plan.classes if c.aql is not None
    }
    drawn = max((tally.needed for tally in by_aql.values()), default=0)
    classes = tuple(
        by_aql.get(c.defect_class) or _judge_class(c, units, _none_allowed(c, drawn))
        for c in plan.classes
    )
    outcomes = {tally.outcome for tally in classes}
    if Outcome.REJECT in outcomes:
        outcome = Outcome.REJECT
    elif outcomes == {Outcome.ACCEPT}:
        outcome = Outcome.ACCEPT
    else:
        outcome = Outcome.UNDECIDED
    waiting = 0
    if outcome is Outcome.UNDECIDED:
        needed = max(tally.needed for tally in classes if tally.outcome is Outcome.UNDECIDED)
        waiting = sum(number not in units for number in range(1, needed + 1))
    return LotTally(outcome=outcome, next_units=waiting, classes=classes)


def _none_allowed(plan: ClassPlan, drawn: int) -> tuple[Stage, ...]:
    """Let a class without an AQL wait for every unit that the other classes need."""
    (stage,) = plan.stages
    return (stage.model_copy(update={"size": max(stage.size, drawn)}),)


def _judge_class(
    plan: ClassPlan, units: Mapping[int, UnitResult], stages: tuple[Stage, ...]
) -> ClassTally:
    needed = 0
    for number, stage in enumerate(stages, start=1):
        needed += stage.size
        drawn = [result for unit, result in units.items() if unit <= needed or plan.aql is None]
        inspected = sum(unit <= needed for unit in units)
        found = sum(_found(plan, result) for result in drawn)
        doubtful = sum(_may_count(plan, result) for result in drawn)
        if found >= stage.re:
            outcome, code = Outcome.REJECT, "lot-class-rejects"
        elif inspected < needed:
            outcome, code = Outcome.UNDECIDED, "lot-class-incomplete"
        elif doubtful and (plan.counts == "defects" or found + doubtful > stage.ac):
            outcome, code = Outcome.UNDECIDED, "lot-class-doubtful"
        elif found > stage.ac:
            continue  # between Ac and Re: the second sample is drawn
        else:
            outcome, code = Outcome.ACCEPT, "lot-class-accepts"
        if number == 2 and code == "lot-class-incomplete":
            code = "lot-class-second"
        values = {
            "name": SEVERITY_NAMES[plan.defect_class],
            "found": found,
            "doubtful": doubtful,
            "missing": needed - inspected,
            "ac": stage.ac,
            "re": stage.re,
        }
        return ClassTally(
            defect_class=plan.defect_class,
            stage=number,
            needed=needed,
            inspected=inspected,
            found=found,
            doubtful=doubtful,
            ac=stage.ac,
            re=stage.re,
            outcome=outcome,
            reason=LotReason(code=code, text=say(code, values)),
        )
    raise AssertionError("the last sample of every plan has Re = Ac + 1")


def _found(plan: ClassPlan, result: UnitResult) -> int:
    if plan.counts == "defects":
        return result.count(plan.defect_class)
    return int(result.worst is plan.defect_class)


def _may_count(plan: ClassPlan, result: UnitResult) -> bool:
    """Whether a doubt about the unit may still add to this class."""
    if result.doubt is None:
        return False
    rank = CLASSES.index(plan.defect_class)
    if plan.counts == "units" and result.worst is not None and CLASSES.index(result.worst) <= rank:
        return False  # counts already, here or in a worse class
    return CLASSES.index(result.doubt) <= rank
