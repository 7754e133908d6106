"""What other features ask of readings. It knows its own tables only, so that all may import it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from qc.decision.sampling import UnitResult
from qc.decision.verdict import Verdict
from qc.records import Inspection
from qc.spec.models import Spec
from service.readings import repository
from service.readings.folding import PHOTO, Taken, with_readings
from service.readings.models import ReadingRow
from service.readings.schemas import Content, ReadingRecord

_CONTENT: TypeAdapter[Content] = TypeAdapter(Content)


def as_read(
    session: Session, inspection_id: UUID, machine: Inspection, spec: Spec
) -> tuple[Inspection, tuple[ReadingRecord, ...]]:
    """Return an inspection as its readings leave it, and the readings, oldest first."""
    rows = repository.of_inspection(session, inspection_id)
    return with_readings(machine, spec, [taken(row) for row in rows]), tuple(map(_record, rows))


def verdicts(session: Session, inspection_ids: Iterable[UUID]) -> dict[UUID, Verdict]:
    """Return the verdict of each of these inspections that has readings, as they leave it."""
    rows = repository.newest(session, inspection_ids)
    return {row.inspection_id: Verdict(row.verdict) for row in rows}


def results(session: Session, inspection_ids: Iterable[UUID]) -> dict[UUID, UnitResult]:
    """Return what each of these inspections that has readings counts as in its lot."""
    rows = repository.newest(session, inspection_ids)
    return {row.inspection_id: UnitResult.model_validate_json(row.result) for row in rows}


def content_of(row: ReadingRow) -> Content:
    """Return what was read."""
    return _CONTENT.validate_json(row.document)


def taken(row: ReadingRow) -> Taken:
    """Return a stored reading as `service.readings.folding` applies it."""
    by = PHOTO if row.person is None else row.person.name
    return Taken(content_of(row), by, row.measured_at)


def _record(row: ReadingRow) -> ReadingRecord:
    return ReadingRecord(
        client_id=row.client_id,
        content=content_of(row),
        measured_by=None if row.person is None else row.person.name,
        measured_at=row.measured_at,
        sent_by=None if row.sent_by is None else row.sent_by.name,
        tablet=None if row.tablet is None else row.tablet.name,
        stored_at=row.at,
        verdict=Verdict(row.verdict),
    )
