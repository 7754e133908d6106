"""Table of specs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class SpecRow(Base):
    """One version of a spec; never changed once stored."""

    __tablename__ = "specs"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(Text, doc="JSON of `qc.spec.models.Spec`.")
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
