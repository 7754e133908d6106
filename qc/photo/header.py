"""What the first bytes of a file say, read without decoding a single pixel.

Everything here is cheap and allocates nothing that grows with the size the file claims, so that
the limits hold before a decoder sees hostile bytes.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from enum import StrEnum

import simplejpeg

from qc.errors import PhotoError, PhotoTooLargeError

MAX_BYTES = 40_000_000
"""A 50 MP camera's best JPEG has some 25 MB."""

MAX_PIXELS = 50_000_000
"""150 MB once decoded; the tablets in use have 8 to 13 MP."""

MAX_SIDE_PX = 16_000
MIN_SIDE_PX = 64
"""Below this there is no picture to speak of; the photo gate asks for far more."""

MAX_JPEG_SCANS = 32
"""Progressive JPEGs have some ten scans. Each may take 75 bytes of a file and 40 ms at 50 MP, so
that without a limit a file of 40 MB would keep a processor busy for hours."""

# ITU-T T.81, section B.2.3: marker, length 6 + 2n, number of components n, 2 bytes for each, and
# then the three bytes Ss, Se, Ah/Al. Decoders refuse other lengths: no scan escapes the count.
START_OF_SCAN = re.compile(
    rb"(\xff\xda\x00(?:\x08\x01.{2}|\x0a\x02.{4}|\x0c\x03.{6}|\x0e\x04.{8}))...", re.DOTALL
)
"""The header of a JPEG's scan; group 1 ends before the spectral selection."""

_FIX_FORMAT = "Save the photo as JPEG, PNG or WebP."
_FIX_AGAIN = "Copy the file again, or take the photo again."


class PhotoFormat(StrEnum):
    """The formats that are read."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"


@dataclass(frozen=True, slots=True)
class Header:
    """Format and stored size, before any EXIF rotation."""

    format: PhotoFormat
    width_px: int
    height_px: int


def read_header(data: bytes) -> Header:
    """Read format and size, and hold them against the limits.

    Raises:
        PhotoTooLargeError: more bytes, pixels or a longer side than the limits allow.
        PhotoError: not a format that is read, damaged in its header, or too small.
    """
    if not data:
        raise PhotoError("the file is empty", fix=_FIX_AGAIN)
    if len(data) > MAX_BYTES:
        raise PhotoTooLargeError(
            f"the file has {len(data) / 1e6:.0f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB",
            fix="Save the photo as JPEG.",
        )
    header = _parse(data)
    _check_size(header.width_px, header.height_px)
    return header


def damaged(kind: PhotoFormat) -> PhotoError:
    """Return the error for a file that begins well and does not go on so."""
    return PhotoError(f"the {kind} file is damaged or incomplete", fix=_FIX_AGAIN)


def _check_size(width_px: int, height_px: int) -> None:
    if min(width_px, height_px) < MIN_SIDE_PX:
        raise PhotoError(
            f"the photo has only {width_px}×{height_px} px",
            fix="Use the full camera resolution.",
        )
    if max(width_px, height_px) > MAX_SIDE_PX or width_px * height_px > MAX_PIXELS:
        raise PhotoTooLargeError(
            f"the photo has {width_px}×{height_px} px, the limit is "
            f"{MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE_PX} px a side",
            fix="Choose a lower camera resolution.",
        )


def _parse(data: bytes) -> Header:
    if data.startswith(b"\xff\xd8\xff"):
        return _parse_jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _parse_png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _parse_webp(data)
    raise _unknown_format(data)


def _parse_jpeg(data: bytes) -> Header:
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
    except ValueError as error:
        raise damaged(PhotoFormat.JPEG) from error
    if str(colours).upper() in {"CMYK", "YCCK"}:
        raise PhotoError(
            "the photo is in CMYK, the colours of printing", fix="Save it as an sRGB JPEG."
        )
    if len(START_OF_SCAN.findall(data)) > MAX_JPEG_SCANS:
        raise PhotoTooLargeError(
            f"the photo is stored in more than {MAX_JPEG_SCANS} passes",
            fix="Save it as an ordinary JPEG.",
        )
    return Header(PhotoFormat.JPEG, int(width), int(height))


def _parse_png(data: bytes) -> Header:
    # W3C PNG, section 11.2.1: IHDR is always the first chunk.
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise damaged(PhotoFormat.PNG)
    width, height = struct.unpack(">II", data[16:24])
    return Header(PhotoFormat.PNG, width, height)


def _parse_webp(data: bytes) -> Header:
    # RFC 9649, section 2: the first chunk is VP8 (lossy), VP8L (lossless) or VP8X (extended).
    # Pillow allocates the whole canvas on opening a WebP, hence this look beforehand.
    if len(data) < 30:
        raise damaged(PhotoFormat.WEBP)
    chunk = data[12:16]
    if chunk == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", data[26:30]))
    elif chunk == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif chunk == b"VP8X":
        if data[20] & 0x02:
            raise PhotoError("the file is an animation", fix=_FIX_FORMAT)
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
    else:
        raise damaged(PhotoFormat.WEBP)
    return Header(PhotoFormat.WEBP, width, height)


# What people send by mistake. The text names it, so that they recognise their own file.
_OTHER_FORMATS = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\x00", "a TIFF or raw camera file"),
    (b"MM\x00*", "a TIFF or raw camera file"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP or Office file"),
)


def _unknown_format(data: bytes) -> PhotoError:
    if data[4:8] == b"ftyp":
        if data[8:12] in {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}:
            return PhotoError(
                "the photo is in HEIC, which is not read here",
                fix='Set the camera\'s format to "Most Compatible" (JPEG), or send the photo '
                "from the tablet's page, which converts it.",
            )
        return PhotoError("the file is a video or an AVIF picture", fix=_FIX_FORMAT)
    for magic, name in _OTHER_FORMATS:
        if data.startswith(magic):
            return PhotoError(f"the file is {name}, not a photo that is read here", fix=_FIX_FORMAT)
    return PhotoError("the file is not a photo", fix=_FIX_FORMAT)
