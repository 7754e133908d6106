"""Tables of lots; every row is written once and never changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.database import Base, UtcDateTime
from service.specs.models import SpecRow


class LotRow(Base):
    """A lot as it was offered, with the plan that decides on it."""

    __tablename__ = "lots"
    __table_args__ = (
        ForeignKeyConstraint(["spec_id", "spec_version"], ["specs.id", "specs.version"]),
        Index(None, "spec_id", "sequence"),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    client_id: Mapped[UUID] = mapped_column(unique=True, doc="Given by who offered the lot.")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    spec_id: Mapped[str] = mapped_column(String(64))
    spec_version: Mapped[int]
    order_number: Mapped[str] = mapped_column(String(80))
    maker_group: Mapped[str | None] = mapped_column(
        String(16), doc="Code of the workshop or group that made it; never a person."
    )
    item_code: Mapped[str | None] = mapped_column(
        String(200), doc="What the barcode of every item says."
    )
    size: Mapped[int]
    plan: Mapped[str] = mapped_column(Text, doc="JSON of `qc.decision.sampling.LotPlan`.")
    reinspection_of: Mapped[int | None] = mapped_column(
        ForeignKey("lots.sequence"), unique=True, doc="The rejected lot that this one was."
    )

    spec: Mapped[SpecRow] = relationship(lazy="raise")


class LotUnitRow(Base):
    """Which unit of a lot an inspection is of, and what it says of that unit."""

    __tablename__ = "lot_units"
    __table_args__ = (
        Index(None, "lot_sequence", "unit"),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), unique=True)
    lot_sequence: Mapped[int] = mapped_column(ForeignKey("lots.sequence"))
    unit: Mapped[int] = mapped_column(doc="From 1, in the order of drawing.")
    result: Mapped[str] = mapped_column(Text, doc="JSON of `qc.decision.sampling.UnitResult`.")


class LotFindingRow(Base):
    """What a person found on a unit; it stands above what its photos say."""

    __tablename__ = "lot_findings"
    __table_args__ = (
        Index(None, "lot_sequence", "sequence"),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(primary_key=True)
    lot_sequence: Mapped[int] = mapped_column(ForeignKey("lots.sequence"))
    unit: Mapped[int]
    result: Mapped[str] = mapped_column(Text, doc="JSON of `qc.decision.sampling.UnitResult`.")
    by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LotEventRow(Base):
    """A lot was put on hold, released, or sent to rework."""

    __tablename__ = "lot_events"
    __table_args__ = (
        Index(None, "lot_sequence", "sequence"),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(primary_key=True)
    lot_sequence: Mapped[int] = mapped_column(ForeignKey("lots.sequence"))
    kind: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SeriesRow(Base):
    """One step in the series of lots of a product for a buyer, in the order of the steps.

    A step is the decision on a lot (`lot_sequence` is set) or what a responsible person said of
    the series. The switching state is what all steps together lead to.
    """

    __tablename__ = "lot_series"
    __table_args__ = (
        Index(None, "buyer", "product_id", "sequence"),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(primary_key=True)
    buyer: Mapped[str] = mapped_column(String(80))
    product_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(24), doc="`accept`, `reject`, or a switching event.")
    lot_sequence: Mapped[int | None] = mapped_column(ForeignKey("lots.sequence"), unique=True)
    tally: Mapped[str | None] = mapped_column(
        Text, doc="JSON of `qc.decision.sampling.LotTally` at the decision."
    )
    by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
