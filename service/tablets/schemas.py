"""What the API says about tablets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from qc.spec.models import Slug
from service.people.schemas import Name

Code = Annotated[str, StringConstraints(min_length=10, max_length=32)]
"""A one-time code, typed or scanned."""


class Tablet(BaseModel):
    """A tablet as people see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    station: str | None = Field(description="Id of the station at which it stands.")
    enrolled_at: datetime


class TabletList(BaseModel):
    """The tablets that are enrolled now, by name."""

    items: tuple[Tablet, ...]


class EnrolmentRequest(BaseModel):
    """Which tablet is to be enrolled."""

    name: Name
    station: Slug | None = None


class Enrolment(BaseModel):
    """A code that enrols one tablet, once; it is shown now and never again."""

    code: str
    url: str = Field(description="Opened on the tablet, it enrols its browser.")
    qr: str = Field(description="The address as QR code: an SVG picture as a data: address.")
    expires_at: datetime


class EnrolRequest(BaseModel):
    """The code that a tablet was given."""

    code: Code
