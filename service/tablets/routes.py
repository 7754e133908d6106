"""HTTP of tablets."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response

from service import qr
from service.cookies import TABLET_COOKIE, set_cookie
from service.errors import problems
from service.guard import AddressDep, GuardedRoute, SignedInDep, VisitorDep
from service.runtime import ReadSession, RuntimeDep, WriteSession
from service.sessions import workflow
from service.tablets import service
from service.tablets.schemas import Enrolment, EnrolmentRequest, EnrolRequest, Tablet, TabletList

router = APIRouter(prefix="/v1/tablets", tags=["tablets"], route_class=GuardedRoute)


@router.get("")
def list_tablets(session: ReadSession) -> TabletList:
    """List the tablets that are enrolled now."""
    return TabletList(items=tuple(service.list_tablets(session)))


@router.post("/enrolments", status_code=201, responses=problems(404, 422))
def invite_tablet(
    request: Request,
    session: WriteSession,
    runtime: RuntimeDep,
    visitor: SignedInDep,
    body: EnrolmentRequest,
) -> Enrolment:
    """Make a one-time code that enrols a tablet."""
    settings = runtime.settings
    lives = timedelta(hours=settings.sign_in.code_hours)
    code, expires_at = service.invite(session, visitor.actor, body.name, body.station, lives)
    base = settings.server.public_url or str(request.base_url)
    url = f"{base.rstrip('/')}/#/enrol/{code}"
    return Enrolment(code=code, url=url, qr=qr.data_address(url), expires_at=expires_at)


@router.post("", status_code=201, responses=problems(401, 422, 429))
def enrol_tablet(
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    visitor: VisitorDep,
    address: AddressDep,
    body: EnrolRequest,
) -> Tablet:
    """Enrol the browser that asks; it keeps its token in a cookie."""
    enrolled = workflow.enrol_tablet(runtime, visitor, address, body.code)
    set_cookie(request, response, TABLET_COOKIE, enrolled.token)
    return enrolled.tablet


@router.delete("/{tablet_id}", status_code=204, responses=problems(404, 422))
def revoke_tablet(session: WriteSession, visitor: SignedInDep, tablet_id: UUID) -> None:
    """Revoke a tablet; everyone on it is signed out at once."""
    service.revoke(session, visitor.actor, tablet_id)
