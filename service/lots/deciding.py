"""What people say of a lot: findings on its units, hold and rework, the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from qc.decision.sampling import Outcome, UnitResult
from qc.spec.models import Spec
from service.errors import ConflictError
from service.lots import repository, views
from service.lots.models import LotEventRow, LotFindingRow, SeriesRow
from service.lots.schemas import (
    DecisionOutcome,
    DecisionRequest,
    FindingRequest,
    LotEventKind,
    LotEventRequest,
    LotResource,
    LotState,
)
from service.lots.service import LotStateError, check_place, find_lot


class LotUndecidedError(ConflictError):
    """The sample does not say what the decision says."""

    code = "lot-undecided"


def add_finding(
    session: Session, lot_id: UUID, unit: int, by: str, request: FindingRequest
) -> LotResource:
    """Record what a person found on a unit.

    Raises:
        LotUnknownError: there is no such lot.
        LotMismatchError: the lot has no such unit.
        LotStateError: the lot is decided.
    """
    lot = find_lot(session, lot_id, for_update=True)
    check_place(session, lot, unit)
    result = UnitResult(critical=request.critical, major=request.major, minor=request.minor)
    repository.add(
        session,
        LotFindingRow(
            lot_sequence=lot.sequence,
            unit=unit,
            result=result.model_dump_json(),
            by=by,
            reason=request.reason,
            at=datetime.now(UTC),
        ),
    )
    return views.resource(session, lot)


_ALLOWED_IN: Final[Mapping[LotEventKind, LotState]] = {
    LotEventKind.HOLD: LotState.OPEN,
    LotEventKind.RELEASE: LotState.HELD,
    LotEventKind.REWORK: LotState.REJECTED,
}


def add_event(session: Session, lot_id: UUID, by: str, request: LotEventRequest) -> LotResource:
    """Put a lot on hold, release it, or send a rejected one to rework.

    Raises:
        LotUnknownError: there is no such lot.
        LotStateError: the lot's state does not allow it.
    """
    lot = find_lot(session, lot_id, for_update=True)
    wanted = _ALLOWED_IN[request.kind]
    state = views.state(session, lot, repository.decision(session, lot))
    if state is not wanted:
        raise LotStateError(
            f"the lot is {state}; `{request.kind}` needs one that is {wanted}",
            fix="Look at the lot again: somebody else may have been first.",
        )
    repository.add(
        session,
        LotEventRow(
            lot_sequence=lot.sequence,
            kind=request.kind,
            by=by,
            reason=request.reason,
            at=datetime.now(UTC),
        ),
    )
    return views.resource(session, lot)


def decide(session: Session, lot_id: UUID, by: str, request: DecisionRequest) -> LotResource:
    """Record the decision on a lot, once.

    A lot is accepted only where its sample accepts it. It may be rejected at any time, because
    a lot can fail for reasons that no sample shows. The same decision sent again changes nothing.

    Raises:
        LotUnknownError: there is no such lot.
        LotStateError: the lot is on hold, or was decided otherwise.
        LotUndecidedError: the sample does not accept the lot.
    """
    lot = find_lot(session, lot_id, for_update=True)
    decision = repository.decision(session, lot)
    if decision is not None:
        if (decision.kind, decision.by) == (request.outcome, by):
            return views.resource(session, lot)
        raise LotStateError(
            f"{decision.by} decided already: {decision.kind}",
            fix="A decision stands. Rework a rejected lot and offer it again.",
        )
    if views.state(session, lot, None) is LotState.HELD:
        raise LotStateError("the lot is on hold", fix="Release it first.")
    tally = views.tally(session, lot)
    if request.outcome is DecisionOutcome.ACCEPT and tally.outcome is not Outcome.ACCEPT:
        because = " ".join(
            c.reason.text["en"] for c in tally.classes if c.outcome is not Outcome.ACCEPT
        )
        raise LotUndecidedError(
            "the sample does not accept the lot",
            fix=because if tally.outcome is Outcome.UNDECIDED else f"{because} Rework the lot.",
        )
    spec = Spec.model_validate_json(lot.spec.document)
    repository.add(
        session,
        SeriesRow(
            buyer=spec.buyer,
            product_id=spec.product.id,
            kind=request.outcome,
            lot_sequence=lot.sequence,
            tally=tally.model_dump_json(),
            by=by,
            reason=request.reason,
            at=datetime.now(UTC),
        ),
    )
    return views.resource(session, lot)
