from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image, JpegImagePlugin

from training.synthesis.render.photo import Optics, encode_jpeg, expose, read_linear

PERFECT = Optics(blur_px=0, read_noise=0, shot_noise=0)


def test_perfect_optics_keep_every_value(tmp_path: Path) -> None:
    ramp = np.arange(256, dtype=np.uint16) * 257
    image = np.stack([ramp, ramp[::-1], ramp], axis=1)[None]
    cv2.imwrite(str(tmp_path / "ramp.png"), image[..., ::-1])
    pixels = expose(read_linear(tmp_path / "ramp.png"), PERFECT)
    np.testing.assert_array_equal(pixels, image // 257)


@pytest.mark.parametrize("angle_deg", [0, 35, 90, 200])
def test_blur_and_shake_move_nothing(angle_deg: float) -> None:
    dot = np.zeros((81, 81, 3), np.float32)
    dot[40, 40] = 1
    optics = PERFECT.model_copy(
        update={"blur_px": 1.5, "shake_px": 20.0, "shake_deg": angle_deg, "exposure_ev": 5.0}
    )
    smeared = expose(dot, optics)[..., 0].astype(float)
    assert smeared.max() > 20
    y, x = np.indices(smeared.shape)
    centre = [(x * smeared).sum() / smeared.sum(), (y * smeared).sum() / smeared.sum()]
    np.testing.assert_allclose(centre, [40, 40], atol=0.1)


def test_a_stop_doubles_the_light() -> None:
    grey = np.full((4, 4, 3), 0.1, np.float32)
    brighter = expose(grey, PERFECT.model_copy(update={"exposure_ev": 1.0}))
    np.testing.assert_array_equal(brighter, expose(2 * grey, PERFECT))


def test_noise_is_repeatable_and_as_strong_as_stated() -> None:
    grey = np.full((200, 200, 3), 0.5, np.float32)
    optics = Optics(blur_px=0, read_noise=0.003, shot_noise=0.004, seed=5)
    pixels = expose(grey, optics)
    np.testing.assert_array_equal(pixels, expose(grey, optics))
    slope = 1.055 / 2.4 * 0.5 ** (1 / 2.4 - 1) * 255  # of the sRGB curve at 0.5
    expected = np.hypot(slope * np.hypot(0.003, 0.004 * np.sqrt(0.5)), np.sqrt(1 / 12))
    assert pixels.std() == pytest.approx(expected, rel=0.1)


def test_the_jpeg_says_that_it_is_rendered() -> None:
    image = Image.open(io.BytesIO(encode_jpeg(np.zeros((32, 48, 3), np.uint8), 31)))
    assert isinstance(image, JpegImagePlugin.JpegImageFile)
    exif = image.getexif()
    assert "not a real photo" in exif[ExifTags.Base.ImageDescription]
    assert exif[ExifTags.Base.Make] == "Rendered"
    focal = exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.FocalLengthIn35mmFilm]
    assert focal == 31
    assert JpegImagePlugin.get_sampling(image) == 2  # 4:2:0
