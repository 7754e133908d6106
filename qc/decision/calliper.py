"""A person measures again with a calliper: its reading decides, the photo's value stays."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PositiveFloat

from qc.decision.conformity import Decision, decide
from qc.decision.dimension import dimension_reason
from qc.decision.verdict import Reason, Verdict, worst
from qc.errors import RemeasurementError
from qc.records import CalliperMeasurement, Inspection
from qc.spec.dimension import Angle, Count, Height, MeasuredDimension
from qc.spec.models import Spec

_CODES = {
    Decision.PASS: (Verdict.PASS, "calliper-inside"),
    Decision.FAIL: (Verdict.FAIL, "calliper-outside"),
    Decision.CHECK: (Verdict.CHECK, "calliper-doubtful"),
}


class CalliperReading(BaseModel):
    """What a person read; `u95_mm` is the calliper's, from its certificate and the way of use."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(description="Of the spec's dimension.")
    part: int = Field(default=1, ge=1, description="Which piece, from left to right.")
    value_mm: PositiveFloat
    u95_mm: PositiveFloat = Field(description="Expanded uncertainty (k = 2).")
    instrument: str = Field(min_length=1, max_length=80)
    measured_by: str = Field(min_length=1, max_length=80)
    measured_at: AwareDatetime


def with_calliper(inspection: Inspection, spec: Spec, reading: CalliperReading) -> Inspection:
    """Return the inspection as a calliper reading leaves it.

    The reading is added; its reason takes the place of what the photo or an earlier reading said
    of the same dimension and piece, and the verdict follows. Measurements stay as they are.

    Raises:
        RemeasurementError: the spec is another one, or has no such size to measure.
    """
    if inspection.versions.spec != spec.reference:
        raise RemeasurementError(
            f"the item was inspected by spec {inspection.versions.spec}, not {spec.reference}",
            fix=f"Use spec {inspection.versions.spec}.",
        )
    dimension = _size(spec, reading)
    if reading.part > spec.parts:
        raise RemeasurementError(
            f"piece {reading.part} is named, but the item has {spec.parts}",
            fix="Count the pieces from left to right.",
        )
    lower_mm, upper_mm = dimension.limits
    decision = decide(reading.value_mm, reading.u95_mm / 2, lower_mm, upper_mm)
    measured = CalliperMeasurement(
        **reading.model_dump(),
        view=dimension.view,
        lower_mm=max(lower_mm, 0.0),
        upper_mm=upper_mm,
        decision=decision,
    )
    kept = (r for r in inspection.reasons if not _is_about(r, dimension, reading.part))
    reasons = (*kept, _reason(dimension, measured, spec))
    return inspection.model_copy(
        update={
            "verdict": worst(reasons),
            "reasons": reasons,
            "calliper": (*inspection.calliper, measured),
        }
    )


def _size(spec: Spec, reading: CalliperReading) -> MeasuredDimension | Height:
    sizes = {d.name: d for d in spec.dimensions if not isinstance(d, Angle | Count)}
    if reading.name not in sizes:
        raise RemeasurementError(
            f"spec {spec.reference} has no size {reading.name!r} that a calliper can measure",
            fix=f"Use one of: {', '.join(sizes) or 'none'}.",
        )
    return sizes[reading.name]


def _is_about(reason: Reason, dimension: MeasuredDimension | Height, part: int) -> bool:
    return (
        reason.code.startswith(("dimension-", "feature-", "calliper-"))
        and (reason.subject, reason.view) == (dimension.name, dimension.view)
        and reason.part in (None, part)
    )


def _reason(
    dimension: MeasuredDimension | Height, measured: CalliperMeasurement, spec: Spec
) -> Reason:
    verdict, code = _CODES[measured.decision]
    said = measured.quantity._asdict()
    return dimension_reason(dimension, code, measured.part, spec, verdict, **said)
