"""What one inspected unit means for its lot: how many nonconformities of which class.

A unit counts in the class of its worst nonconformity. What an inspection leaves open is a doubt:
the worst class that a person might still find. A doubt never helps a lot.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from qc.decision.conformity import Decision
from qc.decision.sampling.plan import CLASSES
from qc.decision.verdict import Verdict
from qc.records import Inspection
from qc.spec.base import DefectClass, Severity
from qc.spec.models import Spec


class UnitResult(BaseModel):
    """Nonconformities of one unit."""

    model_config = ConfigDict(frozen=True)

    critical: int = Field(default=0, ge=0, description="Critical nonconformities found.")
    major: int = Field(default=0, ge=0, description="Major nonconformities found.")
    minor: int = Field(default=0, ge=0, description="Minor nonconformities found.")
    doubt: DefectClass | None = Field(
        default=None, description="The worst class that a person might still find."
    )
    judged: bool = Field(default=True, description="False: the photo must be taken again.")

    @classmethod
    def found(cls, classes: Iterable[DefectClass], doubt: DefectClass | None = None) -> Self:
        """Count nonconformities, one for each class given."""
        given = list(classes)
        return cls(**{c.value: given.count(c) for c in CLASSES}, doubt=doubt)

    def count(self, defect_class: DefectClass) -> int:
        """Return the number of nonconformities of a class."""
        return int(getattr(self, defect_class.value))

    @property
    def worst(self) -> DefectClass | None:
        """The class in which the unit counts; None for a conforming unit."""
        return next((c for c in CLASSES if self.count(c)), None)


def unit_result(inspection: Inspection, spec: Spec) -> UnitResult:
    """Return what an inspection says about its unit.

    A dimension or colour that fails counts as the spec says, `major` where it says nothing. A
    failure that none of them nor a defect explains counts as `major`. A photo that cannot be
    judged, and a find that the spec does not name, may hide anything: a critical doubt.
    """
    if inspection.verdict is Verdict.RETAKE:
        return UnitResult(doubt=Severity.CRITICAL, judged=False)
    by_spec: dict[str | None, DefectClass] = {d.name: d.severity for d in spec.dimensions}
    if spec.colour is not None:
        by_spec["colour"] = spec.colour.severity
    found: list[DefectClass] = []
    doubts: list[DefectClass] = []
    dimensions = inspection.decided_dimensions
    for dimension in dimensions:
        severity = by_spec.get(dimension.name, Severity.MAJOR)
        if dimension.decision is Decision.FAIL:
            found.append(severity)
        elif dimension.decision is Decision.CHECK:
            doubts.append(severity)
    for defect in inspection.defects:
        if defect.severity is Severity.ACCEPTABLE:
            continue
        if defect.verdict is Verdict.FAIL:
            found.append(defect.severity or Severity.MAJOR)
        elif defect.verdict is not Verdict.PASS:
            doubts.append(defect.severity or Severity.CRITICAL)
    explained = {d.name for d in dimensions} | {d.type for d in inspection.defects}
    for reason in inspection.reasons:
        if reason.verdict is Verdict.PASS or reason.subject in explained:
            continue
        if reason.verdict is Verdict.FAIL:
            found.append(by_spec.get(reason.subject, Severity.MAJOR))
        else:
            doubts.append(by_spec.get(reason.subject, Severity.CRITICAL))
    return UnitResult.found(found, doubt=next((c for c in CLASSES if c in doubts), None))


def combined(results: Iterable[UnitResult]) -> UnitResult:
    """Return what several inspections of one unit say together.

    A photo that could not be judged is forgotten once there is a better one. Everything else
    stands, the worst of it counting: taking another photo neither mends a defect nor settles a
    doubt.
    """
    everything = list(results)
    judged = [result for result in everything if result.judged]
    if not judged:
        return UnitResult(doubt=Severity.CRITICAL, judged=False)
    doubts = {result.doubt for result in judged}
    return UnitResult(
        **{c.value: max(result.count(c) for result in judged) for c in CLASSES},
        doubt=next((c for c in CLASSES if c in doubts), None),
    )
