"""What an engineer does to teach a product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Final

from sqlalchemy.orm import Session

from qc.decision.verdict import Verdict
from qc.defects.normality import MIN_PHOTOS, false_reject_bound, require_item_on_mat
from qc.photo import Photo, decode_photo
from qc.spec.models import Spec
from service.actor import Actor
from service.audit import service as audit
from service.errors import NotFoundError, UploadError, UploadTooLargeError
from service.inspections import service as inspections
from service.retention import service as retention
from service.runtime import Runtime
from service.settings import MEBIBYTE
from service.specs.service import get_spec
from service.stations.service import get_station
from service.teaching.memories import KeptMemories
from service.teaching.schemas import (
    MOST_PHOTOS,
    GoodPhoto,
    GoodPhotos,
    Learning,
    LearningRequest,
    MemoryChoice,
    MemoryOfView,
    Promise,
    Teaching,
    TeachingPhoto,
)

_TURNS: Final = (1, 2, 4)
_PROMISED: Final = (MIN_PHOTOS, 10, 29, 59, 299)
_LOOKED_AT: Final = 300
"""Newest inspections of a product among which good ones are offered."""


class TeachingError(UploadError):
    """Nothing can be learnt from what was chosen."""

    code = "teaching-invalid"


class TeachingPhotoUnknownError(NotFoundError):
    """A photo is not kept here."""

    code = "teaching-photo-unknown"


def get_teaching(runtime: Runtime, spec_id: str) -> Teaching:
    """Say what a product was taught, and how far the newest learning is.

    Raises:
        SpecUnknownError, SpecNotInForceError: there is no such product.
    """
    with runtime.database.reading() as session:
        spec = get_spec(session, spec_id)
    kept = _kept(runtime, spec)
    counting = kept.counting()
    known = {one.reference: one for one in kept.all()}
    rows = {one.reference: known.get(one.reference, one) for one in counting.values()} | known
    counts = {one.reference for one in counting.values()}
    return Teaching(
        spec=spec.id,
        product=spec.product.name,
        views=_views(spec),
        memories=tuple(
            MemoryOfView(**dict(one), counts=one.reference in counts) for one in rows.values()
        ),
        learning=runtime.learner.newest(spec.id),
        least_photos=MIN_PHOTOS,
        most_photos=MOST_PHOTOS,
        promises=tuple(
            Promise(photos=n, false_reject_bound=false_reject_bound(n)) for n in _PROMISED
        ),
    )


def find_good(session: Session, spec_id: str, view: str) -> GoodPhotos:
    """List photos of items that stand as good."""
    spec = get_spec(session, spec_id)
    _require_view(spec, view)
    return GoodPhotos(
        items=tuple(
            GoodPhoto(
                sha256=sha256,
                name=f"{summary.created_at:%Y-%m-%d %H:%M} {str(summary.id)[:8]}",
                photo_url=next(one.photo_url for one in summary.photos if one.view == view),
                taken_at=summary.created_at,
                reviewed=reviewed,
            )
            for summary, sha256, reviewed in inspections.photos_of(
                session, spec.id, view, _LOOKED_AT
            )
            if summary.standing_verdict is Verdict.PASS
        )
    )


def add_photo(runtime: Runtime, spec_id: str, name: str, file: BinaryIO) -> TeachingPhoto:
    """Check that a photo shows an item on the mat, and keep it.

    Raises:
        SpecUnknownError, SpecNotInForceError: there is no such product.
        UploadTooLargeError, PhotoError, NormalityError: it cannot be used.
        BusyError: too many inspections are waiting.
        StorageError: it cannot be written.
    """
    with runtime.database.reading() as session:
        get_spec(session, spec_id)
    limit_bytes = runtime.settings.upload.max_photo_bytes
    data = file.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        raise UploadTooLargeError(
            f"the photo has more than {limit_bytes / MEBIBYTE:g} MiB", fix="Send a smaller one."
        )
    with runtime.gate.enter():
        require_item_on_mat(decode_photo(data))
    sha256 = runtime.photos.put(data)
    with runtime.database.writing() as session:
        if retention.revive(session, [sha256]):
            runtime.photos.put(data)
    return TeachingPhoto(sha256=sha256, name=name)


def get_photo(runtime: Runtime, spec_id: str, sha256: str) -> Photo:
    """Return a photo to learn from.

    Raises:
        SpecUnknownError, SpecNotInForceError, TeachingPhotoUnknownError: it is not known.
        PhotoDeletedError: retention deleted it.
        StorageError: it cannot be read.
    """
    with runtime.database.reading() as session:
        get_spec(session, spec_id)
        retention.require_kept(session, [sha256])
    _require_kept(runtime, [sha256])
    return decode_photo(runtime.photos.get(sha256))


def start(runtime: Runtime, actor: Actor, spec_id: str, request: LearningRequest) -> Learning:
    """Begin to learn from photos of good items.

    Raises:
        SpecUnknownError, SpecNotInForceError, StationUnknownError,
            TeachingPhotoUnknownError: something is not known.
        PhotoDeletedError: retention deleted one of the photos.
        TeachingError: there are too few photos, or too many.
        LearningBusyError: something is being learnt already.
    """
    with runtime.database.reading() as session:
        spec = get_spec(session, spec_id)
        _require_view(spec, request.view)
        retention.require_kept(session, [photo.sha256 for photo in request.photos])
        station = None
        if request.station is not None:
            station = get_station(session, request.station).station
    if request.turns not in _TURNS:
        raise TeachingError(f"{request.turns} orientations", fix="Choose 1, 2 or 4.")
    photos = _named_once(request.photos)
    if len(photos) < MIN_PHOTOS:
        same = len(request.photos) - len(photos)
        raise TeachingError(
            f"{len(photos)} different photos are too few"
            + (f" ({same} are the same as others)" if same else ""),
            fix=f"Choose {MIN_PHOTOS} at least, each of another item; 29 promise that at most "
            "10 % of good items alarm.",
        )
    if len(photos) > MOST_PHOTOS:
        raise TeachingError(
            f"{len(photos)} photos are too many",
            fix=f"Choose up to {MOST_PHOTOS}; 299 promise that at most 1 % of good items alarm.",
        )
    _require_kept(runtime, [photo.sha256 for photo in photos])
    distinct = request.model_copy(update={"photos": photos})
    return runtime.learner.start(runtime, actor, spec, distinct, station)


def choose(runtime: Runtime, actor: Actor, spec_id: str, choice: MemoryChoice) -> Teaching:
    """Let a memory count from the next inspection on, or none.

    Raises:
        SpecUnknownError, SpecNotInForceError, MemoryUnknownError: something is not known.
        NormalityError: the memory's file is damaged.
    """
    with runtime.database.writing() as session:  # one at a time
        spec = get_spec(session, spec_id)
        _require_view(spec, choice.view)
        kept = _kept(runtime, spec)
        before = kept.counting().get(choice.view)
        if (before.reference if before else None) != choice.reference:
            digest = (choice.reference or "none").rpartition("@")[2]
            subject = f"memory/{spec.id}/{choice.view}/{digest}"
            audit.record(
                session,
                actor,
                "memory.chosen",
                subject,
                before=before.reference if before else None,
                after=choice.reference,
            )
            kept.choose(choice.view, choice.reference)
    return get_teaching(runtime, spec_id)


def _kept(runtime: Runtime, spec: Spec) -> KeptMemories:
    return KeptMemories(runtime.learner.folder, spec, runtime.experts)


def _views(spec: Spec) -> tuple[str, ...]:
    return tuple(view.name for view in spec.views if view.is_judged)


def _require_view(spec: Spec, view: str) -> None:
    if view not in _views(spec):
        raise TeachingError(
            f"view {view!r} of {spec.reference} cannot be taught",
            fix=f"Choose one of: {', '.join(_views(spec))}.",
        )


def _require_kept(runtime: Runtime, sha256s: Sequence[str]) -> None:
    for sha256 in sha256s:
        if not runtime.photos.has(sha256):
            raise TeachingPhotoUnknownError(
                f"photo {sha256[:12]} is not kept here", fix="Send it first."
            )


def _named_once(photos: tuple[TeachingPhoto, ...]) -> tuple[TeachingPhoto, ...]:
    """Leave out copies; names that stand twice get a number, so that each names one photo."""
    distinct = {photo.sha256: photo for photo in reversed(photos)}
    used: dict[str, int] = {}
    named = []
    for photo in reversed(distinct.values()):
        used[photo.name] = used.get(photo.name, 0) + 1
        number = "" if used[photo.name] == 1 else f" ({used[photo.name]})"
        named.append(TeachingPhoto.model_construct(sha256=photo.sha256, name=photo.name + number))
    return tuple(named)
