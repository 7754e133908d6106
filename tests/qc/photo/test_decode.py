"""Every kind of file that people and browsers send, against Pillow's own reading as the oracle."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from qc.errors import PhotoError, PhotoTooLargeError
from qc.photo import decode_photo
from qc.photo.header import MAX_BYTES

EXIF_ORIENTATION = 0x0112
EXIF_MODEL = 0x0110
EXIF_IFD = 0x8769
EXIF_FOCAL_35MM = 0xA405


def scene(width: int = 96, height: int = 72) -> Image.Image:
    """Return a picture without symmetry and with smooth colours, so that JPEG keeps it well."""
    y, x = np.mgrid[0:height, 0:width]
    red = 255 * x / width
    green = 255 * y / height
    blue = 127 + 120 * np.sin(x / 9.0 + y / 17.0)
    return Image.fromarray(np.stack([red, green, blue], axis=-1).astype(np.uint8))


def encode(image: Image.Image, fmt: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr))
    return b"\x89PNG\r\n\x1a\n" + chunk


def jpeg_of_claimed_size(width: int, height: int) -> bytes:
    """Return a small JPEG whose header claims another size."""
    data = bytearray(encode(scene(), "JPEG"))
    start_of_frame = data.index(b"\xff\xc0")
    data[start_of_frame + 5 : start_of_frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of_claimed_canvas(width: int, height: int) -> bytes:
    data = bytearray(encode(scene(), "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"))
    assert data[12:16] == b"VP8X"
    data[24:27] = (width - 1).to_bytes(3, "little")
    data[27:30] = (height - 1).to_bytes(3, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("fmt", "options", "tolerance"),
    [
        ("JPEG", {"quality": 95}, 1),
        ("JPEG", {"quality": 95, "progressive": True}, 1),
        ("PNG", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 90}, 0),
    ],
)
def test_pixels_are_those_that_pillow_reads(
    fmt: str, options: dict[str, object], tolerance: int
) -> None:
    data = encode(scene(), fmt, **options)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)

    photo = decode_photo(data)

    assert photo.pixels.dtype == np.uint8
    assert (photo.width_px, photo.height_px) == (96, 72)
    # libjpeg-turbo's versions differ by one grey level
    assert np.abs(photo.pixels.astype(int) - expected).max() <= tolerance
    assert photo.sha256 == hashlib.sha256(data).hexdigest()


def test_pixels_cannot_be_written() -> None:
    photo = decode_photo(encode(scene(), "PNG"))
    with pytest.raises(ValueError, match="read-only"):
        photo.pixels[0, 0] = 0


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_out_upright(fmt: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    options = {"quality": 95} if fmt == "JPEG" else {"lossless": True}
    data = encode(scene(), fmt, exif=exif, **options)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")

    photo = decode_photo(data)

    assert photo.pixels.shape == (upright.height, upright.width, 3)
    assert (photo.width_px, photo.height_px) == upright.size
    assert np.abs(photo.pixels.astype(int) - np.asarray(upright).astype(int)).max() <= 1
    assert photo.pixels.flags.c_contiguous


def test_camera_is_read_from_exif() -> None:
    exif = Image.Exif()
    exif[EXIF_MODEL] = "Tablet X\0"
    exif.get_ifd(EXIF_IFD)[EXIF_FOCAL_35MM] = 27
    photo = decode_photo(encode(scene(), "JPEG", exif=exif))
    assert photo.camera_model == "Tablet X"
    assert photo.focal_35mm == 27.0


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40,
        b"Exif\0\0garbage",
    ],
)
def test_broken_exif_costs_no_photo(exif: bytes) -> None:
    photo = decode_photo(encode(scene(), "JPEG", exif=exif))
    assert (photo.focal_35mm, photo.camera_model) == (None, None)
    assert photo.pixels.shape == (72, 96, 3)


def test_16_bit_grey_png_keeps_its_tones() -> None:
    grey = np.linspace(0, 65535, 96 * 72).reshape(72, 96).astype(np.uint16)
    photo = decode_photo(encode(Image.fromarray(grey), "PNG"))
    expected = np.rint(grey / 257.0)
    assert np.abs(photo.pixels[..., 0] - expected).max() <= 1
    assert (photo.pixels == photo.pixels[..., :1]).all()


def test_16_bit_colour_png_keeps_its_tones() -> None:
    height, width = 64, 80
    wide = np.random.default_rng(0).integers(0, 65536, (height, width, 3), dtype=np.uint16)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide)
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    idat = b"IDAT" + zlib.compress(rows)
    chunks = [
        struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        for body in (ihdr, idat, b"IEND")
    ]
    photo = decode_photo(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    assert np.abs(photo.pixels - wide / 257.0).max() <= 1


@pytest.mark.parametrize(
    ("image", "fmt"),
    [
        (scene().convert("L"), "JPEG"),
        (scene().convert("L"), "PNG"),
        (scene().convert("LA"), "PNG"),
        (scene().convert("P"), "PNG"),
        (scene().convert("1"), "PNG"),
        (scene().convert("RGBA"), "PNG"),
    ],
    ids=["grey-jpeg", "grey", "grey-alpha", "palette", "one-bit", "alpha"],
)
def test_other_pixel_kinds_become_rgb(image: Image.Image, fmt: str) -> None:
    data = encode(image, fmt)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert np.abs(decode_photo(data).pixels.astype(int) - expected).max() <= 1


def test_transparent_palette_becomes_rgb() -> None:
    data = encode(scene().convert("P"), "PNG", transparency=bytes(range(256)))
    assert decode_photo(data).pixels.shape == (72, 96, 3)


BAD_FILES = {
    "empty": (b"", "empty"),
    "text": (b"This is a shopping list.\n" * 20, "not a photo"),
    "truncated JPEG": (encode(scene(), "JPEG")[:-200], "JPEG file is damaged"),
    "JPEG cut in its header": (encode(scene(), "JPEG")[:100], "JPEG file is damaged"),
    "truncated PNG": (encode(scene(), "PNG")[:-200], "PNG file is damaged"),
    "truncated WebP": (encode(scene(), "WEBP")[:-100], "WebP file is damaged"),
    "one pixel": (encode(Image.new("RGB", (1, 1)), "JPEG"), "only 1×1 px"),
    "no pixel": (png_header(0, 0), "only 0×0 px"),
    "CMYK": (encode(scene().convert("CMYK"), "JPEG"), "sRGB"),
    "GIF": (encode(scene(), "GIF"), "GIF"),
    "TIFF": (encode(scene(), "TIFF"), "TIFF"),
    "BMP": (encode(scene(), "BMP"), "BMP"),
    "PDF": (b"%PDF-1.7\n" + b"0" * 100, "PDF"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "Most Compatible"),
    "video": (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"\0" * 100, "video"),
    "animated PNG": (
        encode(scene(), "PNG", save_all=True, append_images=[ImageOps.mirror(scene())]),
        "animation",
    ),
    "animated WebP": (
        encode(scene(), "WEBP", save_all=True, append_images=[ImageOps.mirror(scene())]),
        "animation",
    ),
}


@pytest.mark.parametrize(("data", "says"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_bad_files_are_refused_in_clear_words(data: bytes, says: str) -> None:
    with pytest.raises(PhotoError) as caught:
        decode_photo(data)
    assert says in str(caught.value)
    assert caught.value.fix


BOMBS = {
    "PNG": png_header(20_000, 20_000),
    "JPEG": jpeg_of_claimed_size(20_000, 20_000),
    "WebP": webp_of_claimed_canvas(16_000, 16_000),
    "long side": png_header(16_001, 64),
    "too many bytes": b"\xff\xd8\xff" + bytes(MAX_BYTES),
}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS.keys())
def test_bombs_are_refused_before_any_decoder_sees_them(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object, **__: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("qc.photo.decode._decode_jpeg", explode)
    monkeypatch.setattr("qc.photo.decode._decode_by_pillow", explode)
    with pytest.raises(PhotoTooLargeError) as caught:
        decode_photo(data)
    assert caught.value.fix


def test_a_second_header_cannot_smuggle_a_larger_picture_in() -> None:
    honest = encode(scene(), "PNG")
    second = png_header(20_000, 20_000)[8:]
    with pytest.raises(PhotoError):
        decode_photo(honest[:33] + second + honest[33:])


def with_odd_scan_header(data: bytes) -> bytes:
    """Spoil Se of a sequential JPEG, as some phones do."""
    assert data.count(b"\x11\x00\x3f\x00") == 1
    return data.replace(b"\x11\x00\x3f\x00", b"\x11\x00\x00\x00")


def test_odd_scan_headers_of_phones_are_read() -> None:
    sound = encode(scene(), "JPEG", quality=95)
    odd = decode_photo(with_odd_scan_header(sound))
    np.testing.assert_array_equal(odd.pixels, decode_photo(sound).pixels)


def test_odd_scan_headers_do_not_hide_a_truncated_file() -> None:
    with pytest.raises(PhotoError, match="incomplete"):
        decode_photo(with_odd_scan_header(encode(scene(), "JPEG"))[:-200])


def test_a_jpeg_of_endless_passes_is_refused() -> None:
    data = encode(scene(), "JPEG", progressive=True)
    last_scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(PhotoTooLargeError, match="passes"):
        decode_photo(data[:-2] + 100 * last_scan + b"\xff\xd9")


EXIF_TURNED = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
SOUND_FILES = [
    encode(scene(), "JPEG", exif=EXIF_TURNED),
    with_odd_scan_header(encode(scene(), "JPEG")),
    encode(scene(), "JPEG", progressive=True),
    encode(scene(), "PNG"),
    encode(scene().convert("P"), "PNG"),
    encode(scene(), "WEBP"),
    encode(scene(), "WEBP", lossless=True, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"),
]


@st.composite
def mutated_files(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SOUND_FILES)))
    # headers decide most, so half of all changes fall into the first 200 bytes
    anywhere = st.integers(0, len(data) - 1) | st.integers(0, min(200, len(data) - 1))
    for position in draw(st.lists(anywhere, max_size=6)):
        data[position] = draw(st.integers(0, 255))
    cut = draw(st.none() | st.integers(0, len(data)))
    return bytes(data[:cut]) + draw(st.binary(max_size=8))


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(mutated_files() | st.binary(max_size=200))
def test_no_bytes_raise_anything_but_photo_errors(data: bytes) -> None:
    try:
        photo = decode_photo(data)
    except PhotoError:
        return  # any other exception fails the test
    assert photo.pixels.shape == (photo.height_px, photo.width_px, 3)
    assert photo.pixels.dtype == np.uint8
