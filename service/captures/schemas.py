"""What the API says about capture keys and seals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

Seal = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[0-9a-f]{64}$"
    ),
]
"""Id of a capture key and the HMAC-SHA-256 of what is sealed, as `<id>.<hexadecimal>`."""


class CaptureKey(BaseModel):
    """With it the page seals what the person takes, and forgets it when they leave."""

    id: UUID
    secret: str = Field(description="32 random bytes in hexadecimal.")
