"""Looking at frames of the live camera, in what time the inspections leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from qc.guidance import AdviceCode, guide
from qc.photo import Photo, decode_photo
from qc.photo.header import read_header
from service.errors import BusyError, UploadError, UploadTooLargeError
from service.guidance.schemas import CameraGuidance
from service.runtime import Runtime
from service.settings import GuidanceSettings
from service.specs.service import get_spec
from service.stations.service import get_station

_RETRY_AFTER_S = 1


def guide_camera(
    runtime: Runtime,
    whose: UUID,
    frame: bytes,
    *,
    spec_id: str,
    view: str,
    station_id: str | None,
    photo_px: int,
) -> CameraGuidance:
    """Say what to change before a photo is taken.

    Args:
        runtime: of the service.
        whose: the tablet or the person: one frame of each is looked at at a time.
        frame: JPEG, PNG or WebP.
        spec_id: the product.
        view: the spec's view that is about to be photographed.
        station_id: where.
        photo_px: longest side of the photo that would be taken.

    Raises:
        BusyError: somebody inspects or waits, or the last frame is still being looked at.
        UploadError: the spec has no such view, or the frame is too large.
        PhotoError: the frame cannot be decoded.
        NotFoundError: there is no such spec or station.
    """
    with _spare_time(runtime, whose):
        photo = _decode(frame, runtime.settings.guidance)
        with runtime.database.reading() as session:
            spec = get_spec(session, spec_id)
            station = get_station(session, station_id).station if station_id else None
        if view not in {one.name for one in spec.views}:
            raise UploadError(
                f"spec {spec.reference} has no view {view!r}",
                fix=f"Use one of: {', '.join(one.name for one in spec.views)}.",
            )
        longest_px = max(photo.width_px, photo.height_px)
        enlargement = max(1.0, photo_px / longest_px)
        guidance = guide(photo, view, spec, station, enlargement=enlargement)
    code = guidance.advice.code if guidance.advice else None
    return CameraGuidance(
        advice=cast("AdviceCode | None", code),
        mat=tuple(
            (round((x + 0.5) / photo.width_px, 4), round((y + 0.5) / photo.height_px, 4))
            for x, y in guidance.mat_px
        ),
    )


@contextmanager
def _spare_time(runtime: Runtime, whose: UUID) -> Iterator[None]:
    """Let one frame of each tablet in, and none while somebody inspects or waits."""
    with runtime.gate.enter_if_idle() as idle, runtime.frames.enter(whose) as first:
        if not (idle and first):
            raise BusyError(
                "there is no time for this frame",
                retry_after_s=_RETRY_AFTER_S,
                fix="Leave it and send a later one.",
            )
        yield


def _decode(frame: bytes, settings: GuidanceSettings) -> Photo:
    header = read_header(frame)
    if max(header.width_px, header.height_px) > settings.max_frame_px:
        raise UploadTooLargeError(
            f"the frame has {header.width_px} × {header.height_px} pixels",
            fix=f"Reduce it to {settings.max_frame_px} pixels along its longer side.",
        )
    return decode_photo(frame)
