"""Tables of enrolled tablets and of the codes that enrol them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class TabletRow(Base):
    """A browser that holds a device token; revoked, never deleted."""

    __tablename__ = "tablets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    station: Mapped[str | None] = mapped_column(
        String(64), doc="Id of the station at which it stands; its calibration is used."
    )
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EnrolmentRow(Base):
    """A one-time code that makes a browser a tablet."""

    __tablename__ = "enrolments"

    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    tablet_name: Mapped[str] = mapped_column(String(64))
    station: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
