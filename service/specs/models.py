"""Tables of specs and their golden samples."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.database import Base, UtcDateTime
from service.people.models import PersonRow


class SpecRow(Base):
    """One version of a spec; never changed once stored."""

    __tablename__ = "specs"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(Text, doc="JSON of `qc.spec.models.Spec`.")
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    effective_on: Mapped[date] = mapped_column(doc="From this day it replaces lower versions.")
    stored_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id"), doc="Nobody for specs that the service found at its start."
    )

    stored_by: Mapped[PersonRow | None] = relationship(lazy="raise")


class GoldenPhotoRow(Base):
    """The photo of an approved sample, one for each view; never changed once stored.

    Its bytes are in the photo store under `sha256`.
    """

    __tablename__ = "golden_photos"
    __table_args__ = (
        ForeignKeyConstraint(["spec_id", "spec_version"], ["specs.id", "specs.version"]),
    )

    spec_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    spec_version: Mapped[int] = mapped_column(primary_key=True)
    view: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size_bytes: Mapped[int]
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    added_by: Mapped[PersonRow] = relationship(lazy="raise")
