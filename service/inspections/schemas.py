"""What the API says about inspections."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from qc.decision.verdict import Reason, Verdict
from qc.records import Inspection, PhotoRecord
from service.lots.schemas import LotPlace
from service.readings.schemas import ReadingRecord, SizeToMeasure
from service.review.schemas import ReviewStanding
from service.specs.schemas import SpecSummary


class PhotoLinks(BaseModel):
    """Where the pictures of one view are; `?width=` makes them smaller."""

    view: str
    photo_url: str = Field(description="JPEG, upright, without EXIF.")
    overlay_url: str = Field(description="JPEG, with the findings drawn in.")
    deleted_at: datetime | None = Field(
        description="When retention deleted the photo; its pictures are answered with 410 then."
    )


class InspectionPhoto(PhotoRecord):
    """What is known of one photo, and where its pictures are."""

    photo_url: str = Field(description="JPEG, upright, without EXIF.")
    overlay_url: str = Field(description="JPEG, with the findings drawn in.")
    deleted_at: datetime | None = Field(
        description="When retention deleted the photo; its pictures are answered with 410 then."
    )


def photo_urls(inspection_id: UUID, view: str) -> dict[str, str]:
    """Return where the pictures of one view are."""
    base = f"/v1/inspections/{inspection_id}"
    return {"photo_url": f"{base}/photos/{view}", "overlay_url": f"{base}/overlays/{view}"}


class InspectionSummary(BaseModel):
    """One line of the history."""

    id: UUID
    client_id: UUID
    created_at: datetime
    spec: SpecSummary
    station: str | None
    verdict: Verdict = Field(description="The machine's.")
    standing_verdict: Verdict = Field(
        description="What counts: the newest review's verdict; without one the machine's, with the "
        "readings in the place of what they measured again."
    )
    reasons: tuple[Reason, ...]
    photos: tuple[PhotoLinks, ...]


class InspectionResource(Inspection, ReviewStanding):
    """An inspection as it is kept, and what people made of it."""

    id: UUID
    client_id: UUID = Field(description="The tablet's own id of the inspection.")
    created_at: datetime = Field(description="When it was stored, UTC.")
    spec: SpecSummary
    station: str | None = Field(description="Id of the station, where one was named.")
    taken_at: datetime | None = Field(
        description="When the photos were taken, by the tablet's clock; None where not sealed."
    )
    inspected_by: str | None = Field(
        description="Name of the person who took the photos; None for sample photos and what is "
        "older than names."
    )
    sent_by: str | None = Field(
        description="Name of the person who sent the photos, where that was somebody else."
    )
    tablet: str | None = Field(description="Name of the tablet, where it was done on one.")
    photos: tuple[InspectionPhoto, ...]
    standing_reasons: tuple[Reason, ...] = Field(
        description="The machine's reasons, with those of readings in the place of what they "
        "measured again."
    )
    to_measure: tuple[SizeToMeasure, ...] = Field(
        description="What a packer can settle with the calliper."
    )
    readings: tuple[ReadingRecord, ...] = Field(description="Oldest first.")
    lot: LotPlace | None = Field(description="The item's place in a lot, where one was named.")


class InspectionPage(BaseModel):
    """Inspections, newest first."""

    items: tuple[InspectionSummary, ...]
    next_cursor: UUID | None = Field(
        description="Give it as `cursor` to get the next page; None on the last one."
    )
