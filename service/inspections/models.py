"""Tables of inspections and their photos."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.database import Base, UtcDateTime
from service.people.models import PersonRow
from service.specs.models import SpecRow
from service.stations.models import StationRow
from service.tablets.models import TabletRow


class InspectionRow(Base):
    """One inspection; never changed once stored.

    `sequence` orders inspections as they were stored, whatever the clock did. The public `id` is
    a random UUID, so nobody can guess the address of a photo from another one's.
    """

    __tablename__ = "inspections"
    __table_args__ = (
        ForeignKeyConstraint(["spec_id", "spec_version"], ["specs.id", "specs.version"]),
        Index(None, "spec_id", "sequence"),
        Index(None, "verdict", "sequence"),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    client_id: Mapped[UUID] = mapped_column(unique=True, doc="Given by the tablet.")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    spec_id: Mapped[str] = mapped_column(String(64))
    spec_version: Mapped[int]
    station_revision: Mapped[int | None] = mapped_column(ForeignKey("stations.revision"))
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id"), doc="Who took the photos; nobody for sample photos."
    )
    tablet_id: Mapped[UUID | None] = mapped_column(ForeignKey("tablets.id"))
    taken_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="By the tablet's clock, where the photos were sealed."
    )
    sent_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id"), doc="Who sent the photos, where that was somebody else."
    )
    verdict: Mapped[str] = mapped_column(String(16))
    document: Mapped[str] = mapped_column(Text, doc="JSON of `qc.records.Inspection`.")

    spec: Mapped[SpecRow] = relationship(lazy="raise")
    station: Mapped[StationRow | None] = relationship(lazy="raise")
    person: Mapped[PersonRow | None] = relationship(lazy="raise", foreign_keys=person_id)
    sent_by: Mapped[PersonRow | None] = relationship(lazy="raise", foreign_keys=sent_by_id)
    tablet: Mapped[TabletRow | None] = relationship(lazy="raise")
    photos: Mapped[list[PhotoRow]] = relationship(lazy="raise", order_by="PhotoRow.position")


class PhotoRow(Base):
    """One photo of an inspection; its bytes are in the photo store under `sha256`."""

    __tablename__ = "photos"

    inspection_sequence: Mapped[int] = mapped_column(
        ForeignKey("inspections.sequence"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    view: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size_bytes: Mapped[int]
