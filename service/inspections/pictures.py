"""Pictures of an inspection for people: upright, without EXIF, as small as asked for."""

from __future__ import annotations

from enum import StrEnum

from qc.overlay import Box, Language, close_up, draw_overlay
from qc.photo import Photo, decode_photo
from qc.records import Inspection
from service.pictures import jpeg


class Frame(StrEnum):
    """How much of the photo a picture shows."""

    PHOTO = "photo"
    ITEM = "item"


def photo_jpeg(
    data: bytes, inspection: Inspection, view: str, width_px: int | None, frame: Frame
) -> bytes:
    """Re-encode a stored photo; nothing but its pixels survives."""
    photo = decode_photo(data)
    left, top, right, bottom = _box(photo, inspection, view, frame)
    return jpeg(photo.pixels[top:bottom, left:right], width_px)


def overlay_jpeg(
    data: bytes,
    inspection: Inspection,
    view: str,
    width_px: int | None,
    frame: Frame,
    language: Language,
) -> bytes:
    """Draw an inspection's findings into the photo of `view`."""
    photo = decode_photo(data)
    box = _box(photo, inspection, view, frame)
    box_width_px, box_height_px = box[2] - box[0], box[3] - box[1]
    width_px = min(width_px or box_width_px, box_width_px)
    return draw_overlay(
        photo,
        inspection,
        view,
        box=box,
        longest_px=round(width_px * max(1.0, box_height_px / box_width_px)),
        file_format="JPEG",
        language=language,
    )


def _box(photo: Photo, inspection: Inspection, view: str, frame: Frame) -> Box:
    """Return the part to show; all of a photo on which no item was found."""
    item = close_up(photo, inspection, view) if frame is Frame.ITEM else None
    return item or (0, 0, photo.width_px, photo.height_px)
