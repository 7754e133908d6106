"""Tablets: enrolled once by a code, and revoked when they are lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from service import credentials
from service.actor import Actor
from service.audit import service as audit
from service.errors import CodeError, NotFoundError
from service.stations.service import get_station
from service.tablets import repository
from service.tablets.models import EnrolmentRow, TabletRow
from service.tablets.schemas import Tablet


class TabletUnknownError(NotFoundError):
    """There is no such tablet."""

    code = "tablet-unknown"


@dataclass(frozen=True)
class Enrolled:
    """A new tablet and the token that its browser keeps."""

    tablet: Tablet
    token: str


def list_tablets(session: Session) -> list[Tablet]:
    """Return the tablets that are enrolled now, by name."""
    return [_tablet(row) for row in repository.enrolled(session)]


def find_by_token(session: Session, token: str) -> TabletRow | None:
    """Return the tablet that holds a token, also a revoked one."""
    return repository.find_by_token(session, credentials.digest(token))


def invite(
    session: Session, actor: Actor, name: str, station: str | None, lives: timedelta
) -> tuple[str, datetime]:
    """Return a code that enrols a tablet, and when it ends.

    Raises:
        StationUnknownError: the station is not known.
    """
    if station is not None:
        get_station(session, station)
    now = datetime.now(UTC)
    repository.remove_expired_enrolments(session, now)
    code = credentials.new_code()
    row = EnrolmentRow(
        code_sha256=credentials.code_digest(code),
        tablet_name=name,
        station=station,
        created_at=now,
        expires_at=now + lives,
    )
    repository.add_enrolment(session, row)
    audit.record(session, actor, "tablet.invited", f"tablet {name}")
    return code, row.expires_at


def enrol_by_code(session: Session, now: datetime, code: str) -> Enrolled:
    """Make whoever has a code a tablet.

    Raises:
        CodeError: the code is wrong, used or too old.
    """
    row = repository.find_enrolment(session, credentials.code_digest(code))
    if row is None or not row.created_at <= now < row.expires_at:
        raise CodeError
    repository.remove_enrolment(session, row)
    return enrol(session, Actor(row.tablet_name), row.tablet_name, row.station)


def enrol(session: Session, actor: Actor, name: str, station: str | None) -> Enrolled:
    """Make a browser a tablet."""
    token = credentials.new_token()
    row = TabletRow(
        id=uuid4(),
        name=name,
        station=station,
        token_sha256=credentials.digest(token),
        enrolled_at=datetime.now(UTC),
        revoked_at=None,
    )
    repository.add(session, row)
    tablet = _tablet(row)
    audit.record(session, actor, "tablet.enrolled", f"tablet/{row.id}", after=tablet)
    return Enrolled(tablet, token)


def revoke(session: Session, actor: Actor, tablet_id: UUID) -> None:
    """Make a tablet's token worthless, at once, with every session on it.

    Raises:
        TabletUnknownError: there is none.
    """
    row = repository.find(session, tablet_id)
    if row is None:
        raise TabletUnknownError(f"tablet {tablet_id} is not known", fix="Look at /v1/tablets.")
    if row.revoked_at is None:
        before = _tablet(row)
        row.revoked_at = datetime.now(UTC)
        audit.record(session, actor, "tablet.revoked", f"tablet/{row.id}", before=before)


def _tablet(row: TabletRow) -> Tablet:
    return Tablet.model_validate(row)
