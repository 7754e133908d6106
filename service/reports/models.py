"""Table of signed reports; never changed. The files are in the report store under `pdf_sha256`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class ReportRow(Base):
    """One signed report of a lot in one language."""

    __tablename__ = "reports"
    __table_args__ = (
        Index(None, "lot_sequence", "sequence"),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    client_id: Mapped[UUID] = mapped_column(unique=True, doc="Given by who signed.")
    lot_sequence: Mapped[int] = mapped_column(ForeignKey("lots.sequence"))
    lot_id: Mapped[UUID]
    language: Mapped[str] = mapped_column(String(8))
    content: Mapped[str] = mapped_column(
        Text, doc="JSON of `service.reports.content.ReportContent`."
    )
    content_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    pdf_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    pdf_bytes: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), doc="Who signed it.")
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
