"""People and tablets of a running service, without what it takes to sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from service import credentials
from service.actor import SYSTEM
from service.cookies import SESSION_COOKIE, TABLET_COOKIE
from service.people import service as people
from service.people.models import PersonRow
from service.people.roles import Role
from service.runtime import Runtime
from service.sessions import service as sessions
from service.tablets import service as tablets
from service.visitor import VisitingTablet


def cookies_of(
    runtime: Runtime, role: Role | None, *, tablet: bool, name: str | None = None
) -> dict[str, str]:
    """Return the cookies of a new person of a role, on a new tablet or not."""
    cookies: dict[str, str] = {}
    now = datetime.now(UTC)
    with runtime.database.writing() as session:
        visiting = None
        if tablet:
            enrolled = tablets.enrol(session, SYSTEM, "Table 1", None)
            visiting = VisitingTablet(enrolled.tablet.id, enrolled.tablet.name, None)
            cookies[TABLET_COOKIE] = enrolled.token
        if role is not None:
            called = name or f"{role} {uuid4().hex[:8]}"
            row = PersonRow(id=uuid4(), name=called, name_key=called, role=role, created_at=now)
            session.add(row)
            session.flush()
            settings = runtime.settings.sign_in
            cookies[SESSION_COOKIE], _ = sessions.open_session(
                session, settings, now, row, visiting
            )
    return cookies


@dataclass(frozen=True)
class Hired:
    """A person and the PIN or password with which they sign in."""

    id: UUID
    name: str
    secret: str


class Staff:
    """Adds people as an admin would."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    def add(self, name: str, role: Role) -> Hired:
        """Add a person who can sign in."""
        lives = timedelta(hours=1)
        password = f"password of {name}"
        with self._runtime.database.writing() as session:
            issued = people.add_person(session, SYSTEM, Role.ADMIN, name, role, lives)
            if issued.secret.kind == "pin":
                return Hired(issued.person.id, name, issued.secret.value)
            hashed = credentials.hash_secret(password)
            people.redeem(session, self.now(), issued.secret.value, hashed, None)
            return Hired(issued.person.id, name, password)
