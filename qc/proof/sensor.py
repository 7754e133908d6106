"""From the light at the sensor to the JPEG of a tablet."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import ExifTags, Image

from qc.photo import linear_to_srgb
from qc.proof.coverage import Picture

_LEVELS = 65536
_BAND = 64
_NOISE_POOL = 2**21


@dataclass(frozen=True, slots=True)
class Sensor:
    """What lens, hand, sensor and codec do. Kernels are symmetric: they widen edges, never move."""

    exposure: float = 0.85
    """Linear value of a white of albedo 1 in full light."""
    blur_px: float = 0.6
    """Sigma of lens and focus, besides the pixel's own area."""
    shake_px: float = 0.0
    shake_deg: float = 0.0
    vignetting: float = 0.0
    """Light lost in the corners."""
    read_noise: float = 0.0015
    shot_noise: float = 0.008
    """Sigma at full exposure."""
    quality: int | None = 90
    """JPEG quality, 4:2:0; None writes a lossless PNG."""


def expose(light: Picture, sensor: Sensor, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Return the `(h, w, 3)` sRGB pixels of `(h, w, 3)` light, which is changed on the way."""
    if sensor.vignetting:
        height, width = light.shape[:2]
        y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        light *= (1 - sensor.vignetting * (x * x + y * y) / 2).astype(np.float32)[..., None]
    image: npt.NDArray[np.float32] = light
    if sensor.blur_px:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), sensor.blur_px), np.float32)
    if sensor.shake_px:
        kernel = _shake_kernel(sensor.shake_px, sensor.shake_deg)
        image = np.asarray(cv2.filter2D(image, -1, kernel), np.float32)
    image *= np.float32(sensor.exposure)
    table = linear_to_srgb(np.arange(_LEVELS) / (_LEVELS - 1))
    encoded = np.empty(image.shape, np.uint8)
    noise = rng.standard_normal(_NOISE_POOL, np.float32)
    for top in range(0, len(image), _BAND):
        band = image[top : top + _BAND]
        # A window of the pool at random is as good as new noise, and much faster.
        start = int(rng.integers(0, _NOISE_POOL))
        grains = np.take(noise, np.arange(start, start + band.size), mode="wrap")
        variance = sensor.read_noise**2 + sensor.shot_noise**2 * np.clip(band, 0, 1)
        band += np.sqrt(variance, dtype=np.float32) * grains.reshape(band.shape)
        np.clip(band, 0, 1, out=band)
        encoded[top : top + _BAND] = table[np.rint(band * (_LEVELS - 1)).astype(np.uint16)]
    return encoded


def encode(pixels: npt.NDArray[np.uint8], sensor: Sensor, focal_35mm: int | None) -> bytes:
    """Return the file that the tablet writes, with or without the focal length in its EXIF."""
    buffer = io.BytesIO()
    if sensor.quality is None:
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()
    encoded: bytes = simplejpeg.encode_jpeg(pixels, quality=sensor.quality, colorsubsampling="420")
    if focal_35mm is None:
        return encoded
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.FocalLengthIn35mmFilm] = focal_35mm
    body = b"Exif\x00\x00" + exif.tobytes().removeprefix(b"Exif\x00\x00")
    segment = b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    return encoded[:2] + segment + encoded[2:]


def _shake_kernel(length_px: float, angle_deg: float) -> npt.NDArray[np.float32]:
    """A straight smear, averaged from exact positions and symmetric about its middle."""
    half = int(np.ceil(length_px / 2)) + 1
    steps = np.linspace(-length_px / 2, length_px / 2, 201)
    angle = np.radians(angle_deg)
    x, y = steps * np.cos(angle) + half, steps * np.sin(angle) + half
    kernel = np.zeros((2 * half + 1, 2 * half + 1))
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    right, down = x - column, y - row
    for dy, dx, share in (
        (0, 0, (1 - down) * (1 - right)),
        (0, 1, (1 - down) * right),
        (1, 0, down * (1 - right)),
        (1, 1, down * right),
    ):
        np.add.at(kernel, (row + dy, column + dx), share)
    return np.asarray(kernel / kernel.sum(), np.float32)
