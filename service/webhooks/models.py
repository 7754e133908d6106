"""Table of what was delivered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class WebhookCursorRow(Base):
    """Up to which entry of the audit log a receiver has heard. It is no record: it moves.

    One delivery is on its way at a time, whatever number of nodes there are.
    """

    __tablename__ = "webhook_cursors"

    url_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(doc="Of the last entry that was delivered.")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    claim: Mapped[UUID | None] = mapped_column(doc="Of the delivery that is on its way.")
    not_before: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="Nobody begins another one: the claim's end, or that of the pause."
    )
    failures: Mapped[int] = mapped_column(default=0, doc="In a row, of the message that is next.")
    problem: Mapped[str | None] = mapped_column(Text, doc="Why the last attempt failed.")
