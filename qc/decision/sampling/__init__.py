"""Lots by sampling: ISO 2859-1:1999, its plans, its decision, its switching rules."""

from qc.decision.sampling.characteristic import acceptance, quality_accepted
from qc.decision.sampling.judge import ClassTally, LotTally, Outcome, judge_lot
from qc.decision.sampling.plan import (
    CLASSES,
    DEFAULT_AQLS,
    ClassPlan,
    LotPlan,
    Sampling,
    plan_lot,
)
from qc.decision.sampling.switching import Event, SwitchingState
from qc.decision.sampling.terms import (
    AQLS,
    EDITION,
    InspectionLevel,
    InspectionSeverity,
    Stage,
)
from qc.decision.sampling.units import UnitResult, combined, unit_result

__all__ = [
    "AQLS",
    "CLASSES",
    "DEFAULT_AQLS",
    "EDITION",
    "ClassPlan",
    "ClassTally",
    "Event",
    "InspectionLevel",
    "InspectionSeverity",
    "LotPlan",
    "LotTally",
    "Outcome",
    "Sampling",
    "Stage",
    "SwitchingState",
    "UnitResult",
    "acceptance",
    "combined",
    "judge_lot",
    "plan_lot",
    "quality_accepted",
    "unit_result",
]
