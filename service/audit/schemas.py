"""What the API says about the audit log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field


class AuditEntry(BaseModel):
    """One thing that somebody did."""

    sequence: int
    at: datetime
    person_id: UUID | None
    person: str = Field(description="Name; `system` or `console` for the service itself.")
    tablet_id: UUID | None
    tablet: str | None = Field(description="Name of the tablet, where it was done on one.")
    action: str = Field(description="What was done: `person.added`, `inspection.kept`, …")
    subject: str = Field(description="To what.")
    before_sha256: str | None = Field(description="Of the subject before, where it existed.")
    after_sha256: str | None = Field(description="Of the subject after.")
    previous_hash: str
    hash: str = Field(description="SHA-256 over this entry and the hash of the one before.")


class AuditPage(BaseModel):
    """Entries, newest first."""

    items: tuple[AuditEntry, ...]
    next_cursor: int | None = Field(
        description="Give it as `cursor` to get the next page; None on the last one."
    )
