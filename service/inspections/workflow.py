"""From an upload to a kept inspection: the order of steps that loses nothing.

1. What the upload names is looked up; an upload that was answered before gets that answer.
2. The photos are decoded and inspected; meanwhile they are written to drafts, which are flushed to
   the disk. A bad one ends here: nothing is stored.
3. The photos are put in their places, and these are flushed.
4. Rows of photos and inspection are committed together; only then is there a receipt.

A crash before step 4 leaves at most drafts, which a later start deletes, and photo files that no
row names: harmless, and used again by the retry. No transaction is open while an inspection
computes.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qc.photo import decode_photo
from qc.spec.models import Spec
from service.actor import Actor
from service.captures.service import Statement, who_sealed
from service.errors import UploadError, UploadTooLargeError
from service.inspections import recording, service
from service.inspections.recording import Origin, Place
from service.inspections.schemas import InspectionResource
from service.inspections.service import StoredPhoto
from service.lots import service as lots
from service.readings.recording import look_for, record_barcode
from service.retention import service as retention
from service.review import service as reviews
from service.runtime import Runtime
from service.settings import MEBIBYTE, UploadSettings
from service.specs.service import get_spec, require_begun
from service.stations.service import StationRevision, get_station


@dataclass(frozen=True)
class Submission:
    """What a tablet sends: the photos of one item, and what they are to be judged by."""

    client_id: UUID
    spec_id: str
    spec_version: int | None
    station_id: str | None
    photos: list[BinaryIO]
    views: list[str]
    actor: Actor
    lot_id: UUID | None = None
    unit: int | None = None
    reinspection_of: UUID | None = None
    taken_at: datetime | None = None
    seal: str | None = None
    """Made of everything else by the page of whoever took the photos."""

    @property
    def spec(self) -> str:
        """The spec as the tablet named it."""
        version = "" if self.spec_version is None else f"@{self.spec_version}"
        return f"{self.spec_id}{version}"

    @property
    def place(self) -> Place | None:
        """Where in a lot the item is said to be."""
        return None if self.lot_id is None else Place(self.lot_id, self.unit)


@dataclass(frozen=True)
class Receipt:
    """The answer, and whether this submission or an earlier one caused it."""

    inspection: InspectionResource
    created: bool


def submit(runtime: Runtime, submission: Submission) -> Receipt:
    """Inspect and keep what was submitted, once.

    Raises:
        NotFoundError: spec, station or lot is not known, or the spec's version counts later.
        UploadError: the photos do not fit together, the limits or the spec's views.
        SealError: the seal does not belong to them.
        ConflictError: the client id was used for other photos, the lot takes none, or the item
            is not in rework.
        BusyError: too many inspections are waiting.
        PhotoError: a photo cannot be read.
        StorageError: a photo cannot be written.
    """
    _check_sizes(submission.photos, runtime.settings.upload)
    if submission.unit is not None and submission.lot_id is None:
        raise UploadError("a unit was given without its lot", fix="Send the lot's id as well.")
    if submission.reinspection_of is not None and submission.lot_id is not None:
        raise UploadError(
            "a reworked item stays in its lot as what it was before",
            fix="Send no lot with `reinspection_of`.",
        )
    if (submission.seal is None) != (submission.taken_at is None):
        raise UploadError("seal and time go together", fix="Send both of them or neither.")
    with runtime.database.reading() as session:
        spec = _spec(session, submission)
        files = _files_by_view(submission, spec)
        sha256s = {view: _sha256(file) for view, file in files.items()}
        receipt = recording.find_receipt(
            session, submission.client_id, spec, sha256s, submission.place
        )
        if receipt is not None:
            return Receipt(receipt, created=False)
        origin = _origin(session, submission, sha256s)
        if submission.reinspection_of is not None:
            _check_reworked(session, submission.reinspection_of, spec)
        if submission.lot_id is not None:
            lots.check_open(session, submission.lot_id, submission.unit)
        expected = lots.item_code_of_lot(session, submission.lot_id)
        station = None
        if submission.station_id is not None:
            station = get_station(session, submission.station_id)
    with runtime.gate.enter():
        return _inspect_and_keep(
            runtime, submission, origin, spec, station, files, sha256s, expected
        )


def _origin(session: Session, submission: Submission, sha256s: dict[str, str]) -> Origin:
    """Say whose photos these are: whoever sealed them, or else whoever sends them."""
    if submission.seal is None or submission.taken_at is None:
        return Origin(submission.actor, None, submission.actor)
    statement = Statement(
        client_id=submission.client_id,
        taken_at=submission.taken_at,
        spec=submission.spec,
        station=submission.station_id,
        lot_id=submission.lot_id,
        unit=submission.unit,
        reinspection_of=submission.reinspection_of,
        sha256_of_view=sha256s,
    )
    taken_by = who_sealed(session, submission.seal, statement)
    return Origin(taken_by, submission.taken_at, submission.actor)


def _spec(session: Session, submission: Submission) -> Spec:
    """Return the spec to judge by: that of the lot, in the version with which it was offered."""
    version = submission.spec_version
    if submission.lot_id is not None:
        of_lot = lots.spec_version_of(session, submission.lot_id, submission.spec_id)
        if version not in (None, of_lot):
            raise UploadError(
                f"the lot is judged by version {of_lot} of the spec",
                fix=f"Send {submission.spec_id}@{of_lot}, or no version.",
            )
        version = of_lot
    elif version is not None:
        require_begun(session, submission.spec_id, version)
    return get_spec(session, submission.spec_id, version)


def _check_reworked(session: Session, inspection_id: UUID, spec: Spec) -> None:
    """Make sure that an item is in rework, and that it is the product of `spec`."""
    first = service.get_inspection(session, inspection_id)
    if first.spec.id != spec.id:
        raise UploadError(
            f"the reworked item is a {first.spec.id}, the photos are of a {spec.id}",
            fix="Choose the product of the reworked item.",
        )
    reviews.check_in_rework(session, inspection_id)


def _inspect_and_keep(
    runtime: Runtime,
    submission: Submission,
    origin: Origin,
    spec: Spec,
    station: StationRevision | None,
    files: dict[str, BinaryIO],
    sha256s: dict[str, str],
    item_code: str | None,
) -> Receipt:
    contents = {view: file.read() for view, file in files.items()}
    with ExitStack() as writing:
        puts = [
            writing.enter_context(runtime.photos.putting(data, sha256s[view]))
            for view, data in contents.items()
        ]
        photos = {view: decode_photo(data, sha256s[view]) for view, data in contents.items()}
        detector = runtime.detector
        experts = runtime.experts.of(spec).beside(detector)
        inspection = runtime.inspect(
            photos,
            spec,
            None if station is None else station.station,
            detector,
            experts.memories,
            experts.judges,
            today=datetime.now(UTC).date(),
        )
        barcode = None if item_code is None else look_for(photos.values(), item_code)
        for put in puts:
            put()
    try:
        with runtime.database.writing() as session:
            resource = recording.record(
                session,
                client_id=submission.client_id,
                spec=spec,
                station=station,
                inspection=inspection,
                photos=[
                    StoredPhoto(view, sha256s[view], len(data)) for view, data in contents.items()
                ],
                place=submission.place,
                origin=origin,
                reinspection_of=submission.reinspection_of,
                sample_rate=runtime.settings.review.pass_sample_rate,
            )
            for sha256 in retention.revive(session, sha256s.values()):
                view = next(view for view, known in sha256s.items() if known == sha256)
                runtime.photos.put(contents[view])
            if barcode is not None:
                record_barcode(session, runtime.settings, resource.id, barcode)
                resource = service.get_inspection(session, resource.id)
        return Receipt(resource, created=True)
    except IntegrityError:
        # The same upload came twice at once and the other one was first.
        with runtime.database.reading() as session:
            first = recording.find_receipt(
                session, submission.client_id, spec, sha256s, submission.place
            )
        if first is None:
            raise
        return Receipt(first, created=False)


def _check_sizes(photos: list[BinaryIO], limits: UploadSettings) -> None:
    if not 1 <= len(photos) <= limits.max_photos:
        raise UploadError(
            f"{len(photos)} photos were sent", fix=f"Send 1 to {limits.max_photos} photos."
        )
    for number, photo in enumerate(photos, start=1):
        size_bytes = photo.seek(0, 2)
        photo.seek(0)
        if size_bytes > limits.max_photo_bytes:
            raise UploadTooLargeError(
                f"photo {number} has {size_bytes / MEBIBYTE:.1f} MiB",
                fix=f"Send photos of at most {limits.max_photo_bytes / MEBIBYTE:g} MiB.",
            )


def _files_by_view(submission: Submission, spec: Spec) -> dict[str, BinaryIO]:
    """Match files with views; a single photo without a view shows the spec's first one."""
    known = [view.name for view in spec.views]
    views = submission.views
    if not views and len(submission.photos) == 1:
        views = known[:1]
    if len(views) != len(submission.photos):
        raise UploadError(
            f"{len(submission.photos)} photos and {len(views)} views were sent",
            fix="Send one view for every photo, in the same order.",
        )
    for view in views:
        if view not in known:
            raise UploadError(
                f"view {view!r} is not in spec {spec.reference}",
                fix=f"Use one of: {', '.join(known)}.",
            )
        if views.count(view) > 1:
            raise UploadError(f"view {view!r} stands twice", fix="Send one photo of each view.")
    return dict(zip(views, submission.photos, strict=True))


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(MEBIBYTE):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
