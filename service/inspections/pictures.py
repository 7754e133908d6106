"""Pictures of an inspection for people: upright, without EXIF, as small as asked for."""

from __future__ import annotations

import io

from PIL import Image
from qc.overlay import draw_overlay

from qc.photo import decode_photo
from qc.records import Inspection

JPEG_QUALITY = 88
RENDERING = 1
"""Part of every picture's ETag: to be raised when the same photo renders differently."""


def photo_jpeg(data: bytes, width_px: int | None) -> bytes:
    """Re-encode a stored photo; nothing but its pixels survives."""
    return _jpeg(Image.fromarray(decode_photo(data).pixels), width_px)


def overlay_jpeg(data: bytes, inspection: Inspection, view: str, width_px: int | None) -> bytes:
    """Draw an inspection's findings into the photo of `view`."""
    png = draw_overlay(decode_photo(data), inspection, view)
    with Image.open(io.BytesIO(png)) as image:
        return _jpeg(image.convert("RGB"), width_px)


def _jpeg(image: Image.Image, width_px: int | None) -> bytes:
    if width_px is not None and width_px < image.width:
        height_px = max(1, round(image.height * width_px / image.width))
        image = image.resize((width_px, height_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
