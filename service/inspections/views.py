"""Inspections as the API shows them, put together from their rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from qc.decision.verdict import Verdict
from qc.records import Inspection
from qc.spec.models import Spec
from service.inspections.models import InspectionRow
from service.inspections.schemas import (
    InspectionPhoto,
    InspectionResource,
    InspectionSummary,
    PhotoLinks,
    photo_urls,
)
from service.lots import service as lots
from service.lots.schemas import LotPlace
from service.readings import service as readings
from service.readings.folding import to_measure
from service.readings.schemas import ReadingRecord
from service.retention import service as retention
from service.review import service as reviews
from service.review.schemas import ReviewStanding
from service.specs.schemas import SpecSummary


def resource(session: Session, row: InspectionRow) -> InspectionResource:
    """Return an inspection with everything that people added to it."""
    machine = Inspection.model_validate_json(row.document)
    spec = Spec.model_validate_json(row.spec.document)
    read, records = readings.as_read(session, row.id, machine, spec)
    return assembled(
        row,
        machine,
        spec,
        standing=reviews.standing(session, row.id, read.verdict),
        read=read,
        readings=records,
        station=None if row.station is None else row.station.id,
        lot=lots.place_of(session, row.id),
        deleted=retention.deleted(session, [photo.sha256 for photo in row.photos]),
        inspected_by=None if row.person is None else row.person.name,
        sent_by=None if row.sent_by is None else row.sent_by.name,
        tablet=None if row.tablet is None else row.tablet.name,
    )


def assembled(
    row: InspectionRow,
    inspection: Inspection,
    spec: Spec,
    *,
    standing: ReviewStanding,
    read: Inspection,
    readings: tuple[ReadingRecord, ...],
    station: str | None,
    lot: LotPlace | None,
    deleted: dict[str, datetime],
    inspected_by: str | None,
    sent_by: str | None,
    tablet: str | None,
) -> InspectionResource:
    """Put an inspection together from what its caller knows of it already."""
    content = dict(inspection)
    content["photos"] = tuple(
        InspectionPhoto(
            **dict(photo),
            **photo_urls(row.id, photo.view),
            deleted_at=deleted.get(photo.sha256),
        )
        for photo in inspection.photos
    )
    content["calliper"] = read.calliper
    return InspectionResource(
        id=row.id,
        client_id=row.client_id,
        created_at=row.created_at,
        spec=SpecSummary.of(spec),
        station=station,
        lot=lot,
        taken_at=row.taken_at,
        inspected_by=inspected_by,
        sent_by=sent_by,
        tablet=tablet,
        readings=readings,
        standing_reasons=read.reasons,
        to_measure=to_measure(read, spec),
        **dict(standing),
        **content,
    )


def summaries(session: Session, rows: Sequence[InspectionRow]) -> dict[UUID, InspectionSummary]:
    """Return inspections as lines of a list, by id, in the order of the rows."""
    ids = [row.id for row in rows]
    said = readings.verdicts(session, ids) | reviews.verdicts(session, ids)
    deleted = retention.deleted(session, [photo.sha256 for row in rows for photo in row.photos])
    return {row.id: _summary(row, said.get(row.id), deleted) for row in rows}


def _summary(
    row: InspectionRow, said: Verdict | None, deleted: dict[str, datetime]
) -> InspectionSummary:
    inspection = Inspection.model_validate_json(row.document)
    return InspectionSummary(
        id=row.id,
        client_id=row.client_id,
        created_at=row.created_at,
        spec=SpecSummary.of(Spec.model_validate_json(row.spec.document)),
        station=None if row.station is None else row.station.id,
        verdict=inspection.verdict,
        standing_verdict=said or inspection.verdict,
        reasons=inspection.reasons,
        photos=tuple(
            PhotoLinks(
                view=photo.view,
                **photo_urls(row.id, photo.view),
                deleted_at=deleted.get(photo.sha256),
            )
            for photo in row.photos
        ),
    )
