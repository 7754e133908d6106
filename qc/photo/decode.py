"""Bytes to upright sRGB pixels, for bytes that nobody vouches for."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from qc.errors import PhotoError
from qc.photo.header import START_OF_SCAN, Header, PhotoFormat, damaged, read_header

MAX_FOCAL_35MM = 1000.0
"""Beyond any camera on a tablet: EXIF that claims more is wrong."""

MAX_MODEL_CHARACTERS = 80

_ODD_SCAN_HEADER = "Invalid SOS parameters"  # libjpeg's JWRN_NOT_SEQUENTIAL

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A decoded photo.

    Attributes:
        pixels: (H, W, 3) uint8, sRGB, red first, upright and read-only. Embedded colour
            profiles are not applied.
        sha256: of the bytes as they were given, in hexadecimal.
        width_px: W, of the upright photo.
        height_px: H, of the upright photo.
        focal_35mm: focal length in mm equivalent to 35 mm film, None where EXIF does not say.
        camera_model: EXIF's name of the device, None where EXIF does not say.
    """

    pixels: Pixels
    sha256: str
    width_px: int
    height_px: int
    focal_35mm: float | None
    camera_model: str | None


@dataclass(frozen=True, slots=True)
class _Exif:
    orientation: int = 1
    focal_35mm: float | None = None
    camera_model: str | None = None


def decode_photo(data: bytes, sha256: str | None = None) -> Photo:
    """Decode a JPEG, PNG or WebP.

    Grey, palette, 16-bit and transparent pictures become 8-bit RGB; transparency is dropped.
    Memory stays below 16 bytes a pixel, and the number of pixels is limited before decoding.

    Args:
        data: the whole file.
        sha256: of `data` in hexadecimal, where the caller has computed it already.

    Raises:
        PhotoTooLargeError: it exceeds `qc.photo.header`'s limits; nothing was decoded.
        PhotoError: it is not a photo, damaged, incomplete, animated or in CMYK.
    """
    header = read_header(data)
    if header.format is PhotoFormat.JPEG:
        stored, exif = _decode_jpeg(data), _parse_exif(_jpeg_exif(data))
    else:
        stored, exif_bytes = _decode_by_pillow(data, header)
        exif = _parse_exif(exif_bytes)
    pixels = _upright(stored, exif.orientation)
    pixels.flags.writeable = False
    return Photo(
        pixels=pixels,
        sha256=sha256 or hashlib.sha256(data).hexdigest(),
        width_px=pixels.shape[1],
        height_px=pixels.shape[0],
        focal_35mm=exif.focal_35mm,
        camera_model=exif.camera_model,
    )


def _decode_jpeg(data: bytes) -> Pixels:
    try:
        # strict: libjpeg would fill what is missing of a truncated file with grey
        pixels: Pixels = simplejpeg.decode_jpeg(data, colorspace="RGB", strict=True)
    except ValueError as error:
        if _ODD_SCAN_HEADER not in str(error):
            raise damaged(PhotoFormat.JPEG) from error
        return _decode_jpeg_with_odd_scan_header(data)
    return pixels


def _decode_jpeg_with_odd_scan_header(data: bytes) -> Pixels:
    """Decode what some phones write: a sequential JPEG with nonsense in Ss, Se, Ah/Al.

    ITU-T T.81, table B.3 allows one value of them, so nothing is lost by writing it there.
    """
    try:
        repaired = START_OF_SCAN.sub(lambda scan: scan[1] + b"\x00\x3f\x00", data)
        pixels: Pixels = simplejpeg.decode_jpeg(repaired, colorspace="RGB", strict=True)
    except ValueError as error:
        raise damaged(PhotoFormat.JPEG) from error
    return pixels


def _jpeg_exif(data: bytes) -> bytes:
    try:
        exif = JpegImageFile(io.BytesIO(data)).info.get("exif")
    except Exception:  # Pillow is stricter than libjpeg, and any error means the same: no EXIF
        return b""
    return exif if isinstance(exif, bytes) else b""


def _decode_by_pillow(data: bytes, header: Header) -> tuple[Pixels, bytes]:
    """Decode PNG or WebP; return the pixels as stored and the EXIF bytes."""
    reader = PngImageFile if header.format is PhotoFormat.PNG else WebPImageFile
    try:
        with reader(io.BytesIO(data)) as image:
            if image.n_frames > 1:
                raise PhotoError("the file is an animation", fix="Send a single photo.")
            if image.size != (header.width_px, header.height_px):
                raise damaged(header.format)
            image.load()
            exif = image.info.get("exif")
            return _to_rgb(image), exif if isinstance(exif, bytes) else b""
    except PhotoError:
        raise
    except Exception as error:  # Pillow's parsers raise a dozen types on hostile bytes
        raise damaged(header.format) from error


def _to_rgb(image: Image.Image) -> Pixels:
    if image.mode.startswith("I"):  # 16-bit grey; Pillow would clip it at 255
        wide = np.asarray(image).astype(np.float32)
        grey: Pixels = np.rint(wide * np.float32(255 / 65535)).astype(np.uint8)
        return np.repeat(grey[:, :, np.newaxis], 3, axis=2)
    image.info.pop("transparency", None)  # dropped, as an alpha channel is
    return np.array(image.convert("RGB"))


def _parse_exif(exif_bytes: bytes) -> _Exif:
    try:
        exif = Image.Exif()
        exif.load(exif_bytes)
        focal = float(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.FocalLengthIn35mmFilm, 0))
        model = str(exif.get(ExifTags.Base.Model, "")).strip("\0 ")
        return _Exif(
            orientation=int(exif.get(ExifTags.Base.Orientation, 1)),
            focal_35mm=focal if 0 < focal < MAX_FOCAL_35MM else None,
            camera_model=model[:MAX_MODEL_CHARACTERS] or None,
        )
    except Exception:  # EXIF is a courtesy of the camera: without it the photo still counts
        return _Exif()


def _upright(stored: Pixels, orientation: int) -> Pixels:
    """Turn pixels by EXIF's orientation (CIPA DC-008, tag 274); unknown values mean none."""
    upright: Pixels = stored
    if orientation in {5, 6, 7, 8}:
        upright = cv2.transpose(upright).astype(np.uint8, copy=False)
    # cv2.flip: 0 turns upside down, 1 left to right, -1 both
    flip = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)
    if flip is not None:
        upright = cv2.flip(upright, flip).astype(np.uint8, copy=False)
    return np.ascontiguousarray(upright)
