"""Pictures of an inspection for people: upright, without EXIF, as small as asked for."""

from __future__ import annotations

import io

from PIL import Image

from qc.overlay import Language, draw_overlay
from qc.photo import decode_photo
from qc.records import Inspection

JPEG_QUALITY = 88


def photo_jpeg(data: bytes, width_px: int | None) -> bytes:
    """Re-encode a stored photo; nothing but its pixels survives."""
    return _jpeg(Image.fromarray(decode_photo(data).pixels), width_px)


def overlay_jpeg(
    data: bytes, inspection: Inspection, view: str, width_px: int | None, language: Language
) -> bytes:
    """Draw an inspection's findings into the photo of `view`."""
    photo = decode_photo(data)
    width_px = min(width_px or photo.width_px, photo.width_px)
    longest_px = round(width_px * max(1.0, photo.height_px / photo.width_px))
    return draw_overlay(
        photo, inspection, view, longest_px=longest_px, file_format="JPEG", language=language
    )


def _jpeg(image: Image.Image, width_px: int | None) -> bytes:
    if width_px is not None and width_px < image.width:
        height_px = max(1, round(image.height * width_px / image.width))
        image = image.resize((width_px, height_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
