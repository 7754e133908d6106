"""The series of lots of a product for a buyer: where its switching rules stand.

The state is never stored. It follows from the steps of the series, in their order: decisions on
lots, each by the plan that was frozen with the lot, and what responsible people said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from qc.decision.sampling import (
    CLASSES,
    Event,
    LotPlan,
    LotTally,
    Outcome,
    SwitchingState,
)
from qc.spec.base import DefectClass
from service.lots import repository
from service.lots.models import LotRow, SeriesRow
from service.lots.schemas import ClassSwitching, Series, SeriesEventRequest
from service.specs.service import get_spec

States = Mapping[DefectClass, SwitchingState]


def states(session: Session, buyer: str, product_id: str) -> States:
    """Return where each class of the series stands."""
    now = dict.fromkeys(CLASSES, SwitchingState())
    for step, lot in repository.series(session, buyer, product_id):
        if lot is None:
            event = Event(step.kind)
            now = {name: state.after_event(event) for name, state in now.items()}
        elif lot.reinspection_of is None:  # only original inspection counts
            now |= _after_lot(now, step, lot)
    return now


def get_series(session: Session, spec_id: str) -> Series:
    """Return the series of lots of a spec's product for its buyer.

    Raises:
        SpecUnknownError: the spec is not stored.
    """
    spec = get_spec(session, spec_id)
    now = states(session, spec.buyer, spec.product.id)
    return Series(
        buyer=spec.buyer,
        product_id=spec.product.id,
        classes=tuple(ClassSwitching(defect_class=name, **dict(now[name])) for name in CLASSES),
    )


def add_series_event(
    session: Session, spec_id: str, by: str, request: SeriesEventRequest
) -> Series:
    """Record what a responsible person says about a series.

    Raises:
        SpecUnknownError: the spec is not stored.
    """
    spec = get_spec(session, spec_id)
    repository.add(
        session,
        SeriesRow(
            buyer=spec.buyer,
            product_id=spec.product.id,
            kind=request.kind,
            by=by,
            reason=request.reason,
            at=datetime.now(UTC),
        ),
    )
    return get_series(session, spec_id)


def _after_lot(now: States, step: SeriesRow, lot: LotRow) -> dict[DefectClass, SwitchingState]:
    """Follow each class that the sample decided; one left undecided says nothing of the series."""
    plan = LotPlan.model_validate_json(lot.plan)
    tally = LotTally.model_validate_json(step.tally or "")
    return {
        said.defect_class: now[said.defect_class].after_lot(
            class_plan,
            accepted=said.outcome is Outcome.ACCEPT,
            found=said.found,
            stage=said.stage,
        )
        for class_plan, said in zip(plan.classes, tally.classes, strict=True)
        if class_plan.aql is not None and said.outcome is not Outcome.UNDECIDED
    }
