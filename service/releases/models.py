"""Tables of releases: which there are, what was compared, what became of them, what they saw."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class ReleaseRow(Base):
    """A release that the workshop keeps; its files lie in the data folder. Never changed."""

    __tablename__ = "releases"

    reference: Mapped[str] = mapped_column(String(96), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), doc="Of the weights.")
    document: Mapped[str] = mapped_column(Text, doc="JSON of `qc.defects.release.Release`.")
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    registered_by: Mapped[str] = mapped_column(String(80))


class ComparisonRow(Base):
    """Two releases on the same photos; never changed."""

    __tablename__ = "release_comparisons"
    __table_args__ = ({"sqlite_autoincrement": True},)

    sequence: Mapped[int] = mapped_column(primary_key=True)
    baseline: Mapped[str] = mapped_column(String(96))
    baseline_sha256: Mapped[str] = mapped_column(String(64))
    candidate: Mapped[str] = mapped_column(String(96), index=True)
    candidate_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    document: Mapped[str] = mapped_column(Text, doc="JSON of `qc.comparison.Comparison`.")


class ReleaseEventRow(Base):
    """Something that was done with a release; what is active follows from all events in order."""

    __tablename__ = "release_events"
    __table_args__ = ({"sqlite_autoincrement": True},)

    sequence: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str | None] = mapped_column(
        ForeignKey("releases.reference"), doc="None: the release that came with the software."
    )
    by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
    comparison_sequence: Mapped[int | None] = mapped_column(
        ForeignKey("release_comparisons.sequence")
    )
    overridden: Mapped[bool] = mapped_column(default=False)


class ShadowRow(Base):
    """What a release in shadow would have said of an inspection; no packer sees it."""

    __tablename__ = "shadow_inspections"

    inspection_sequence: Mapped[int] = mapped_column(
        ForeignKey("inspections.sequence"), primary_key=True
    )
    reference: Mapped[str] = mapped_column(ForeignKey("releases.reference"), primary_key=True)
    inspection_id: Mapped[UUID]
    spec_id: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(16), doc="That the packer was given.")
    shadow_verdict: Mapped[str | None] = mapped_column(String(16))
    document: Mapped[str | None] = mapped_column(Text, doc="JSON of `qc.records.Inspection`.")
    problem: Mapped[str | None] = mapped_column(Text, doc="Why there is no verdict.")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
