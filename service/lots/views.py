"""Lots as the API shows them, put together from their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from qc.decision.sampling import (
    ClassPlan,
    LotPlan,
    LotTally,
    UnitResult,
    acceptance,
    combined,
    judge_lot,
    quality_accepted,
)
from qc.spec.models import Spec
from service.lots import repository
from service.lots.models import LotFindingRow, LotRow, LotUnitRow, SeriesRow
from service.lots.schemas import (
    CharacteristicPoint,
    ClassCharacteristic,
    DecisionOutcome,
    LotDecision,
    LotEvent,
    LotEventKind,
    LotResource,
    LotState,
    LotSummary,
    LotUnit,
    UnitFinding,
)
from service.readings import service as readings
from service.review import service as reviews
from service.specs.schemas import SpecSummary

_MARKS = (0.95, 0.50, 0.10)
_CURVE_POINTS = 61
_CURVE_ENDS_AT = 0.01
"""The curve is drawn up to the quality of which one lot in a hundred is accepted."""


def summary(session: Session, lot: LotRow) -> LotSummary:
    """Return one line of the lots."""
    return LotSummary(**_summary(session, lot, _units(session, lot)))


def resource(session: Session, lot: LotRow) -> LotResource:
    """Return a lot with all that is known of it."""
    units = _units(session, lot)
    return LotResource(
        **_summary(session, lot, units),
        units=tuple(units),
        events=tuple(
            LotEvent(kind=LotEventKind(row.kind), by=row.by, reason=row.reason, at=row.at)
            for row in repository.events(session, lot)
        ),
    )


def tally(session: Session, lot: LotRow) -> LotTally:
    """Judge a lot by the units inspected so far."""
    return _tally(lot, _units(session, lot))


def state(session: Session, lot: LotRow, decision: SeriesRow | None) -> LotState:
    """Return where a lot stands."""
    kinds = [row.kind for row in repository.events(session, lot)]
    if decision is None:
        holds = [k for k in kinds if k in (LotEventKind.HOLD, LotEventKind.RELEASE)]
        return LotState.HELD if holds[-1:] == [LotEventKind.HOLD] else LotState.OPEN
    if decision.kind == DecisionOutcome.ACCEPT:
        return LotState.ACCEPTED
    if repository.resubmission_of(session, lot) is not None:
        return LotState.RESUBMITTED
    return LotState.REWORK if LotEventKind.REWORK in kinds else LotState.REJECTED


def characteristic(plan: ClassPlan) -> ClassCharacteristic:
    """Return curve and marks of one class of a plan."""
    if plan.full:
        share = plan.stages[0].ac / plan.sample_size
        ends = 100 * max(4 * share, 0.1)
        marks: tuple[CharacteristicPoint, ...] = ()
    else:
        ends = quality_accepted(plan, _CURVE_ENDS_AT)
        marks = tuple(
            CharacteristicPoint(quality=quality_accepted(plan, accepted), accepted=accepted)
            for accepted in _MARKS
        )
    quality = np.linspace(0, ends, _CURVE_POINTS)
    curve = tuple(
        CharacteristicPoint(quality=float(x), accepted=float(np.clip(y, 0, 1)))
        for x, y in zip(quality, acceptance(plan, quality), strict=True)
    )
    return ClassCharacteristic(defect_class=plan.defect_class, curve=curve, marks=marks)


def _summary(session: Session, lot: LotRow, units: list[LotUnit]) -> dict[str, object]:
    decision = repository.decision(session, lot)
    return {
        "id": lot.id,
        "client_id": lot.client_id,
        "created_at": lot.created_at,
        "created_by": lot.created_by,
        "spec": SpecSummary.of(Spec.model_validate_json(lot.spec.document)),
        "order_number": lot.order_number,
        "maker_group": lot.maker_group,
        "item_code": lot.item_code,
        "size": lot.size,
        "plan": LotPlan.model_validate_json(lot.plan),
        "state": state(session, lot, decision),
        "tally": _tally(lot, units) if decision is None else _tally_of(decision),
        "decision": None if decision is None else _decision(decision),
        "reinspection_of": (
            None if lot.reinspection_of is None else repository.id_of(session, lot.reinspection_of)
        ),
        "resubmitted_as": repository.resubmission_of(session, lot),
    }


def _decision(row: SeriesRow) -> LotDecision:
    return LotDecision(
        outcome=DecisionOutcome(row.kind),
        tally=_tally_of(row),
        by=row.by,
        reason=row.reason,
        at=row.at,
    )


def _tally_of(decision: SeriesRow) -> LotTally:
    return LotTally.model_validate_json(decision.tally or "")


def _tally(lot: LotRow, units: Sequence[LotUnit]) -> LotTally:
    plan = LotPlan.model_validate_json(lot.plan)
    return judge_lot(plan, {unit.unit: unit.result for unit in units})


def _units(session: Session, lot: LotRow) -> list[LotUnit]:
    inspected: defaultdict[int, list[LotUnitRow]] = defaultdict(list)
    rows = repository.units(session, lot)
    ids = [row.inspection_id for row in rows]
    said = readings.results(session, ids) | reviews.results(session, ids)
    for row in rows:
        inspected[row.unit].append(row)
    found: defaultdict[int, list[LotFindingRow]] = defaultdict(list)
    for finding in repository.findings(session, lot):
        found[finding.unit].append(finding)
    return [
        _unit(unit, inspected[unit], said, found[unit]) for unit in sorted({*inspected, *found})
    ]


def _unit(
    unit: int,
    inspections: Sequence[LotUnitRow],
    said_of: Mapping[UUID, UnitResult],
    findings: Sequence[LotFindingRow],
) -> LotUnit:
    said = tuple(
        UnitFinding(
            result=UnitResult.model_validate_json(row.result),
            by=row.by,
            reason=row.reason,
            at=row.at,
        )
        for row in findings
    )
    if said:
        result = said[-1].result
    else:
        result = combined(
            said_of.get(row.inspection_id) or UnitResult.model_validate_json(row.result)
            for row in inspections
        )
    return LotUnit(
        unit=unit,
        result=result,
        inspections=tuple(row.inspection_id for row in inspections),
        findings=said,
    )
