"""HTTP of lots."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from qc.decision.sampling import LotPlan
from qc.spec.models import Slug
from service.actor import Actor
from service.audit import service as audit
from service.errors import problems
from service.guard import GuardedRoute, SignedInDep
from service.lots import deciding, offering, series, service
from service.lots.schemas import (
    DecisionRequest,
    FindingRequest,
    LotCharacteristic,
    LotEventRequest,
    LotPage,
    LotRequest,
    LotResource,
    PlanRequest,
    Series,
    SeriesEventRequest,
)
from service.runtime import ReadSession, RuntimeDep

router = APIRouter(prefix="/v1/lots", tags=["lots"], route_class=GuardedRoute)

Said = TypeVar("Said", bound=BaseModel)
Unit = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the unit, from 1.")]


@router.post(
    "",
    status_code=201,
    responses={
        200: {"model": LotResource, "description": "The lot as it was offered before."},
        201: {
            "description": "Offered.",
            "headers": {"Location": {"schema": {"type": "string"}}},
        },
        **problems(404, 409, 422),
    },
)
def create_lot(
    runtime: RuntimeDep, visitor: SignedInDep, response: Response, request: LotRequest
) -> LotResource:
    """Offer a lot. Its plan is made now, by the state of its series, and never changes."""

    def offer(session: Session) -> tuple[LotResource, bool]:
        lot, created = offering.create_lot(session, visitor.person.name, request)
        if created:
            audit.record(session, visitor.actor, "lot.offered", f"lot/{lot.id}", after=lot)
        return lot, created

    lot, created = runtime.database.write(offer)
    response.status_code = HTTPStatus.CREATED if created else HTTPStatus.OK
    response.headers["Location"] = f"{router.prefix}/{lot.id}"
    return lot


@router.get("", responses=problems(404, 422))
def list_lots(
    session: ReadSession,
    spec: Annotated[Slug | None, Query(description="Only those of this spec.")] = None,
    decided: Annotated[bool | None, Query(description="Only those decided, or not.")] = None,
    cursor: Annotated[UUID | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> LotPage:
    """List lots, newest first."""
    return service.list_lots(session, cursor=cursor, spec_id=spec, decided=decided, limit=limit)


@router.post("/plan", responses=problems(404, 409, 422))
def preview_lot_plan(session: ReadSession, request: PlanRequest) -> LotPlan:
    """Show the plan that a lot would have if it were offered now; nothing is stored."""
    return offering.make_plan(session, request)


@router.get("/series/{spec_id}", responses=problems(404, 422))
def get_lot_series(session: ReadSession, spec_id: Slug) -> Series:
    """Show where the switching rules stand for a spec's product and buyer."""
    return series.get_series(session, spec_id)


@router.post("/series/{spec_id}/events", responses=problems(404, 422))
def add_lot_series_event(
    runtime: RuntimeDep, visitor: SignedInDep, spec_id: Slug, request: SeriesEventRequest
) -> Series:
    """Allow reduced inspection, return to normal, or record that a cause was corrected."""
    return runtime.database.write(
        _audited(
            visitor.actor,
            f"series.{request.kind}",
            f"series/{spec_id}",
            lambda session: series.add_series_event(session, spec_id, visitor.person.name, request),
        ),
    )


@router.get("/{lot_id}", responses=problems(404, 422))
def get_lot(session: ReadSession, lot_id: UUID) -> LotResource:
    """Give one lot with its units."""
    return service.get_lot(session, lot_id)


@router.get("/{lot_id}/characteristic", responses=problems(404, 422))
def get_lot_characteristic(session: ReadSession, lot_id: UUID) -> LotCharacteristic:
    """Give the operating characteristic of a lot's plan: which quality it accepts how often."""
    return service.characteristic(session, lot_id)


@router.post("/{lot_id}/units/{unit}/findings", responses=problems(404, 409, 422))
def add_lot_finding(
    runtime: RuntimeDep, visitor: SignedInDep, lot_id: UUID, unit: Unit, request: FindingRequest
) -> LotResource:
    """Record what a person found on a unit, or that it conforms."""
    return runtime.database.write(
        _audited(
            visitor.actor,
            "lot.finding-added",
            f"lot/{lot_id}/{unit}",
            lambda session: deciding.add_finding(
                session, lot_id, unit, visitor.person.name, request
            ),
        ),
    )


@router.post("/{lot_id}/events", responses=problems(404, 409, 422))
def add_lot_event(
    runtime: RuntimeDep, visitor: SignedInDep, lot_id: UUID, request: LotEventRequest
) -> LotResource:
    """Put a lot on hold, release it, or send a rejected one to rework."""
    return runtime.database.write(
        _audited(
            visitor.actor,
            f"lot.{request.kind}",
            f"lot/{lot_id}",
            lambda session: deciding.add_event(session, lot_id, visitor.person.name, request),
        ),
    )


@router.post("/{lot_id}/decision", responses=problems(404, 409, 422))
def decide_lot(
    runtime: RuntimeDep, visitor: SignedInDep, lot_id: UUID, request: DecisionRequest
) -> LotResource:
    """Decide on a lot, once."""
    return runtime.database.write(
        _audited(
            visitor.actor,
            f"lot.{request.outcome}",
            f"lot/{lot_id}",
            lambda session: deciding.decide(session, lot_id, visitor.person.name, request),
        ),
    )


def _audited(
    actor: Actor, action: str, subject: str, work: Callable[[Session], Said]
) -> Callable[[Session], Said]:
    """Do `work` and write it into the audit log."""

    def work_and_record(session: Session) -> Said:
        answer = work(session)
        audit.record(session, actor, action, subject, after=answer)
        return answer

    return work_and_record
