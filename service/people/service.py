"""People: added, changed, reset and disabled, each with an entry in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from service import credentials
from service.actor import SYSTEM, Actor
from service.audit import service as audit
from service.errors import CodeError, ConflictError
from service.lockouts import service as lockouts
from service.people import invitations, repository
from service.people.errors import (
    LastAdminError,
    NameTakenError,
    PersonUnknownError,
    RoleForbiddenError,
)
from service.people.models import PersonRow
from service.people.names import name_key
from service.people.roles import MANAGES, Role
from service.people.schemas import IssuedPerson, Person, PersonChange, Secret

FIRST_ADMIN = "Admin"
FIRST_TABLET = "Station 1"


@dataclass(frozen=True)
class Redeemed:
    """Whom a code let in, and which tablet it made, if any."""

    person: PersonRow
    tablet_name: str | None


def list_people(session: Session) -> list[Person]:
    """Return all people by name, disabled ones included."""
    return [_person(row) for row in repository.everyone(session)]


def find(session: Session, person_id: UUID) -> PersonRow | None:
    """Return a person who is not disabled."""
    return _if_active(repository.find(session, person_id))


def find_by_name(session: Session, name: str) -> PersonRow | None:
    """Return the person of a name, who is not disabled."""
    return _if_active(repository.find_by_key(session, name_key(name)))


def id_of(session: Session, name: str) -> UUID:
    """Return the id of a person, also of a disabled one.

    Raises:
        PersonUnknownError: nobody has this name.
    """
    row = repository.find_by_key(session, name_key(name))
    if row is None:
        raise PersonUnknownError(f"there is no {name!r}", fix="Look at qc people list.")
    return row.id


def find_by_badge(session: Session, badge: str) -> PersonRow | None:
    """Return the person whose badge this is, who is not disabled."""
    return _if_active(repository.find_by_badge(session, credentials.code_digest(badge)))


def ready_people(session: Session) -> list[PersonRow]:
    """Return the people who can sign in, by name."""
    return [row for row in repository.everyone(session) if not row.disabled_at and _is_ready(row)]


def has_admin(session: Session) -> bool:
    """Tell whether an admin can sign in."""
    return any(admin.password_hash for admin in repository.active_admins(session))


def is_first_use(session: Session) -> bool:
    """Tell whether nobody at all can sign in yet."""
    return not ready_people(session)


def invite_first_admin(session: Session, lives: timedelta) -> str | None:
    """Return a new code for the admin of a service that no admin can sign in to yet.

    Any earlier code ends. The browser that uses it becomes a tablet, so that the first
    inspection is one step away. None where an admin has a password.
    """
    if has_admin(session):
        return None
    admins = repository.active_admins(session)
    admin = admins[0] if admins else _new_person(session, SYSTEM, FIRST_ADMIN, Role.ADMIN)
    return invitations.invite(session, admin.id, lives, tablet_name=FIRST_TABLET).value


def add_person(
    session: Session, actor: Actor, by: Role, name: str, role: Role, lives: timedelta
) -> IssuedPerson:
    """Add a person and return with what they get in.

    Raises:
        NameTakenError: another person has this name.
        RoleForbiddenError: `by` does not manage this role.
    """
    _check_manages(by, role)
    row = _new_person(session, actor, name, role)
    return _issue(session, row, lives)


def reset_person(
    session: Session, actor: Actor, by: Role, person_id: UUID, lives: timedelta
) -> IssuedPerson:
    """Replace a person's PIN, badge or password, end their sessions and their lock-out.

    Raises:
        PersonUnknownError, RoleForbiddenError: there is none, or not for `by`.
    """
    row = _managed(session, by, person_id)
    row.password_hash = row.pin_hash = row.badge_sha256 = None
    row.generation += 1
    lockouts.forget(session, lockouts.person_subject(row.name_key))
    issued = _issue(session, row, lives)
    audit.record(session, actor, "person.reset", _subject(row), after=_person(row))
    return issued


def change_person(
    session: Session, actor: Actor, by: Role, person_id: UUID, change: PersonChange
) -> Person:
    """Change a person's role, or disable or enable them.

    Who moves between PIN and password has neither until somebody resets them.

    Raises:
        PersonUnknownError, RoleForbiddenError: there is none, or not for `by`.
        LastAdminError: nobody would be left to manage people.
    """
    row = _managed(session, by, person_id)
    before = _person(row)
    if change.role is not None and change.role != row.role:
        _check_manages(by, change.role)
        if change.role.signs_in_by_pin != Role(row.role).signs_in_by_pin:
            row.pin_hash = row.password_hash = row.badge_sha256 = None
        row.role = change.role
        row.generation += 1
        repository.remove_invitations(session, row.id)
    if change.disabled is not None and change.disabled != bool(row.disabled_at):
        row.disabled_at = datetime.now(UTC) if change.disabled else None
        row.generation += 1
        repository.remove_invitations(session, row.id)
    session.flush()
    if not repository.active_admins(session):
        raise LastAdminError(
            f"{row.name} is the last admin", fix="Make somebody else an admin first."
        )
    after = _person(row)
    if after != before:
        audit.record(session, actor, "person.changed", _subject(row), before=before, after=after)
    return after


def issue_badge(session: Session, actor: Actor, by: Role, person_id: UUID) -> tuple[Person, str]:
    """Give a packer a new badge and return its value; an earlier badge ends.

    Raises:
        PersonUnknownError, RoleForbiddenError: there is none, or not for `by`.
        ConflictError: people of this role sign in with a password.
    """
    row = _managed(session, by, person_id)
    if not Role(row.role).signs_in_by_pin:
        raise ConflictError(
            f"{row.name} signs in with a password", fix="Give badges to packers only."
        )
    badge = credentials.new_code() + credentials.new_code()
    row.badge_sha256 = credentials.code_digest(badge)
    audit.record(session, actor, "person.badge-issued", _subject(row), after=_person(row))
    return _person(row), badge


def redeem(
    session: Session, now: datetime, code: str, password_hash: str, name: str | None
) -> Redeemed:
    """Let a person in by a one-time code and keep the password that they chose.

    Raises:
        CodeError: the code is wrong, used or too old.
        NameTakenError: another person has this name.
    """
    invitation = invitations.use(session, now, code)
    row = find(session, invitation.person_id)
    if row is None:
        raise CodeError
    before = _person(row)
    if name is not None and invitation.tablet_name is not None:
        _rename(session, row, name)
    row.password_hash = password_hash
    row.generation += 1
    actor = Actor(row.name, person_id=row.id)
    audit.record(
        session, actor, "person.password-chosen", _subject(row), before=before, after=_person(row)
    )
    return Redeemed(row, invitation.tablet_name)


def _new_person(session: Session, actor: Actor, name: str, role: Role) -> PersonRow:
    row = PersonRow(
        id=uuid4(), role=role, generation=1, created_at=datetime.now(UTC), disabled_at=None
    )
    _rename(session, row, name)
    repository.add(session, row)
    audit.record(session, actor, "person.added", _subject(row), after=_person(row))
    return row


def _rename(session: Session, row: PersonRow, name: str) -> None:
    other = repository.find_by_key(session, name_key(name))
    if other is not None and other.id != row.id:
        raise NameTakenError(f"there is already a {other.name!r}", fix="Choose another name.")
    row.name, row.name_key = name, name_key(name)


def _issue(session: Session, row: PersonRow, lives: timedelta) -> IssuedPerson:
    if Role(row.role).signs_in_by_pin:
        pin = credentials.new_pin()
        row.pin_hash = credentials.hash_secret(pin)
        secret = Secret(kind="pin", value=pin, expires_at=None)
    else:
        secret = invitations.invite(session, row.id, lives)
    return IssuedPerson(person=_person(row), secret=secret)


def _managed(session: Session, by: Role, person_id: UUID) -> PersonRow:
    row = repository.find(session, person_id)
    if row is None:
        raise PersonUnknownError(f"person {person_id} is not known", fix="Look at /v1/people.")
    _check_manages(by, Role(row.role))
    return row


def _check_manages(by: Role, role: Role) -> None:
    if role not in MANAGES[by]:
        raise RoleForbiddenError(f"a {by} does not manage a {role}", fix="Ask an admin.")


def _if_active(row: PersonRow | None) -> PersonRow | None:
    return None if row is None or row.disabled_at else row


def _is_ready(row: PersonRow) -> bool:
    return bool(row.pin_hash or row.password_hash)


def _subject(row: PersonRow) -> str:
    return f"person/{row.id}"


def _person(row: PersonRow) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        has_badge=row.badge_sha256 is not None,
        ready=_is_ready(row),
    )
