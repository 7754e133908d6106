"""What readings make of an inspection. Pure functions.

A reading settles what it is about and nothing else: a doubt about a dimension ends where the
calliper is inside the limits, a defect stays. What once failed, by the photo or by a reading, does
not pass by another reading: then a lead has to look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from qc.decision.calliper import CalliperReading, with_calliper
from qc.decision.verdict import Reason, Verdict, worst
from qc.records import Inspection
from qc.spec.dimension import Angle, Count
from qc.spec.models import Spec
from service.readings.schemas import (
    BarcodeContent,
    CalliperContent,
    Content,
    MoistureContent,
    PiecesContent,
    SizeToMeasure,
)

PHOTO = "photo"
"""Stands for the name of whoever read it, where the service read a photo."""


@dataclass(frozen=True)
class Taken:
    """A reading, and who took it when."""

    content: Content
    by: str
    at: datetime


def with_readings(machine: Inspection, spec: Spec, readings: Iterable[Taken]) -> Inspection:
    """Return the inspection as readings, oldest first, leave it; the newest of a kind counts.

    Raises:
        RemeasurementError: a calliper's reading is of no size of the spec.
    """
    now, failed = machine, machine.verdict is Verdict.FAIL
    for reading in readings:
        now = _with(now, spec, reading)
        failed = failed or now.verdict is Verdict.FAIL
    if failed and now.verdict is Verdict.PASS:
        now = _because(now, Reason.of(Verdict.CHECK, "reading-unlike"))
    return now


def to_measure(inspection: Inspection, spec: Spec) -> tuple[SizeToMeasure, ...]:
    """Return the sizes of which a photo, and no calliper yet, left a doubt."""
    doubted = {
        (reason.subject, part)
        for reason in inspection.reasons
        if reason.verdict is Verdict.CHECK and reason.code.startswith(("dimension-", "feature-"))
        for part in ([reason.part] if reason.part else range(1, spec.parts + 1))
    }
    return tuple(
        SizeToMeasure(
            name=size.name,
            label=size.label,
            view=size.view,
            part=part,
            lower_mm=max(size.limits[0], 0.0),
            upper_mm=size.limits[1],
        )
        for size in spec.dimensions
        if not isinstance(size, Angle | Count)
        for part in range(1, spec.parts + 1)
        if (size.name, part) in doubted
    )


def _with(inspection: Inspection, spec: Spec, reading: Taken) -> Inspection:
    content = reading.content
    match content:
        case CalliperContent():
            return with_calliper(
                inspection,
                spec,
                CalliperReading(
                    **content.model_dump(exclude={"kind"}),
                    measured_by=reading.by,
                    measured_at=reading.at,
                ),
            )
        case PiecesContent():
            right = content.found == content.expected
            verdict = Verdict.PASS if right else Verdict.FAIL
            code = "pieces-right" if right else "pieces-wrong"
            reason = Reason.of(verdict, code, found=content.found, expected=content.expected)
            return _because(inspection, reason)
        case BarcodeContent():
            compared = _of_barcode(content)
            return inspection if compared is None else _because(inspection, compared)
        case MoistureContent():
            return inspection
        case _:
            assert_never(content)


def _of_barcode(content: BarcodeContent) -> Reason | None:
    if content.expected is None:
        return None
    if content.text is None:
        return Reason.of(Verdict.CHECK, "barcode-unread")
    if content.text == content.expected:
        return Reason.of(Verdict.PASS, "barcode-right")
    return Reason.of(Verdict.CHECK, "barcode-wrong", found=content.text, expected=content.expected)


def _because(inspection: Inspection, reason: Reason) -> Inspection:
    """Add a reason in the place of an earlier one of its kind."""
    kind = reason.code.partition("-")[0] + "-"
    kept = (r for r in inspection.reasons if not r.code.startswith(kind))
    reasons = (*kept, reason)
    return inspection.model_copy(update={"verdict": worst(reasons), "reasons": reasons})
