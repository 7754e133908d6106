"""What the API says about reports."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from qc.spec.base import LocalText
from qc.spec.models import ReportLanguage
from service.reports.content import Statement


class ReportRequest(BaseModel):
    """What a lead signs."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID = Field(description="Chosen by the client, once a report; safe to send again.")
    language: ReportLanguage | None = Field(default=None, description="The spec's where not given.")
    statements: tuple[Statement, ...] = Field(
        default=(), max_length=20, description="Of what no photo tells."
    )


class ReportSummary(BaseModel):
    """A signed report; it never changes."""

    id: UUID
    number: str
    language: ReportLanguage
    lot_id: UUID
    order_number: str
    buyer: str
    product: LocalText
    outcome: Literal["accept", "reject"]
    signed_by: str
    signed_at: datetime
    content_sha256: str = Field(description="Of what it says; the QR code carries it.")
    pdf_sha256: str = Field(description="Of its file.")
    pdf_url: str


class ReportPage(BaseModel):
    """Signed reports, newest first."""

    items: tuple[ReportSummary, ...]
    next_cursor: UUID | None = Field(
        description="Give it as `cursor` to get the next page; None on the last one."
    )


class Confirmation(BaseModel):
    """What the service confirms of a report to anybody who has its hash."""

    confirmed: Literal["content", "file"] = Field(
        description="`file`: every byte is as signed. `content`: this is what was signed; compare "
        "it with the page in hand."
    )
    number: str
    language: ReportLanguage
    order_number: str
    buyer: str
    product: LocalText
    size: int
    outcome: Literal["accept", "reject"]
    signed_by: str
    signed_at: datetime
    content_sha256: str
    pdf_sha256: str
