"""Photos of golden samples: what an approved item looks like in each view.

A photo must pass the gates that every photo passes: light, sharpness, the mat, the item on it.
What the inspector makes of the sample beyond that is told, and decides nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import BinaryIO

from qc.decision.verdict import Verdict
from qc.errors import Fault, PhotoError
from qc.photo import Photo, decode_photo
from qc.spec.models import Spec
from service.actor import Actor
from service.audit import service as audit
from service.database import once_more
from service.errors import ConflictError, UploadError, UploadTooLargeError
from service.retention import service as retention
from service.runtime import Runtime
from service.settings import MEBIBYTE
from service.specs import repository, service
from service.specs.models import GoldenPhotoRow
from service.specs.schemas import GoldenPhoto, golden_url


class GoldenPhotoError(PhotoError):
    """The photo does not pass the gates."""

    code = "golden-photo-refused"


class GoldenPhotoTakenError(ConflictError):
    """The view has a golden sample, which never changes within a version."""

    code = "golden-photo-taken"


class GoldenPhotoUnknownError(service.SpecUnknownError):
    """The version has no golden sample of this view."""

    code = "golden-photo-unknown"


def add(
    runtime: Runtime, actor: Actor, spec_id: str, version: int, view: str, file: BinaryIO
) -> GoldenPhoto:
    """Check a photo and keep it with a version of a spec.

    Sending the same photo again gives the same answer.

    Raises:
        SpecUnknownError: there is no such version.
        UploadError: the spec has no such view, or the photo is too large.
        PhotoError: it cannot be read, or does not pass the gates.
        GoldenPhotoTakenError: another photo is kept already.
        BusyError: too many inspections are waiting.
        StorageError: it cannot be written.
    """
    with runtime.database.reading() as session:
        spec = service.get_spec(session, spec_id, version)
    names = [one.name for one in spec.views]
    if view not in names:
        raise UploadError(
            f"spec {spec.reference} has no view {view!r}", fix=f"Use one of: {', '.join(names)}."
        )
    limit_bytes = runtime.settings.upload.max_photo_bytes
    data = file.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        raise UploadTooLargeError(
            f"the photo has more than {limit_bytes / MEBIBYTE:g} MiB", fix="Send a smaller one."
        )
    verdict = _judge(runtime, decode_photo(data), spec, view)
    sha256 = runtime.photos.put(data)
    row = once_more(lambda: _keep(runtime, actor, spec, view, sha256, data))
    return row.model_copy(update={"verdict": verdict})


def find_sha256(runtime: Runtime, spec_id: str, version: int, view: str) -> str:
    """Return the content of a view's golden sample.

    Raises:
        GoldenPhotoUnknownError: there is none.
    """
    with runtime.database.reading() as session:
        row = session.get(GoldenPhotoRow, (spec_id, version, view))
    if row is None:
        raise GoldenPhotoUnknownError(
            f"{spec_id}@{version} has no golden sample of view {view!r}",
            fix="Add one, or follow the links of the spec.",
        )
    return row.sha256


def _judge(runtime: Runtime, photo: Photo, spec: Spec, view: str) -> Verdict:
    """Inspect one view alone; a photo that would have to be taken again is refused."""
    only = next(one for one in spec.views if one.name == view)
    alone = spec.model_copy(update={"views": (only.model_copy(update={"height_of": None}),)})
    with runtime.gate.enter():
        found = runtime.inspect(
            {view: photo}, alone, None, runtime.detector, today=datetime.now(UTC).date()
        )
    again = [reason for reason in found.reasons if reason.verdict is Verdict.RETAKE]
    if again:
        raise GoldenPhotoError(
            again[0].text["en"].rstrip("."),
            fix="Take the photo of the sample again, on the mat.",
            faults=tuple(Fault(view, reason.text["en"], "") for reason in again),
        )
    return found.verdict


def _keep(
    runtime: Runtime, actor: Actor, spec: Spec, view: str, sha256: str, data: bytes
) -> GoldenPhoto:
    with runtime.database.writing() as session:
        kept = {row.view: row for row in repository.golden_photos(session, spec.id, spec.version)}
        row = kept.get(view)
        if row is not None and row.sha256 != sha256:
            raise GoldenPhotoTakenError(
                f"{spec.reference} has a golden sample of view {view!r}, which stays",
                fix="Store a new version of the spec to show another sample.",
            )
        if row is None:
            row = GoldenPhotoRow(
                spec_id=spec.id,
                spec_version=spec.version,
                view=view,
                sha256=sha256,
                size_bytes=len(data),
                added_by_id=actor.require_person(),
                added_at=datetime.now(UTC),
            )
            repository.add(session, row)
            session.flush()
            if retention.revive(session, [sha256]):
                runtime.photos.put(data)
            subject = f"spec/{spec.reference}/{view}"
            audit.record(session, actor, "spec.golden-added", subject, after=sha256)
            added_by = actor.name
        else:
            added_by = row.added_by.name
        return GoldenPhoto(
            view=view,
            photo_url=golden_url(spec.id, spec.version, view),
            added_at=row.added_at,
            added_by=added_by,
            verdict=None,
        )
