"""Small photos of a made-up product line: wood-like grain, each item a little different."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from qc.photo import Photo, decode_photo

ENCODER = Path(__file__).parents[1] / "models" / "encoder" / "0.2.0"
WIDTH_PX, HEIGHT_PX = 256, 192
WOOD = np.array([176, 132, 88])


def pixels(seed: int, *, spot_at: tuple[int, int] | None = None) -> np.ndarray:
    """Return `(192, 256, 3)` of a good item; `spot_at` (x, y) paints a blue ring of 22 px there."""
    rng = np.random.default_rng(seed)
    grain = ndimage.gaussian_filter(rng.normal(size=(HEIGHT_PX, WIDTH_PX)), (1.2, 14))
    picture = WOOD * (1 + 0.9 * grain[..., None] / grain.std() * 0.08)
    picture = picture + rng.normal(0, 2, picture.shape)
    if spot_at:
        y, x = np.mgrid[:HEIGHT_PX, :WIDTH_PX]
        distance = np.hypot(x - spot_at[0], y - spot_at[1])
        picture[(distance < 11) & (distance > 4)] = (40, 60, 150)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def photo(seed: int, *, spot_at: tuple[int, int] | None = None) -> Photo:
    """Return `pixels` as a photo."""
    return decode_photo(_png(pixels(seed, spot_at=spot_at)))


def write(folder: Path, seed: int, *, spot_at: tuple[int, int] | None = None) -> Path:
    """Write `pixels` as a PNG named by the seed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{seed}.png"
    path.write_bytes(_png(pixels(seed, spot_at=spot_at)))
    return path


def _png(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
