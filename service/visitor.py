"""Who sends a request: a person, a tablet, both or neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.actor import Actor
from service.people.roles import Role


class Lost(StrEnum):
    """Why a browser that brings a token is nobody all the same; the client knows these codes."""

    SESSION = "session-expired"
    TABLET = "tablet-revoked"


@dataclass(frozen=True)
class VisitingPerson:
    """A person who is signed in."""

    id: UUID
    name: str
    role: Role
    session_sha256: str
    expires_at: datetime


@dataclass(frozen=True)
class VisitingTablet:
    """An enrolled tablet that was not revoked."""

    id: UUID
    name: str
    station: str | None


@dataclass(frozen=True)
class Visitor:
    """Whoever sends a request."""

    person: VisitingPerson | None = None
    tablet: VisitingTablet | None = None
    lost: Lost | None = None


@dataclass(frozen=True)
class SignedIn:
    """A person at work, on a tablet or not; what routes with a role are given."""

    person: VisitingPerson
    tablet: VisitingTablet | None

    @property
    def role(self) -> Role:
        """Of the person."""
        return self.person.role

    @property
    def actor(self) -> Actor:
        """Return how the audit log names them."""
        return Actor(
            self.person.name,
            person_id=self.person.id,
            tablet=self.tablet.name if self.tablet else None,
            tablet_id=self.tablet.id if self.tablet else None,
        )
