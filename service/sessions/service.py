"""Sessions: kept by the server, so that they end when the server says so.

A session ends when it is not used for a while, after a working day, when the person is reset,
disabled or given another role, and when its tablet is revoked. A clock that was set back ends
it too: nobody can say how long it has lasted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from service import credentials
from service.captures import service as captures
from service.people import service as people
from service.people.models import PersonRow
from service.people.roles import Role
from service.sessions import repository
from service.sessions.models import SessionRow
from service.settings import SignInSettings
from service.tablets import service as tablets
from service.tablets.models import TabletRow
from service.visitor import Lost, VisitingPerson, VisitingTablet, Visitor

_TOUCHED_EVERY: Final = timedelta(minutes=1)
_CLOCK_TOLERANCE: Final = timedelta(minutes=5)


def identify(
    session: Session,
    settings: SignInSettings,
    now: datetime,
    session_token: str | None,
    tablet_token: str | None,
) -> Visitor:
    """Tell who brings these tokens."""
    tablet, lost = None, None
    if tablet_token is not None:
        row = tablets.find_by_token(session, tablet_token)
        if row is not None and row.revoked_at is None:
            tablet = visiting_tablet(row)
        else:
            lost = Lost.TABLET
    person = None
    if session_token is not None:
        person = _person(session, settings, now, credentials.digest(session_token), tablet)
        if person is None:
            lost = lost or Lost.SESSION
    return Visitor(person, tablet, lost)


def needs_touch(session: Session, visitor: Visitor, now: datetime) -> bool:
    """Tell whether the use of a session should be noted."""
    if visitor.person is None:
        return False
    row = repository.find(session, visitor.person.session_sha256)
    return row is not None and not row.seen_at <= now < row.seen_at + _TOUCHED_EVERY


def touch(session: Session, visitor: Visitor, now: datetime) -> None:
    """Note that a session is in use."""
    if visitor.person is not None:
        repository.touch(session, visitor.person.session_sha256, now)


def open_session(
    session: Session,
    settings: SignInSettings,
    now: datetime,
    row: PersonRow,
    tablet: VisitingTablet | None,
) -> tuple[str, Visitor]:
    """Sign a person in and return the token of their browser."""
    repository.remove_expired(session, now)
    token = credentials.new_token()
    opened = SessionRow(
        token_sha256=credentials.digest(token),
        person_id=row.id,
        generation=row.generation,
        tablet_id=None if tablet is None else tablet.id,
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=settings.longest_hours),
    )
    repository.add(session, opened)
    tablet_id = None if tablet is None else tablet.id
    captures.give_key(session, now, opened.token_sha256, row.id, tablet_id)
    return token, Visitor(_visiting(row, opened), tablet)


def close_session(session: Session, visitor: Visitor) -> None:
    """Sign whoever is there out."""
    if visitor.person is not None:
        repository.remove(session, visitor.person.session_sha256)


def visiting_tablet(row: TabletRow) -> VisitingTablet:
    """Return a tablet as a visitor."""
    return VisitingTablet(row.id, row.name, row.station)


def _person(
    session: Session,
    settings: SignInSettings,
    now: datetime,
    token_sha256: str,
    tablet: VisitingTablet | None,
) -> VisitingPerson | None:
    opened = repository.find(session, token_sha256)
    if opened is None:
        return None
    if opened.tablet_id is not None and (tablet is None or opened.tablet_id != tablet.id):
        return None
    if not opened.created_at - _CLOCK_TOLERANCE <= now < opened.expires_at:
        return None
    if now >= opened.seen_at + timedelta(minutes=settings.idle_minutes):
        return None
    row = people.find(session, opened.person_id)
    if row is None or row.generation != opened.generation:
        return None
    return _visiting(row, opened)


def _visiting(row: PersonRow, opened: SessionRow) -> VisitingPerson:
    return VisitingPerson(row.id, row.name, Role(row.role), opened.token_sha256, opened.expires_at)
