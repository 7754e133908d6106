"""Tables of reviews. Reviews and corrections are written once and never changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.database import Base, UtcDateTime
from service.people.models import PersonRow


class ReviewItemRow(Base):
    """An inspection that a lead is to look at, stored together with it."""

    __tablename__ = "review_items"
    __table_args__ = (Index(None, "rank", "inspection_sequence"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    inspection_sequence: Mapped[int] = mapped_column(doc="Age: the order of storing.")
    cause: Mapped[str] = mapped_column(String(8), doc="`fail`, `check` or `sample`.")
    defect_class: Mapped[str | None] = mapped_column(
        String(16), doc="Worst class found or feared, where there is one."
    )
    rank: Mapped[int] = mapped_column(doc="The lower the sooner; `service.review.ranking`.")


class ReviewClaimRow(Base):
    """Who is looking at an inspection now. A claim is no record: it is replaced and removed."""

    __tablename__ = "review_claims"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[PersonRow] = relationship(lazy="raise")


class ReviewRow(Base):
    """What a person decided about an inspection. The newest one counts."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("inspection_id", "number"),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(unique=True, doc="Given by the client.")
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    number: Mapped[int] = mapped_column(doc="From 1, within the inspection.")
    cause: Mapped[str] = mapped_column(
        String(8), doc="Why it was in the queue: `fail`, `check`, `sample`; `chosen` if it was not."
    )
    disposition: Mapped[str] = mapped_column(String(8), doc="`accept`, `reject` or `rework`.")
    agreed: Mapped[bool | None] = mapped_column(
        doc="With the machine's verdict; None where that was a question."
    )
    reason: Mapped[str] = mapped_column(String(500), doc="Empty where none was needed.")
    result: Mapped[str] = mapped_column(Text, doc="JSON of `qc.decision.sampling.UnitResult`.")
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    tablet_id: Mapped[UUID | None] = mapped_column(ForeignKey("tablets.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[PersonRow] = relationship(lazy="raise")
    corrections: Mapped[list[CorrectionRow]] = relationship(
        lazy="raise", order_by="CorrectionRow.position"
    )


class CorrectionRow(Base):
    """What a review changes about one defect; several of them apply in their order."""

    __tablename__ = "corrections"

    review_sequence: Mapped[int] = mapped_column(ForeignKey("reviews.sequence"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), doc="`dismiss`, `correct` or `miss`.")
    defect: Mapped[int] = mapped_column(doc="Number of the defect, from 1, in the inspection.")
    document: Mapped[str] = mapped_column(
        Text, doc="JSON of `service.review.schemas.ReviewedDefect` as it is from now on."
    )


class ReinspectionRow(Base):
    """An inspection of an item that was sent back for rework, and the one that sent it."""

    __tablename__ = "reinspections"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    of_inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), unique=True)
