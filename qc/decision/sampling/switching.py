"""Normal, tightened, reduced: the switching rules of ISO 2859-1:1999, clauses 9.3 and 9.4.

They apply to each class of nonconformity by itself, over the lots of one product for one buyer,
and only to lots on their original inspection.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from qc.decision.sampling.plan import ClassPlan
from qc.decision.sampling.single import single_plan
from qc.decision.sampling.terms import AQLS, InspectionSeverity

REDUCED_SCORE: Final = 30
"""Switching score from which reduced inspection may begin (9.3.3.1)."""

_TIGHTEN_WITHIN: Final = 5
_TIGHTEN_AT: Final = 2
_RELAX_AFTER: Final = 5
_STOP_AT: Final = 5


class Event(StrEnum):
    """What a responsible person says about the series of lots."""

    ALLOW_REDUCED = "allow-reduced"
    """Production is steady, and reduced inspection is wanted."""
    RETURN_TO_NORMAL = "return-to-normal"
    """Production became irregular, or reduced inspection is no longer wanted."""
    CORRECTED = "corrected"
    """The supplier's correction is effective: inspection goes on, tightened."""


class SwitchingState(BaseModel):
    """Where one class of a series of lots stands."""

    model_config = ConfigDict(frozen=True)

    inspection: InspectionSeverity = InspectionSeverity.NORMAL
    score: int = Field(default=0, ge=0, description="Switching score of normal inspection.")
    recent: tuple[bool, ...] = Field(
        default=(), description="Accepted or not: up to five lots since the last switch."
    )
    rejected_tightened: int = Field(
        default=0, description="Lots not accepted since tightened inspection began."
    )
    reduced_allowed: bool = False
    stopped: bool = Field(
        default=False, description="Five lots rejected in tightened inspection: correct first."
    )

    def after_lot(
        self, plan: ClassPlan, *, accepted: bool, found: int, stage: int
    ) -> SwitchingState:
        """Return the state after one more lot.

        Args:
            plan: by which the lot was judged.
            accepted: whether the lot was accepted, on original inspection.
            found: nonconforming units (or nonconformities) in the samples drawn.
            stage: the sample that decided, from 1.
        """
        recent = (*self.recent, accepted)[-_RELAX_AFTER:]
        if self.inspection is InspectionSeverity.REDUCED:
            return self.model_copy(update={"recent": recent}) if accepted else self._normal()
        if self.inspection is InspectionSeverity.TIGHTENED:
            return self._after_tightened(recent)
        if recent[-_TIGHTEN_WITHIN:].count(False) >= _TIGHTEN_AT:
            return SwitchingState(
                inspection=InspectionSeverity.TIGHTENED, reduced_allowed=self.reduced_allowed
            )
        points = _points(plan, found, stage) if accepted else 0
        score = self.score + points if points else 0
        return self.model_copy(update={"recent": recent, "score": score})._reduced_if_due()

    def after_event(self, event: Event) -> SwitchingState:
        """Return the state after a responsible person said something about the series."""
        if event is Event.ALLOW_REDUCED:
            return self.model_copy(update={"reduced_allowed": True})._reduced_if_due()
        if event is Event.RETURN_TO_NORMAL:
            if self.inspection is InspectionSeverity.REDUCED:
                return self._normal().model_copy(update={"reduced_allowed": False})
            return self.model_copy(update={"reduced_allowed": False})
        if self.stopped:
            return SwitchingState(inspection=InspectionSeverity.TIGHTENED)
        return self

    def _after_tightened(self, recent: tuple[bool, ...]) -> SwitchingState:
        if recent.count(True) == _RELAX_AFTER:
            return self._normal()
        rejected = self.rejected_tightened + (not recent[-1])
        return self.model_copy(
            update={
                "recent": recent,
                "rejected_tightened": rejected,
                "stopped": rejected >= _STOP_AT,
            }
        )

    def _normal(self) -> SwitchingState:
        return SwitchingState(reduced_allowed=self.reduced_allowed)

    def _reduced_if_due(self) -> SwitchingState:
        due = (
            self.inspection is InspectionSeverity.NORMAL
            and self.reduced_allowed
            and self.score >= REDUCED_SCORE
        )
        if not due:
            return self
        return SwitchingState(
            inspection=InspectionSeverity.REDUCED, score=self.score, reduced_allowed=True
        )


def _points(plan: ClassPlan, found: int, stage: int) -> Literal[0, 2, 3]:
    """Return what an accepted lot adds to the switching score; 0 sets it back (9.3.3.2)."""
    if len(plan.stages) == 2:
        return 3 if stage == 1 else 0
    (only,) = plan.stages
    if only.ac < 2 or plan.aql is None:
        return 2
    stricter = AQLS[AQLS.index(plan.aql) - 1]
    tighter = single_plan(plan.letter, stricter, InspectionSeverity.NORMAL)
    return 3 if found <= tighter.stages[0].ac else 0
