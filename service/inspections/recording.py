"""An inspection is recorded, once, inside a transaction that somebody else owns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from qc.decision.sampling import unit_result
from qc.records import Inspection
from qc.spec.models import Spec
from service.actor import Actor
from service.audit import service as audit
from service.errors import ConflictError
from service.inspections import repository, views
from service.inspections.models import InspectionRow, PhotoRow
from service.inspections.schemas import InspectionResource
from service.inspections.service import StoredPhoto
from service.lots import service as lots
from service.review import service as reviews
from service.stations.service import StationRevision


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
    receipt = views.resource(session, row)
    if (receipt.lot and receipt.lot.lot_id) != (place and place.lot_id):
        raise ConflictError(
            f"client id {client_id} was used for an inspection of another lot",
            fix="Give every inspection a new client id.",
        )
    return receipt


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
    return views.assembled(
        row,
        inspection,
        spec,
        standing=reviews.standing_at_first(inspection.verdict, reinspection_of),
        read=inspection,
        readings=(),
        station=None if station is None else station.station.id,
        lot=lot,
        deleted={},
        inspected_by=None if actor.person_id is None else actor.name,
        sent_by=None if sent_by is None else sent_by.name,
        tablet=actor.tablet,
    )
