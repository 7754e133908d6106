"""A reading is recorded: one more row, by which the inspection stands anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from qc.barcode import read_codes
from qc.decision.sampling import unit_result
from qc.decision.verdict import Verdict
from qc.photo import Photo, decode_photo
from qc.records import Inspection
from qc.spec.models import Spec
from service.actor import SYSTEM, Actor
from service.audit import service as audit
from service.captures.service import who_sealed
from service.errors import ConflictError
from service.inspections import service as inspections
from service.lots import service as lots
from service.readings import repository
from service.readings.folding import PHOTO, Taken, with_readings
from service.readings.models import ReadingRow
from service.readings.schemas import (
    BarcodeContent,
    BarcodeEntry,
    CalliperContent,
    CalliperEntry,
    Content,
    Entry,
    MoistureContent,
    MoistureEntry,
    PiecesContent,
    PiecesEntry,
    ReadingRequest,
)
from service.readings.service import taken
from service.readings.statement import ReadingStatement
from service.review import service as reviews
from service.runtime import Runtime
from service.settings import Settings
from service.visitor import SignedIn


def record(
    runtime: Runtime, visitor: SignedIn, inspection_id: UUID, request: ReadingRequest
) -> bool:
    """Record a reading, once; say whether this request or an earlier one did.

    Raises:
        InspectionUnknownError: there is no such inspection.
        ConflictError: the client id was used for another reading.
        SealError: the seal does not belong to the reading.
        RemeasurementError: the spec has no such size.
        StorageError: a photo cannot be read.
        sqlalchemy.exc.IntegrityError: the same request came twice at once; sent again it is
            answered.
    """
    text = None
    if isinstance(request.entry, BarcodeEntry) and request.entry.text is None:
        text = _photographed(runtime, inspection_id)  # no transaction is open while it is read
    with runtime.database.writing() as session:
        inspection = inspections.stored(session, inspection_id)
        first = repository.find_by_client_id(session, request.client_id)
        if first is not None:
            if (first.inspection_id, first.kind) != (inspection_id, request.entry.kind):
                raise ConflictError(
                    f"client id {request.client_id} was used for another reading",
                    fix="Give every reading a new client id.",
                )
            return False
        sender = visitor.actor
        by, measured_at = sender, datetime.now(UTC)
        if request.seal is not None and request.measured_at is not None:
            statement = ReadingStatement(
                request.client_id, inspection.client_id, request.measured_at, request.entry
            )
            by, measured_at = who_sealed(session, request.seal, statement), request.measured_at
        content = _content(session, runtime.settings, inspection_id, inspection.spec, request, text)
        _keep(
            session,
            runtime.settings,
            inspection,
            content,
            client_id=request.client_id,
            by=by,
            sender=sender,
            measured_at=measured_at,
        )
        return True


def look_for(photos: Iterable[Photo], expected: str) -> BarcodeContent:
    """Look for the barcode that every item of a lot bears."""
    return BarcodeContent(text=_best(photos, expected), source="photo", expected=expected)


def record_barcode(
    session: Session,
    settings: Settings,
    inspection_id: UUID,
    content: BarcodeContent,
) -> None:
    """Record what `look_for` found in the photos of a new inspection."""
    session.expire_all()  # the inspection's relations are read anew
    inspection = inspections.stored(session, inspection_id)
    _keep(
        session,
        settings,
        inspection,
        content,
        client_id=inspection.client_id,
        by=SYSTEM,
        sender=SYSTEM,
        measured_at=datetime.now(UTC),
    )


def _keep(
    session: Session,
    settings: Settings,
    inspection: inspections.StoredInspection,
    content: Content,
    *,
    client_id: UUID,
    by: Actor,
    sender: Actor,
    measured_at: datetime,
) -> None:
    machine, spec = inspection.machine, inspection.spec
    earlier = [taken(row) for row in repository.of_inspection(session, inspection.id)]
    name = PHOTO if by is SYSTEM else by.name
    after = with_readings(machine, spec, [*earlier, Taken(content, name, measured_at)])
    rate = settings.review.pass_sample_rate
    row = ReadingRow(
        client_id=client_id,
        inspection_id=inspection.id,
        kind=content.kind,
        document=content.model_dump_json(),
        verdict=after.verdict,
        result=unit_result(after, spec).model_dump_json(),
        settles=_settles(inspection, machine, after, rate),
        person_id=by.person_id,
        tablet_id=by.tablet_id,
        sent_by_id=sender.person_id if sender.person_id != by.person_id else None,
        measured_at=measured_at,
        at=datetime.now(UTC),
    )
    repository.add(session, row)
    if after.verdict in (Verdict.FAIL, Verdict.CHECK):
        reviews.enqueue_again(session, inspection.id, inspection.sequence, after, spec)
    subject = f"inspection/{inspection.id}"
    audit.record(session, by, "reading.kept", f"{subject}/reading/{client_id}", after=row.document)
    if row.sent_by_id is not None:
        audit.record(session, sender, "reading.sent", f"{subject}/reading/{client_id}")


def _settles(
    inspection: inspections.StoredInspection, machine: Inspection, after: Inspection, rate: float
) -> bool:
    """Tell whether no lead has to look any more; like other passes some are drawn all the same."""
    answered = machine.verdict is Verdict.CHECK and after.verdict is Verdict.PASS
    return answered and not reviews.is_sampled(inspection.id, rate)


def _content(
    session: Session,
    settings: Settings,
    inspection_id: UUID,
    spec: Spec,
    request: ReadingRequest,
    photographed: str | None,
) -> Content:
    entry: Entry = request.entry
    match entry:
        case CalliperEntry():
            return CalliperContent(
                **entry.model_dump(exclude={"kind"}),
                u95_mm=settings.reading.calliper_u95_mm,
                instrument=settings.reading.calliper,
            )
        case MoistureEntry():
            return MoistureContent(
                percent=entry.percent, instrument=settings.reading.moisture_meter
            )
        case PiecesEntry():
            return PiecesContent(found=entry.count, expected=spec.parts)
        case BarcodeEntry():
            expected = lots.item_code_of(session, inspection_id)
            if entry.text is not None:
                return BarcodeContent(text=entry.text, source="person", expected=expected)
            return BarcodeContent(text=photographed, source="photo", expected=expected)


def _photographed(runtime: Runtime, inspection_id: UUID) -> str | None:
    with runtime.database.reading() as session:
        photos = inspections.get_photos(session, inspection_id)
        expected = lots.item_code_of(session, inspection_id)
    return _best([decode_photo(runtime.photos.get(photo.sha256)) for photo in photos], expected)


def _best(photos: Iterable[Photo], expected: str | None) -> str | None:
    """Return the expected code where a photo shows it, else the first that one shows."""
    found = [code.text for photo in photos for code in read_codes(photo)]
    if expected in found:
        return expected
    return found[0] if found else None
