"""From what somebody types to a session, in steps that each commit on their own.

1. The attempt is counted, or refused because of earlier ones.
2. Secret and hash are compared. That takes time, and no transaction is open meanwhile.
3. A right one opens a session; a wrong one stands in the audit log and stays counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service import credentials
from service.actor import Actor
from service.audit import service as audit
from service.errors import CredentialsError
from service.lockouts import service as lockouts
from service.people import service as people
from service.people.models import PersonRow
from service.people.names import name_key
from service.runtime import Runtime
from service.sessions import service
from service.tablets import service as tablets
from service.tablets.service import Enrolled
from service.visitor import VisitingTablet, Visitor


class WrongCredentialsError(CredentialsError):
    """Name, PIN, badge or password are wrong; which of them is not said."""

    code = "credentials-wrong"


@dataclass(frozen=True)
class Opened:
    """A person signed in: what their browser is to keep."""

    visitor: Visitor
    session_token: str
    tablet_token: str | None = None


def sign_in_by_pin(
    runtime: Runtime, visitor: Visitor, tablet: VisitingTablet, person_id: UUID, pin: str
) -> Opened:
    """Sign a packer in on a tablet.

    Raises:
        WrongCredentialsError, LockedOutError: the PIN is wrong, or too many were.
    """
    return _sign_in(
        runtime,
        visitor,
        lockouts.tablet_subject(tablet.id),
        find=lambda session: people.find(session, person_id),
        unknown=str(person_id),
        is_right=lambda row: credentials.is_secret(pin, row.pin_hash if row else None),
    )


def sign_in_by_badge(
    runtime: Runtime, visitor: Visitor, tablet: VisitingTablet, badge: str
) -> Opened:
    """Sign a packer in on a tablet.

    Raises:
        WrongCredentialsError, LockedOutError: the badge is not known, or too many were not.
    """
    return _sign_in(
        runtime,
        visitor,
        lockouts.tablet_subject(tablet.id),
        find=lambda session: people.find_by_badge(session, badge),
        unknown=None,
        is_right=lambda row: row is not None,
    )


def sign_in_by_password(
    runtime: Runtime, visitor: Visitor, address: str, name: str, password: str
) -> Opened:
    """Sign in a lead, an engineer or an admin, in any browser.

    Raises:
        WrongCredentialsError, LockedOutError: the password is wrong, or too many were.
    """
    return _sign_in(
        runtime,
        visitor,
        _browser(visitor, address),
        find=lambda session: people.find_by_name(session, name),
        unknown=name_key(name)[:160],
        is_right=lambda row: credentials.is_secret(password, row.password_hash if row else None),
    )


def redeem_code(
    runtime: Runtime, visitor: Visitor, address: str, code: str, password: str, name: str | None
) -> Opened:
    """Let a person in by a one-time code; at the first use enrol the browser as well.

    Raises:
        CodeError, LockedOutError: the code is wrong, or too many were.
    """
    browser = _browser(visitor, address)
    _count_attempt(runtime, {browser: _browser_attempts(runtime)})
    password_hash = credentials.hash_secret(password)
    now = datetime.now(UTC)
    with runtime.database.writing() as session:
        redeemed = people.redeem(session, now, code, password_hash, name)
        lockouts.forget(session, browser)
        tablet, tablet_token = visitor.tablet, None
        if redeemed.tablet_name is not None and tablet is None:
            actor = Actor(redeemed.person.name, person_id=redeemed.person.id)
            enrolled = tablets.enrol(session, actor, redeemed.tablet_name, None)
            tablet_token = enrolled.token
            tablet = VisitingTablet(enrolled.tablet.id, enrolled.tablet.name, None)
        opened = _open(runtime, session, now, visitor, redeemed.person, tablet)
        return Opened(opened.visitor, opened.session_token, tablet_token)


def enrol_tablet(runtime: Runtime, visitor: Visitor, address: str, code: str) -> Enrolled:
    """Make the browser that has a code a tablet.

    Raises:
        CodeError, LockedOutError: the code is wrong, or too many were.
    """
    browser = _browser(visitor, address)
    _count_attempt(runtime, {browser: _browser_attempts(runtime)})
    with runtime.database.writing() as session:
        enrolled = tablets.enrol_by_code(session, datetime.now(UTC), code)
        lockouts.forget(session, browser)
        return enrolled


def sign_out(runtime: Runtime, visitor: Visitor) -> None:
    """Sign whoever is there out."""
    if visitor.person is not None:
        with runtime.database.writing() as session:
            service.close_session(session, visitor)
            actor = _actor(visitor.person.name, visitor.person.id, visitor.tablet)
            audit.record(session, actor, "sign-in.ended", f"person/{visitor.person.id}")


def _sign_in(
    runtime: Runtime,
    visitor: Visitor,
    browser: str,
    *,
    find: Callable[[Session], PersonRow | None],
    unknown: str | None,
    is_right: Callable[[PersonRow | None], bool],
) -> Opened:
    settings = runtime.settings.sign_in
    with runtime.database.reading() as session:
        row = find(session)
    key = unknown if row is None else row.name_key
    subjects = {browser: _browser_attempts(runtime)}
    if key is not None:
        subjects[lockouts.person_subject(key)] = settings.free_attempts
    _count_attempt(runtime, subjects)
    right = is_right(row)
    now = datetime.now(UTC)
    with runtime.database.writing() as session:
        again = None if row is None else people.find(session, row.id)
        if right and row is not None and again is not None and again.generation == row.generation:
            lockouts.forget(session, *subjects)
            return _open(runtime, session, now, visitor, again, visitor.tablet)
        subject = "person unknown" if row is None else f"person/{row.id}"
        audit.record(session, _actor("nobody", None, visitor.tablet), "sign-in.refused", subject)
    raise WrongCredentialsError("that is not right", fix="Try again.")


def _open(
    runtime: Runtime,
    session: Session,
    now: datetime,
    visitor: Visitor,
    row: PersonRow,
    tablet: VisitingTablet | None,
) -> Opened:
    service.close_session(session, visitor)
    token, opened = service.open_session(session, runtime.settings.sign_in, now, row, tablet)
    audit.record(session, _actor(row.name, row.id, tablet), "sign-in.opened", f"person/{row.id}")
    return Opened(opened, token)


def _count_attempt(runtime: Runtime, free: dict[str, int]) -> None:
    with runtime.database.writing() as session:
        locked = lockouts.count_attempt(session, runtime.settings.sign_in, datetime.now(UTC), free)
    if locked is not None:
        raise locked


def _browser(visitor: Visitor, address: str) -> str:
    if visitor.tablet is not None:
        return lockouts.tablet_subject(visitor.tablet.id)
    return lockouts.address_subject(address)


def _browser_attempts(runtime: Runtime) -> int:
    """More than a person has: several people share a tablet, many an address."""
    return 2 * runtime.settings.sign_in.free_attempts


def _actor(name: str, person_id: UUID | None, tablet: VisitingTablet | None) -> Actor:
    return Actor(
        name,
        person_id=person_id,
        tablet=tablet.name if tablet else None,
        tablet_id=tablet.id if tablet else None,
    )
