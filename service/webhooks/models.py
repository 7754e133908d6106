"""Table of what was delivered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class WebhookCursorRow(Base):
    """Up to which entry of the audit log a receiver has heard. It is no record: it moves."""

    __tablename__ = "webhook_cursors"

    url_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(doc="Of the last entry that was delivered.")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
