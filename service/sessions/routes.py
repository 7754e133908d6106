"""HTTP of signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from service.captures import service as captures
from service.cookies import SESSION_COOKIE, TABLET_COOKIE, clear_cookie, set_cookie
from service.errors import problems
from service.guard import AddressDep, GuardedRoute, TabletDep, VisitorDep
from service.people import service as people
from service.people.roles import Role
from service.runtime import ReadSession, Runtime, RuntimeDep
from service.sessions import workflow
from service.sessions.schemas import (
    BadgeSignIn,
    CodeSignIn,
    PasswordSignIn,
    PinSignIn,
    SessionState,
    SignInChoice,
    SignInChoices,
)
from service.visitor import Visitor

router = APIRouter(prefix="/v1/session", tags=["session"], route_class=GuardedRoute)


@router.get("")
def get_session(session: ReadSession, visitor: VisitorDep) -> SessionState:
    """Tell who is signed in in this browser."""
    return _state(session, visitor, first_use=people.is_first_use(session))


@router.get("/choices")
def list_sign_in_choices(session: ReadSession) -> SignInChoices:
    """List who may sign in on this tablet."""
    return SignInChoices(
        items=tuple(
            SignInChoice(
                id=row.id,
                name=row.name,
                method="pin" if Role(row.role).signs_in_by_pin else "password",
            )
            for row in people.ready_people(session)
        )
    )


@router.post("/pin", responses=problems(401, 422, 429))
def sign_in_by_pin(
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    visitor: VisitorDep,
    tablet: TabletDep,
    body: PinSignIn,
) -> SessionState:
    """Sign a packer in by PIN."""
    opened = workflow.sign_in_by_pin(runtime, visitor, tablet, body.person, body.pin)
    return _keep(request, response, runtime, opened)


@router.post("/badge", responses=problems(401, 422, 429))
def sign_in_by_badge(
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    visitor: VisitorDep,
    tablet: TabletDep,
    body: BadgeSignIn,
) -> SessionState:
    """Sign a packer in by badge."""
    opened = workflow.sign_in_by_badge(runtime, visitor, tablet, body.badge)
    return _keep(request, response, runtime, opened)


@router.post("/password", responses=problems(401, 422, 429))
def sign_in_by_password(
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    visitor: VisitorDep,
    address: AddressDep,
    body: PasswordSignIn,
) -> SessionState:
    """Sign in a lead, an engineer or an admin."""
    opened = workflow.sign_in_by_password(runtime, visitor, address, body.name, body.password)
    return _keep(request, response, runtime, opened)


@router.post("/code", responses=problems(401, 409, 422, 429))
def redeem_code(
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    visitor: VisitorDep,
    address: AddressDep,
    body: CodeSignIn,
) -> SessionState:
    """Choose a password with a one-time code, and be signed in.

    The code of the first use makes the browser a tablet as well.
    """
    opened = workflow.redeem_code(runtime, visitor, address, body.code, body.password, body.name)
    return _keep(request, response, runtime, opened)


@router.delete("", status_code=204)
def sign_out(response: Response, runtime: RuntimeDep, visitor: VisitorDep) -> None:
    """Sign whoever is there out; the tablet stays enrolled."""
    workflow.sign_out(runtime, visitor)
    clear_cookie(response, SESSION_COOKIE)


def _keep(
    request: Request, response: Response, runtime: Runtime, opened: workflow.Opened
) -> SessionState:
    set_cookie(request, response, SESSION_COOKIE, opened.session_token)
    tablet_token = opened.tablet_token or request.cookies.get(TABLET_COOKIE)
    if opened.visitor.tablet is not None and tablet_token is not None:
        set_cookie(request, response, TABLET_COOKIE, tablet_token)
    with runtime.database.reading() as session:
        return _state(session, opened.visitor, first_use=False)


def _state(session: Session, visitor: Visitor, *, first_use: bool) -> SessionState:
    person = visitor.person
    return SessionState.model_validate(
        {
            "person": person,
            "tablet": visitor.tablet,
            "first_use": first_use,
            "capture_key": person and captures.key_of(session, person.session_sha256),
        },
        from_attributes=True,
    )
