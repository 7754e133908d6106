"""From a perfect render to a photo as a tablet takes it."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat

DESCRIPTION = "Rendered by Blender, not a real photo"
_QUALITY = 88
_EXIF_IFD = 0x8769


class Optics(BaseModel):
    """What lens, sensor and hand do to the image."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    blur_px: NonNegativeFloat = Field(default=0.55, description="Gaussian sigma of the lens.")
    shake_px: NonNegativeFloat = Field(default=0.0, description="Length of a motion blur.")
    shake_deg: float = 0.0
    exposure_ev: float = 0.0
    read_noise: NonNegativeFloat = Field(default=0.0012, description="Sigma, linear, of 1.")
    shot_noise: NonNegativeFloat = Field(default=0.006, description="Sigma at full exposure.")
    seed: int = 0


def read_linear(path: Path) -> NDArray[np.float32]:
    """Read a 16-bit sRGB PNG as linear light, RGB, 0…1."""
    stored = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))[..., ::-1]
    value = stored.astype(np.float32) / np.iinfo(stored.dtype).max
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def expose(linear: NDArray[np.float32], optics: Optics) -> NDArray[np.uint8]:
    """Blur, expose and add noise in linear light; return 8-bit sRGB."""
    image = np.asarray(linear, np.float32)
    if optics.blur_px:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), optics.blur_px), np.float32)
    if optics.shake_px:
        image = np.asarray(cv2.filter2D(image, -1, _shake_kernel(optics)), np.float32)
    image = image * np.float32(2**optics.exposure_ev)
    rng = np.random.default_rng(optics.seed)
    sigma = np.sqrt(optics.read_noise**2 + optics.shot_noise**2 * np.clip(image, 0, 1))
    image = image + sigma * rng.standard_normal(image.shape, np.float32)
    image = np.clip(image, 0, 1)
    srgb = np.where(image <= 0.0031308, 12.92 * image, 1.055 * image ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(srgb * 255), np.uint8)


def _shake_kernel(optics: Optics) -> NDArray[np.float32]:
    """A straight smear, symmetric so that it moves no edge."""
    size = 2 * int(np.ceil(optics.shake_px / 2)) + 3
    kernel = np.zeros((size, size), np.float32)
    angle = np.deg2rad(optics.shake_deg)
    reach = np.linspace(-optics.shake_px / 2, optics.shake_px / 2, 20 * size)
    x = np.rint(size // 2 + reach * np.cos(angle)).astype(int)
    y = np.rint(size // 2 + reach * np.sin(angle)).astype(int)
    np.add.at(kernel, (y, x), 1)
    return np.asarray(kernel / kernel.sum(), np.float32)


def encode_jpeg(pixels: NDArray[np.uint8], focal_35mm: int) -> bytes:
    """Encode as a tablet does (4:2:0), with EXIF that says it is a render."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = DESCRIPTION
    exif[ExifTags.Base.Make] = "Rendered"
    exif[ExifTags.Base.Model] = "Blender 4.5 pinhole"
    exif[ExifTags.Base.Orientation] = 1
    exif.get_ifd(_EXIF_IFD)[ExifTags.Base.FocalLengthIn35mmFilm] = focal_35mm
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(
        buffer, "JPEG", quality=_QUALITY, subsampling="4:2:0", optimize=True, exif=exif
    )
    return buffer.getvalue()
