"""What people give the program by mistake: a clear sentence, the right status, nothing written."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from program import BOWL_SPEC, Program
from scene import Scene, render

from qc.inspection import inspect
from qc.photo import Photo
from qc.spec.examples import find_spec

RETAKE = 3
EX_USAGE = 64
EX_DATA = 65
EX_SOFTWARE = 70
EX_IOERR = 74


def encode(image: Image.Image, fmt: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def bomb() -> bytes:
    """Return the header of a PNG that would take 1.2 GB once decoded."""
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr))
    return b"\x89PNG\r\n\x1a\n" + chunk


SMALL = Image.linear_gradient("L").convert("RGB")

UNREADABLE = {
    "empty file": (b"", "the file is empty", "Copy the file again"),
    "text renamed .jpg": (b"bowls: 12\nspoons: 40\n" * 9, "not a photo", "Save the photo as JPEG"),
    "truncated JPEG": (encode(SMALL, "JPEG")[:-99], "damaged or incomplete", "Copy the file again"),
    "one pixel": (encode(Image.new("RGB", (1, 1)), "JPEG"), "1×1 px", "full camera resolution"),
    "bomb": (bomb(), "20000×20000 px", "Choose a lower camera resolution"),
    "CMYK": (encode(SMALL.convert("CMYK"), "JPEG"), "CMYK", "Save it as an sRGB JPEG"),
}


@pytest.mark.parametrize(("data", "says", "fix"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable_photos(qc: Program, tmp_path: Path, data: bytes, says: str, fix: str) -> None:
    photo = tmp_path / "item.jpg"
    photo.write_bytes(data)
    overlay = tmp_path / "overlay.png"

    run = qc("inspect", photo, "--spec", BOWL_SPEC, "--json", "--overlay", overlay)

    assert run.status == EX_DATA
    assert says in run.err
    assert fix in run.err
    assert str(photo) in run.err
    assert run.err.count("\n") == 1  # one sentence and its fix, no traceback
    assert run.out == ""
    assert not overlay.exists()


def test_missing_photo(qc: Program, tmp_path: Path) -> None:
    run = qc("inspect", tmp_path / "none.jpg", "--spec", BOWL_SPEC)
    assert run.status == EX_DATA
    assert "none.jpg: No such file or directory. Check the path." in run.err


def test_more_photos_than_views(qc: Program, bowl_path: Path) -> None:
    run = qc("inspect", bowl_path, bowl_path, "--spec", BOWL_SPEC)
    assert run.status == EX_DATA
    assert "2 photos given, but spec mitsubishi-bowl-150@2 has 1 views" in run.err
    assert "Give one photo for each of: top." in run.err


STATIONS = {
    "missing": (None, "cannot read station file"),
    "typo in a key": ('{"id": "s", "print_scale_z": 1.0}', "print_scale_z"),
    "typo in a value": ('{"id": "s", "print_scale_x": "1,002"}', "print_scale_x"),
    "scale in mm": ('{"id": "s", "print_scale_y": 100.2}', "print_scale_y"),
    "not JSON": ("id: s", "Invalid JSON"),
}


@pytest.mark.parametrize(("text", "says"), STATIONS.values(), ids=STATIONS.keys())
def test_bad_station_files(
    qc: Program, bowl_path: Path, tmp_path: Path, text: str | None, says: str
) -> None:
    station, overlay = tmp_path / "station-s.json", tmp_path / "overlay.png"
    if text is not None:
        station.write_text(text, encoding="utf-8")
    run = qc("inspect", bowl_path, "--spec", BOWL_SPEC, "--station", station, "--overlay", overlay)
    assert run.status == EX_DATA
    assert str(station) in run.err
    assert says in run.err
    assert run.err.count("\n") == 1
    assert not overlay.exists()


@pytest.mark.parametrize("command", ["inspect", "detect"])
def test_missing_release(qc: Program, bowl_path: Path, tmp_path: Path, command: str) -> None:
    spec = ("--spec", BOWL_SPEC) if command == "inspect" else ()
    run = qc(command, bowl_path, *spec, "--release", tmp_path / "9.9.9")
    assert run.status == EX_DATA
    assert "9.9.9/release.json: No such file or directory" in run.err
    assert "trusted copy" in run.err


def test_place_that_cannot_be_written(qc: Program, bowl_path: Path, tmp_path: Path) -> None:
    """Python's own status for an exception is 1, which would say that the item fails."""
    overlay = tmp_path / "none" / "overlay.png"
    run = qc("inspect", bowl_path, "--spec", BOWL_SPEC, "--overlay", overlay, "--json")
    assert run.status == EX_IOERR
    assert f"{overlay}: No such file or directory" in run.err
    assert run.out == ""


