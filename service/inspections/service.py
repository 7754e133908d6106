"""What can be done with inspections inside a transaction that somebody else owns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from qc.decision.sampling import unit_result
from qc.decision.verdict import Verdict
from qc.geometry.station import Station
from qc.records import Inspection
from qc.spec.models import Spec
from service.actor import Actor
from service.audit import service as audit
from service.errors import ConflictError, NotFoundError
from service.inspections import repository
from service.inspections.models import InspectionRow, PhotoRow
from service.inspections.schemas import (
    InspectionPage,
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
from service.stations.service import StationRevision


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


@dataclass(frozen=True)
class Origin:
    """Whose photos these are, and how they came."""

    taken_by: Actor
    taken_at: datetime | None
    sender: Actor

    @property
    def sent_by(self) -> Actor | None:
        """Who sent them, where that was somebody else."""
        return self.sender if self.sender.person_id != self.taken_by.person_id else None


@dataclass(frozen=True)
class Place:
    """Where in a lot an item is said to be; without a number it is the next unit."""

    lot_id: UUID
    unit: int | None


def get_inspection(session: Session, inspection_id: UUID) -> InspectionResource:
    """Return one inspection.

    Raises:
        InspectionUnknownError: there is none.
    """
    return _resource(session, _find(session, inspection_id))


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


def find_receipt(
    session: Session,
    client_id: UUID,
    spec: Spec,
    sha256_of_view: dict[str, str],
    place: Place | None,
) -> InspectionResource | None:
    """Return the first answer to an upload that is sent again.

    Raises:
        ConflictError: the client id was used for other photos, another product or another lot.
    """
    row = repository.find_by_client_id(session, client_id)
    if row is None:
        return None
    if row.spec_id != spec.id or {p.view: p.sha256 for p in row.photos} != sha256_of_view:
        raise ConflictError(
            f"client id {client_id} was used for another inspection",
            fix="Give every inspection a new client id.",
        )
    receipt = _resource(session, row)
    if (receipt.lot and receipt.lot.lot_id) != (place and place.lot_id):
        raise ConflictError(
            f"client id {client_id} was used for an inspection of another lot",
            fix="Give every inspection a new client id.",
        )
    return receipt


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
        items=tuple(_summaries(session, rows[:limit]).values()),
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


def summaries(session: Session, inspection_ids: list[UUID]) -> dict[UUID, InspectionSummary]:
    """Return these inspections as lines of a list, by id."""
    return _summaries(session, repository.find_all(session, inspection_ids))


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
    for row, summary in zip(rows, _summaries(session, rows).values(), strict=True):
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


def record(
    session: Session,
    *,
    client_id: UUID,
    spec: Spec,
    station: StationRevision | None,
    inspection: Inspection,
    photos: list[StoredPhoto],
    place: Place | None,
    origin: Origin,
    reinspection_of: UUID | None,
    sample_rate: float,
) -> InspectionResource:
    """Store an inspection whose photos are durable with who made it; count it in its lot.

    Where it is to be reviewed it enters the queue: `sample_rate` is the share of passes that do.

    Raises:
        LotStateError: the lot was decided while the photos were inspected.
        NotReworkedError: `reinspection_of` is not, or no longer, in rework.
        sqlalchemy.exc.IntegrityError: another request stored this client id first.
    """
    actor, sent_by = origin.taken_by, origin.sent_by
    row = InspectionRow(
        id=uuid4(),
        client_id=client_id,
        created_at=datetime.now(UTC),
        spec_id=spec.id,
        spec_version=spec.version,
        station_revision=None if station is None else station.revision,
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        taken_at=origin.taken_at,
        sent_by_id=None if sent_by is None else sent_by.person_id,
        verdict=inspection.verdict,
        document=inspection.model_dump_json(),
        photos=[
            PhotoRow(
                position=position, view=photo.view, sha256=photo.sha256, size_bytes=photo.size_bytes
            )
            for position, photo in enumerate(photos)
        ],
    )
    repository.add(session, row)
    lot = None
    if place is not None:
        result = unit_result(inspection, spec)
        lot = lots.attach(session, place.lot_id, place.unit, row.id, result)
    if reinspection_of is not None:
        reviews.link_reinspection(session, row.id, reinspection_of)
    reviews.enqueue(session, row.id, row.sequence, inspection, spec, sample_rate)
    audit.record(session, actor, "inspection.kept", f"inspection/{row.id}", after=row.document)
    if sent_by is not None:
        audit.record(session, sent_by, "inspection.sent", f"inspection/{row.id}")
    return _resource_of(
        row,
        inspection,
        spec,
        standing=reviews.standing(session, row.id, inspection.verdict),
        read=inspection,
        readings=(),
        station=None if station is None else station.station.id,
        lot=lot,
        deleted={},
        inspected_by=None if actor.person_id is None else actor.name,
        sent_by=None if sent_by is None else sent_by.name,
        tablet=actor.tablet,
    )


def _resource(session: Session, row: InspectionRow) -> InspectionResource:
    machine = Inspection.model_validate_json(row.document)
    spec = Spec.model_validate_json(row.spec.document)
    read, records = readings.as_read(session, row.id, machine, spec)
    return _resource_of(
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


def _resource_of(
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


def _summaries(session: Session, rows: Sequence[InspectionRow]) -> dict[UUID, InspectionSummary]:
    ids = [row.id for row in rows]
    said = readings.verdicts(session, ids) | reviews.verdicts(session, ids)
    return {row.id: _summary(row, said.get(row.id)) for row in rows}


def _summary(row: InspectionRow, said: Verdict | None) -> InspectionSummary:
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
            PhotoLinks(view=photo.view, **photo_urls(row.id, photo.view)) for photo in row.photos
        ),
    )
