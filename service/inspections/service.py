"""What is asked of stored inspections, inside a transaction that somebody else owns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from qc.decision.verdict import Verdict
from qc.geometry.station import Station
from qc.records import Inspection
from qc.spec.models import Spec
from service.errors import NotFoundError
from service.inspections import repository, views
from service.inspections.models import InspectionRow
from service.inspections.schemas import (
    InspectionPage,
    InspectionResource,
    InspectionSummary,
)
from service.retention import service as retention
from service.review import service as reviews


class InspectionUnknownError(NotFoundError):
    """No inspection of this id, or no photo of this view, is stored."""

    code = "inspection-unknown"


class CursorUnknownError(NotFoundError):
    """The cursor is not one that an earlier page gave."""

    code = "cursor-unknown"


@dataclass(frozen=True)
class StoredPhoto:
    """A photo that is durable in the store."""

    view: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class StoredInspection:
    """An inspection as the machine left it."""

    id: UUID
    sequence: int
    client_id: UUID
    machine: Inspection
    spec: Spec


@dataclass(frozen=True)
class Replay:
    """All that it takes to judge an inspection's photos again."""

    sequence: int
    inspection_id: UUID
    created_at: datetime
    spec: Spec
    station: Station | None
    verdict: str
    sha256_of_view: dict[str, str]


def get_inspection(session: Session, inspection_id: UUID) -> InspectionResource:
    """Return one inspection.

    Raises:
        InspectionUnknownError: there is none.
    """
    return views.resource(session, _find(session, inspection_id))


def stored(session: Session, inspection_id: UUID) -> StoredInspection:
    """Return one inspection without what people added to it.

    Raises:
        InspectionUnknownError: there is none.
    """
    row = _find(session, inspection_id)
    return StoredInspection(
        id=row.id,
        sequence=row.sequence,
        client_id=row.client_id,
        machine=Inspection.model_validate_json(row.document),
        spec=Spec.model_validate_json(row.spec.document),
    )


def _find(session: Session, inspection_id: UUID) -> InspectionRow:
    row = repository.find(session, inspection_id)
    if row is None:
        raise InspectionUnknownError(
            f"inspection {inspection_id} is not known", fix="Look it up at /v1/inspections."
        )
    return row


def get_photos(session: Session, inspection_id: UUID) -> list[StoredPhoto]:
    """Return the photos of an inspection in the order of its views.

    Raises:
        InspectionUnknownError: there is no such inspection.
        PhotoDeletedError: one of them was deleted.
    """
    row = _find(session, inspection_id)
    retention.require_kept(session, [photo.sha256 for photo in row.photos])
    return [StoredPhoto(photo.view, photo.sha256, photo.size_bytes) for photo in row.photos]


def list_inspections(
    session: Session,
    *,
    cursor: UUID | None,
    spec_id: str | None,
    verdict: Verdict | None,
    limit: int,
) -> InspectionPage:
    """Return one page of inspections, newest first.

    Pages stay stable while inspections arrive: the cursor is the last inspection shown.

    Raises:
        CursorUnknownError: the cursor is not one that an earlier page gave.
    """
    before = None
    if cursor is not None:
        last = repository.find(session, cursor)
        if last is None:
            raise CursorUnknownError(
                f"cursor {cursor} is not known", fix="Start again without a cursor."
            )
        before = last.sequence
    rows = repository.newest(
        session, before=before, spec_id=spec_id, verdict=verdict, limit=limit + 1
    )
    return InspectionPage(
        items=tuple(views.summaries(session, rows[:limit]).values()),
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


def count_by_verdict(session: Session) -> dict[str, int]:
    """Count all inspections by what the machine said; every verdict has its number."""
    counted = repository.count_by_verdict(session)
    return {verdict: counted.get(verdict, 0) for verdict in Verdict}


def summaries(session: Session, inspection_ids: list[UUID]) -> dict[UUID, InspectionSummary]:
    """Return these inspections as lines of a list, by id."""
    return views.summaries(session, repository.find_all(session, inspection_ids))


def photos_of(
    session: Session, spec_id: str, view: str, limit: int
) -> Iterator[tuple[InspectionSummary, str, bool]]:
    """Give a view's photo of the newest inspections of a product: its SHA-256, and what stands.

    The last tells whether a lead looked at the item.
    """
    rows = repository.newest(session, before=None, spec_id=spec_id, verdict=None, limit=limit)
    ids = [row.id for row in rows]
    said = reviews.verdicts(session, ids)
    deleted = retention.deleted(session, [photo.sha256 for row in rows for photo in row.photos])
    for row, summary in zip(rows, views.summaries(session, rows).values(), strict=True):
        for photo in row.photos:
            if photo.view == view and photo.sha256 not in deleted:
                yield summary, photo.sha256, row.id in said


def get_photo(session: Session, inspection_id: UUID, view: str) -> StoredPhoto:
    """Return which photo shows a view of an inspection.

    Raises:
        InspectionUnknownError: there is no such inspection or it has no such view.
        PhotoDeletedError: the photo was deleted.
    """
    row = repository.find_photo(session, inspection_id, view)
    if row is None:
        raise InspectionUnknownError(
            f"inspection {inspection_id} has no photo {view!r}",
            fix="Follow the links of the inspection.",
        )
    retention.require_kept(session, [row.sha256])
    return StoredPhoto(row.view, row.sha256, row.size_bytes)


def newest_photos(session: Session, limit: int) -> Sequence[str]:
    """Return the SHA-256 of the photos that were stored last."""
    return repository.newest_photos(session, limit)


def next_replay(session: Session, after: int, since: datetime) -> Replay | None:
    """Return the first inspection after a sequence, stored since a time; None if there is none."""
    row = repository.oldest_after(session, after, since)
    if row is None:
        return None
    return Replay(
        sequence=row.sequence,
        inspection_id=row.id,
        created_at=row.created_at,
        spec=Spec.model_validate_json(row.spec.document),
        station=None if row.station is None else Station.model_validate_json(row.station.document),
        verdict=row.verdict,
        sha256_of_view={photo.view: photo.sha256 for photo in row.photos},
    )
