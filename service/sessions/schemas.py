"""What the API says about who is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.captures.schemas import CaptureKey
from service.people.roles import Role
from service.people.schemas import Name, Password
from service.tablets.schemas import Code

Typed = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SessionPerson(BaseModel):
    """Who is signed in."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    role: Role
    expires_at: datetime = Field(description="When the session ends at the latest.")


class SessionTablet(BaseModel):
    """Where: this browser is an enrolled tablet."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    station: str | None = Field(description="Id of the station at which it stands.")


class SessionState(BaseModel):
    """Who is signed in in this browser, and on which tablet."""

    model_config = ConfigDict(from_attributes=True)

    person: SessionPerson | None
    tablet: SessionTablet | None
    first_use: bool = Field(description="Nobody can sign in yet.")
    capture_key: CaptureKey | None = Field(
        description="Seals what the person takes, so that it keeps their name whoever sends it."
    )


class SignInChoice(BaseModel):
    """Somebody who may sign in on this tablet, and how."""

    id: UUID
    name: str
    method: Literal["pin", "password"]


class SignInChoices(BaseModel):
    """Everybody who may sign in on this tablet, by name."""

    items: tuple[SignInChoice, ...]


class PinSignIn(BaseModel):
    """A packer's choice from the list, and PIN."""

    person: UUID
    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class BadgeSignIn(BaseModel):
    """What a badge reader typed."""

    badge: Typed


class PasswordSignIn(BaseModel):
    """Name and password."""

    name: Typed
    password: Typed


class CodeSignIn(BaseModel):
    """A one-time code and the password that its owner chooses."""

    code: Code
    password: Password
    name: Name | None = Field(
        default=None, description="At the first use: what the first admin is called."
    )
