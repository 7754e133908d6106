"""A lot is offered: its plan is made by the state of its series, and frozen."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from qc.decision.sampling import DEFAULT_AQLS, InspectionSeverity, LotPlan, plan_lot
from qc.spec.models import Spec
from service.errors import ConflictError
from service.lots import repository, views
from service.lots.models import LotRow
from service.lots.schemas import LotRequest, LotResource, LotState, PlanRequest
from service.lots.series import states
from service.lots.service import LotMismatchError, LotStateError, find_lot
from service.specs.schemas import split_reference
from service.specs.service import get_spec


class SeriesStoppedError(ConflictError):
    """Inspection of this series of lots was discontinued."""

    code = "series-stopped"


def make_plan(session: Session, request: PlanRequest) -> LotPlan:
    """Return the plan that a lot would have if it were offered now.

    Raises:
        SpecUnknownError: the spec is not stored.
        LotUnknownError: the lot that is offered again is not stored.
        LotStateError: it was not rejected, or was offered again already.
        LotMismatchError: it is of another product.
        SeriesStoppedError: too many lots were rejected; the supplier has to correct first.
        SamplingError: the standard has no such plan.
    """
    spec = get_spec(session, *split_reference(request.spec))
    aqls = DEFAULT_AQLS if request.aqls is None else request.aqls
    again = request.reinspection_of is not None
    if request.reinspection_of is not None:
        _rejected_lot(session, request.reinspection_of, spec)
    now = states(session, spec.buyer, spec.product.id)
    stopped = [name for name, aql in aqls.items() if aql is not None and now[name].stopped]
    if stopped and not again:
        raise SeriesStoppedError(
            f"five lots of {spec.product.id} for {spec.buyer} were rejected in tightened "
            "inspection, so no further lot is inspected",
            fix="Correct the cause, then record `corrected` for the series.",
        )
    inspections = {name: state.inspection for name, state in now.items()}
    if again:  # a lot that failed once is not inspected less than usual
        inspections = {
            name: InspectionSeverity.NORMAL if i is InspectionSeverity.REDUCED else i
            for name, i in inspections.items()
        }
    return plan_lot(
        request.size,
        level=request.level,
        aqls=aqls,
        inspections=inspections,
        sampling=request.sampling,
        full_below=request.full_below,
    )


def create_lot(session: Session, by: str, request: LotRequest) -> tuple[LotResource, bool]:
    """Store a lot with its plan, once; say whether this request or an earlier one did.

    Raises:
        ConflictError: the client id was used for another lot.
        TelitiError: as `make_plan`.
    """
    spec = get_spec(session, *split_reference(request.spec))
    first = repository.find_by_client_id(session, request.client_id)
    if first is not None:
        same = (first.spec_id, first.order_number, first.size)
        if same != (spec.id, request.order_number, request.size):
            raise ConflictError(
                f"client id {request.client_id} was used for another lot",
                fix="Give every lot a new client id.",
            )
        return views.resource(session, first), False
    plan = make_plan(session, request)
    again = request.reinspection_of
    lot = LotRow(
        id=uuid4(),
        client_id=request.client_id,
        created_at=datetime.now(UTC),
        created_by=by,
        spec_id=spec.id,
        spec_version=spec.version,
        order_number=request.order_number,
        maker_group=request.maker_group,
        item_code=request.item_code,
        size=request.size,
        plan=plan.model_dump_json(),
        reinspection_of=None if again is None else find_lot(session, again).sequence,
    )
    repository.add(session, lot)
    return views.resource(session, find_lot(session, lot.id)), True


def _rejected_lot(session: Session, lot_id: UUID, spec: Spec) -> None:
    lot = find_lot(session, lot_id)
    if lot.spec_id != spec.id:
        raise LotMismatchError(
            f"the rejected lot is of {lot.spec_id}, this one of {spec.id}",
            fix="Offer the same product again.",
        )
    state = views.state(session, lot, repository.decision(session, lot))
    if state not in (LotState.REJECTED, LotState.REWORK):
        raise LotStateError(
            f"a lot that is {state} cannot be offered again",
            fix="Offer a new lot, or name the rejected one that was reworked.",
        )