def test_a_fault_of_the_program_is_no_verdict(
    qc: Program, bowl_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **_options: object) -> None:
        raise ZeroDivisionError("a fault in the pipeline")

    monkeypatch.setattr("qc.cli.inspect.inspect", broken)
    run = qc("inspect", bowl_path, "--spec", BOWL_SPEC)
    assert run.status == EX_SOFTWARE
    assert "ZeroDivisionError: a fault in the pipeline" in run.err  # with its traceback
    assert run.out == ""


@pytest.mark.slow
def test_status_and_streams_of_a_real_process(tmp_path: Path) -> None:
    photo = tmp_path / "item.jpg"
    photo.write_bytes(bomb())
    program = [sys.executable, "-c", "from qc.cli import main; main()"]
    run = subprocess.run(
        [*program, "inspect", str(photo), "--spec", BOWL_SPEC],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == EX_DATA
    assert run.stdout == ""
    assert "Choose a lower camera resolution." in run.stderr


def test_unknown_spec(qc: Program, bowl_path: Path) -> None:
    run = qc("inspect", bowl_path, "--spec", "mitsubishi-bowl-15")
    assert run.status == EX_DATA
    assert "mitsubishi-bowl-150" in run.err  # the examples are named


def spec_with_typo(folder: Path) -> Path:
    examples = resources.files("qc.spec") / "examples"
    text = (examples / f"{BOWL_SPEC}.yaml").read_text(encoding="utf-8")
    assert "nominal_mm:" in text
    path = folder / "bowl.yaml"
    path.write_text(text.replace("nominal_mm:", "nominl_mm:", 1), encoding="utf-8")
    return path


def test_spec_with_a_typo(qc: Program, bowl_path: Path, tmp_path: Path) -> None:
    path = spec_with_typo(tmp_path)
    line = path.read_text(encoding="utf-8").splitlines().index("    nominl_mm: 150") + 1
    run = qc("inspect", bowl_path, "--spec", path)
    assert run.status == EX_DATA
    assert f"bowl.yaml:{line}: `nominl_mm` is not known; did you mean `nominal_mm`?" in run.err


def test_check_names_every_bad_spec(qc: Program, tmp_path: Path) -> None:
    run = qc("spec", "check", spec_with_typo(tmp_path), tmp_path / "none.yaml")
    assert run.status == EX_DATA
    assert "did you mean `nominal_mm`?" in run.out
    assert "none.yaml" in run.out


def test_wrong_option(qc: Program, bowl_path: Path) -> None:
    run = qc("inspect", bowl_path, "--sepc", BOWL_SPEC)
    assert run.status == EX_USAGE
    assert "--sepc" in run.err


def as_file(photo: Photo, path: Path, fmt: str = "JPEG", **options: object) -> Path:
    path.write_bytes(encode(Image.fromarray(photo.pixels), fmt, **options))
    return path


def table(width: int = 1664, height: int = 1248) -> Image.Image:
    """Return a sharp grey photo of a tiled table without a mat."""
    shades = np.random.default_rng(3).integers(60, 200, (-(-height // 60), -(-width // 60)))
    tiles = Image.fromarray(np.kron(shades, np.ones((60, 60))).astype(np.uint8))
    return tiles.crop((0, 0, width, height)).convert("RGB")


def coloured(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    return Image.merge(
        "RGB", (red, green.point(lambda v: v * 3 // 4), blue.point(lambda v: v // 2))
    )


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (coloured(table()), "mat-missing"),
        (table(), "photo-grey"),
        (coloured(table(800, 600)), "photo-small"),
        (Image.new("RGB", (1664, 1248), "black"), "photo-dark"),
        (Image.new("RGB", (1664, 1248), "white"), "photo-bright"),
    ],
    ids=["mat-missing", "grey", "small", "dark", "bright"],
)
def test_photos_that_cannot_be_judged(
    qc: Program, tmp_path: Path, image: Image.Image, code: str
) -> None:
    path = tmp_path / "item.jpg"
    path.write_bytes(encode(image, "JPEG", quality=90))
    run = qc("inspect", path, "--spec", BOWL_SPEC, "--json")
    assert run.status == RETAKE
    record = run.json()
    assert record["verdict"] == "retake"
    assert code in [reason["code"] for reason in record["reasons"]]
    assert record["measurements"] == []


def test_two_items_on_the_mat(qc: Program, tmp_path: Path) -> None:
    two = render(Scene(disc_mm=60, item_height_mm=20, item_at_mm=(0, -50), copies_at_mm=((0, 50),)))
    run = qc("inspect", as_file(two, tmp_path / "two.jpg", quality=92), "--spec", BOWL_SPEC)
    assert run.status == RETAKE
    assert "2 pieces on the mat, 1 expected" in run.out


def test_the_wrong_mat(qc: Program, bowl_path: Path) -> None:
    run = qc("inspect", bowl_path, "--spec", "asung-tray-280", "--json")
    assert run.status == RETAKE
    assert [reason["code"] for reason in run.json()["reasons"]] == ["mat-wrong"]


@pytest.fixture(scope="module")
def value_mm(bowl: Photo) -> float:
    """What the program measures in the plain photo; other encodings must agree."""
    (measured,) = inspect({"top": bowl}, find_spec(BOWL_SPEC)).measurements
    return measured.value_mm


def test_a_turned_photo_measures_the_same(
    qc: Program, bowl: Photo, tmp_path: Path, value_mm: float
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # stored turned to the left: the viewer turns it to the right
    stored = Image.fromarray(bowl.pixels).transpose(Image.Transpose.ROTATE_90)
    path = tmp_path / "turned.jpg"
    path.write_bytes(encode(stored, "JPEG", quality=95, exif=exif))

    record = qc("inspect", path, "--spec", BOWL_SPEC, "--json").json()

    assert (record["photos"][0]["width_px"], record["photos"][0]["height_px"]) == (1664, 1248)
    assert record["measurements"][0]["value_mm"] == pytest.approx(value_mm, abs=0.05)


def png_16_bit(photo: Photo) -> bytes:
    """Return a 16-bit colour PNG, which Pillow cannot write."""
    rows = b"".join(
        b"\0" + (row.astype(">u2") * 257).astype(">u2").tobytes() for row in photo.pixels
    )
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", photo.width_px, photo.height_px, 16, 2, 0, 0, 0)
    bodies = (ihdr, b"IDAT" + zlib.compress(rows, 1), b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        for body in bodies
    )


def test_a_16_bit_png_measures_the_same(
    qc: Program, bowl: Photo, tmp_path: Path, value_mm: float
) -> None:
    path = tmp_path / "bowl.png"
    path.write_bytes(png_16_bit(bowl))
    record = qc("inspect", path, "--spec", BOWL_SPEC, "--json").json()
    assert record["measurements"][0]["value_mm"] == pytest.approx(value_mm, abs=1e-6)
