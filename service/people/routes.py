"""HTTP of people."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter

from service import qr
from service.errors import problems
from service.guard import GuardedRoute, SignedInDep
from service.people import service
from service.people.schemas import (
    Badge,
    IssuedPerson,
    Person,
    PersonChange,
    PersonList,
    PersonRequest,
)
from service.runtime import ReadSession, Runtime, RuntimeDep, WriteSession

router = APIRouter(prefix="/v1/people", tags=["people"], route_class=GuardedRoute)


@router.get("")
def list_people(session: ReadSession) -> PersonList:
    """List all people, disabled ones included."""
    return PersonList(items=tuple(service.list_people(session)))


@router.post("", status_code=201, responses=problems(409, 422))
def add_person(
    session: WriteSession, runtime: RuntimeDep, visitor: SignedInDep, body: PersonRequest
) -> IssuedPerson:
    """Add a person; the answer holds the PIN or code with which they get in."""
    return service.add_person(
        session, visitor.actor, visitor.role, body.name, body.role, _lives(runtime)
    )


@router.patch("/{person_id}", responses=problems(404, 409, 422))
def change_person(
    session: WriteSession,
    visitor: SignedInDep,
    person_id: UUID,
    body: PersonChange,
) -> Person:
    """Change a person's role, or disable or enable them; their sessions end."""
    return service.change_person(session, visitor.actor, visitor.role, person_id, body)


@router.post("/{person_id}/reset", responses=problems(404, 422))
def reset_person(
    session: WriteSession, runtime: RuntimeDep, visitor: SignedInDep, person_id: UUID
) -> IssuedPerson:
    """Give a person a new PIN or code; the old ones, badge and sessions end."""
    return service.reset_person(session, visitor.actor, visitor.role, person_id, _lives(runtime))


@router.post("/{person_id}/badge", responses=problems(404, 409, 422))
def issue_badge(session: WriteSession, visitor: SignedInDep, person_id: UUID) -> Badge:
    """Give a packer a new badge."""
    person, value = service.issue_badge(session, visitor.actor, visitor.role, person_id)
    return Badge(person=person, value=value, qr=qr.data_address(value))


def _lives(runtime: Runtime) -> timedelta:
    return timedelta(hours=runtime.settings.sign_in.code_hours)
