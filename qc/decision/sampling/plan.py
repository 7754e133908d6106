"""The plan of a lot: how many units are inspected, and how many may be nonconforming.

Rules beyond the tables:

- Classes are judged on their own. Arrows may give them different sample sizes; the units are
  numbered as they are drawn, and a class counts its first units.
- A class without an AQL allows no nonconforming unit and counts every unit that is drawn for
  any class. Critical defects are treated so unless the buyer names an AQL.
- A sample as large as the lot means 100 % inspection. The acceptance number stays: it was made
  for the smaller sample, so this is never laxer.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from qc.decision.sampling.double import double_plan
from qc.decision.sampling.single import sample_size, single_plan
from qc.decision.sampling.terms import (
    AQLS,
    EDITION,
    LARGEST_PERCENT_AQL,
    SMALLEST_LOT,
    InspectionLevel,
    InspectionSeverity,
    Stage,
    TablePlan,
    code_letter,
)
from qc.errors import AqlError, LotSizeError
from qc.spec.base import DefectClass, Severity

CLASSES: Final[tuple[DefectClass, ...]] = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR)
"""Classes of nonconformity, worst first."""

DEFAULT_AQLS: Final[Mapping[DefectClass, float | None]] = {
    Severity.CRITICAL: None,
    Severity.MAJOR: 2.5,
    Severity.MINOR: 4.0,
}
"""What is usual for consumer goods where the buyer names nothing."""


class Sampling(StrEnum):
    """How many samples a decision may take."""

    SINGLE = "single"
    DOUBLE = "double"


class ClassPlan(TablePlan):
    """How one class of nonconformity decides on the lot."""

    defect_class: DefectClass
    aql: float | None = Field(description="None: no nonconforming unit is accepted.")
    inspection: InspectionSeverity
    counts: Literal["units", "defects"] = Field(
        description="Nonconforming units, or nonconformities (AQL above 10)."
    )
    full: bool = Field(description="100 % inspection: every unit of the lot.")

    @property
    def sample_size(self) -> int:
        """Units of all samples together."""
        return sum(stage.size for stage in self.stages)


class LotPlan(BaseModel):
    """How a lot is accepted; frozen when the lot is offered."""

    model_config = ConfigDict(frozen=True)

    edition: str = Field(description="The standard that the plan was taken from.")
    lot_size: int
    level: InspectionLevel
    sampling: Sampling
    letter: str = Field(description="Code letter of the lot size and level, before any arrow.")
    classes: tuple[ClassPlan, ...] = Field(description="Worst first.")

    @property
    def sample_size(self) -> int:
        """Units to draw so that every class can be decided."""
        return max(plan.sample_size for plan in self.classes)


def plan_lot(
    lot_size: int,
    *,
    level: InspectionLevel = InspectionLevel.USUAL,
    aqls: Mapping[DefectClass, float | None] = DEFAULT_AQLS,
    inspections: Mapping[DefectClass, InspectionSeverity] | None = None,
    sampling: Sampling = Sampling.SINGLE,
    full_below: int | None = None,
) -> LotPlan:
    """Make the plan of a lot by ISO 2859-1:1999.

    Args:
        lot_size: units offered together.
        level: inspection level.
        aqls: AQL of each class that is judged; None allows no nonconforming unit.
        inspections: severity of inspection of each class; normal where not named.
        sampling: single or double.
        full_below: lots with fewer units are inspected 100 %.

    Raises:
        LotSizeError: the lot is too small to be sampled.
        AqlError: an AQL is not in the standard's series, or no class is judged.
    """
    if lot_size < SMALLEST_LOT:
        raise LotSizeError(
            f"a lot of {lot_size} cannot be sampled; the tables begin at {SMALLEST_LOT} units",
            fix="Inspect a single piece by itself, or offer it together with others.",
        )
    if not aqls:
        raise AqlError("no class has an AQL", fix="Name at least one: major=2.5.")
    for aql in aqls.values():
        _check_aql(aql)
    letter = code_letter(lot_size, level)
    every_unit = full_below is not None and lot_size < full_below
    by_table = {
        defect_class: _by_table(
            defect_class,
            aql,
            letter,
            lot_size,
            (inspections or {}).get(defect_class, InspectionSeverity.NORMAL),
            sampling,
            every_unit=every_unit,
        )
        for defect_class, aql in aqls.items()
        if aql is not None
    }
    drawn = max(
        (plan.stages[0].size for plan in by_table.values()),
        default=sample_size(letter, InspectionSeverity.NORMAL),
    )
    drawn = lot_size if every_unit else min(drawn, lot_size)
    return LotPlan(
        edition=EDITION,
        lot_size=lot_size,
        level=level,
        sampling=sampling,
        letter=letter,
        classes=tuple(
            by_table.get(defect_class) or _none_allowed(defect_class, letter, drawn, lot_size)
            for defect_class in CLASSES
            if defect_class in aqls
        ),
    )


def _by_table(
    defect_class: DefectClass,
    aql: float,
    letter: str,
    lot_size: int,
    inspection: InspectionSeverity,
    sampling: Sampling,
    *,
    every_unit: bool,
) -> ClassPlan:
    look_up = double_plan if sampling is Sampling.DOUBLE else single_plan
    plan = look_up(letter, aql, inspection)
    stages = plan.stages
    full = every_unit or sum(stage.size for stage in stages) >= lot_size
    if full:
        plan = single_plan(letter, aql, inspection)
        stages = (plan.stages[0].model_copy(update={"size": lot_size}),)
    return ClassPlan(
        letter=plan.letter,
        stages=stages,
        confirmed=plan.confirmed,
        defect_class=defect_class,
        aql=aql,
        inspection=inspection,
        counts="units" if aql <= LARGEST_PERCENT_AQL else "defects",
        full=full,
    )


def _none_allowed(defect_class: DefectClass, letter: str, drawn: int, lot_size: int) -> ClassPlan:
    return ClassPlan(
        letter=letter,
        stages=(Stage(size=drawn, ac=0, re=1),),
        defect_class=defect_class,
        aql=None,
        inspection=InspectionSeverity.NORMAL,
        counts="units",
        full=drawn == lot_size,
    )


def _check_aql(aql: float | None) -> None:
    if aql is None or aql in AQLS:
        return
    below = max((known for known in AQLS if known < aql), default=None)
    above = min((known for known in AQLS if known > aql), default=None)
    nearest = " or ".join(f"{known:g}" for known in (below, above) if known is not None)
    raise AqlError(
        f"AQL {aql:g} is not in the series of {EDITION}", fix=f"The nearest is {nearest}."
    )
