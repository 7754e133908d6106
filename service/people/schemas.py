"""What the API says about people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from service.people.names import tidy_name
from service.people.roles import Role

Name = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(tidy_name)]
"""Of a person or a tablet, as people read it."""

Password = Annotated[str, StringConstraints(min_length=10, max_length=200)]
"""Long rather than complicated (NIST SP 800-63B)."""


class Person(BaseModel):
    """A person as leads and admins see them."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None
    has_badge: bool
    ready: bool = Field(description="Has a PIN or has chosen a password.")


class PersonList(BaseModel):
    """All people by name, disabled ones included."""

    items: tuple[Person, ...]


class PersonRequest(BaseModel):
    """A new person."""

    name: Name
    role: Role


class PersonChange(BaseModel):
    """What changes; what is not given stays."""

    role: Role | None = None
    disabled: bool | None = None


class Secret(BaseModel):
    """With what a person gets in; it is shown now and never again."""

    kind: Literal["pin", "code"] = Field(
        description="A PIN, or a one-time code with which to choose a password."
    )
    value: str
    expires_at: datetime | None = Field(description="Of a code.")


class IssuedPerson(BaseModel):
    """A person with a new secret."""

    person: Person
    secret: Secret


class Badge(BaseModel):
    """A badge to print; it is shown now and never again."""

    person: Person
    value: str = Field(description="What a badge reader types.")
    qr: str = Field(description="The same as QR code: an SVG picture as a data: address.")
