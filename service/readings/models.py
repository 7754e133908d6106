"""Table of readings; a row is written once and never changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.database import Base, UtcDateTime
from service.people.models import PersonRow
from service.tablets.models import TabletRow


class ReadingRow(Base):
    """One reading, and how the inspection stood after it."""

    __tablename__ = "readings"
    __table_args__ = (
        Index(None, "inspection_id", "sequence"),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(unique=True, doc="Given by the client.")
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    kind: Mapped[str] = mapped_column(String(16), doc="`calliper`, `moisture`, `pieces`, `barcode`")
    document: Mapped[str] = mapped_column(Text, doc="JSON of `service.readings.schemas.Content`.")
    verdict: Mapped[str] = mapped_column(String(16), doc="Of the inspection from then on.")
    result: Mapped[str] = mapped_column(Text, doc="JSON of `qc.decision.sampling.UnitResult`.")
    settles: Mapped[bool] = mapped_column(doc="It answered a `check`: no lead has to look.")
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id"), doc="Who read it; nobody where the photo was read."
    )
    tablet_id: Mapped[UUID | None] = mapped_column(ForeignKey("tablets.id"))
    sent_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id"), doc="Who sent it, where that was somebody else."
    )
    measured_at: Mapped[datetime] = mapped_column(
        UtcDateTime, doc="By the tablet's clock where it was sealed, else when it was stored."
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime, doc="When it was stored.")

    person: Mapped[PersonRow | None] = relationship(lazy="raise", foreign_keys=person_id)
    sent_by: Mapped[PersonRow | None] = relationship(lazy="raise", foreign_keys=sent_by_id)
    tablet: Mapped[TabletRow | None] = relationship(lazy="raise")
