"""Table of stations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class StationRow(Base):
    """A station as it was from `stored_at` on; a new calibration is a new row."""

    __tablename__ = "stations"

    revision: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), index=True)
    document: Mapped[str] = mapped_column(Text, doc="JSON of `qc.geometry.station.Station`.")
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
