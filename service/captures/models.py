"""Table of capture keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class CaptureKeyRow(Base):
    """The key of one session. It outlives the session: its photos may arrive days later."""

    __tablename__ = "capture_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    tablet_id: Mapped[UUID | None] = mapped_column(ForeignKey("tablets.id"))
    secret: Mapped[str] = mapped_column(String(64), doc="32 random bytes in hexadecimal.")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
