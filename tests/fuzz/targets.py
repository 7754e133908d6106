"""The readers, each as a function of bytes, and the inputs from which fuzzing starts."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import labelled
import networks
from PIL import Image

from qc.datasets.coco import read_coco, write_coco
from qc.decision.gauge.reader import read_study
from qc.defects.release import read_release
from qc.geometry.mat import read_mat, standard_mat
from qc.geometry.station import read_station
from qc.photo import decode_photo
from qc.photo.header import MIN_SIDE_PX
from qc.samples import SHIPPED_SAMPLES
from qc.spec.examples import example_specs
from qc.spec.files import parse_file
from qc.spec.workbook import write_workbook
from qc.spec.workbook.essence import essence
from qc.spec.writer import to_yaml

CORPUS = Path(__file__).with_name("corpus")
"""Inputs that were found to break a reader, by target; each run starts from them as well."""

_EXIF_LENGTH = 2
_PARTS = (
    "xl/worksheets/sheet2.xml",
    "xl/worksheets/sheet5.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "[Content_Types].xml",
)
_TEXTS = (
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2" '
    b'uniqueCount="2"><si><t>Mangkuk</t></si><si><r><rPr><b/></rPr><t>spoon</t></r></si></sst>'
)
"""Shared strings as Excel writes them; our own workbooks hold their texts in the cells."""


@dataclass(frozen=True)
class Target:
    """A reader, and what it reads gladly."""

    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]


def _photos() -> list[bytes]:
    picture = Image.radial_gradient("L").resize((MIN_SIDE_PX, MIN_SIDE_PX)).convert("RGB")
    return [_encoded(picture, kind) for kind in ("JPEG", "PNG", "WEBP")]


def _encoded(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def _photo_with_exif(exif: bytes) -> object:
    """Put EXIF into a sound JPEG, as a camera does: a segment after its start."""
    jpeg = _photos()[0]
    payload = b"Exif\0\0" + exif[: 2**16 - 16]
    length = (len(payload) + _EXIF_LENGTH).to_bytes(_EXIF_LENGTH, "big")
    return decode_photo(jpeg[:2] + b"\xff\xe1" + length + payload + jpeg[2:])


def _exif() -> list[bytes]:
    exif = Image.Exif()
    exif[274], exif[272] = 6, "A tablet"
    exif.get_ifd(0x8769)[41989] = 26
    return [exif.tobytes().removeprefix(b"Exif\0\0")]


def _spec_workbook_part(data: bytes) -> object:
    """Put a part's XML into a sound workbook: fuzzed as a whole, its zip would hide it.

    The first byte says which part it is.
    """
    parts = _workbook_parts() | {_PARTS[data[0] % len(_PARTS)]: data[1:]} if data else {}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return parse_file(out.getvalue(), "spec.xlsx")


@cache
def _workbooks() -> list[bytes]:
    return [write_workbook(spec) for spec in example_specs()[:1]]


@cache
def _workbook_parts() -> dict[str, bytes]:
    """Return the parts of a sound workbook: short, and with shared strings as Excel's own."""
    short, _ = essence(_workbooks()[0])
    with zipfile.ZipFile(io.BytesIO(short)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    entry = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'" /></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", entry)
    return parts | {"xl/sharedStrings.xml": _TEXTS}


def _parts() -> list[bytes]:
    return [bytes([number]) + _workbook_parts()[name] for number, name in enumerate(_PARTS)]


def _coco() -> list[bytes]:
    folder = _folder() / "coco"
    shutil.rmtree(folder, ignore_errors=True)
    write_coco(labelled.awkward(_folder() / "labelled"), folder)
    return [next(folder.rglob("*.json")).read_bytes()]


def _release() -> list[bytes]:
    folder = _folder() / "release" / "0.0.1"
    shutil.rmtree(folder, ignore_errors=True)
    networks.write_release(folder, networks.colours(), networks.COLOURS)
    return [(folder / "release.json").read_bytes()]


def _study() -> list[bytes]:
    rows = [
        f"{part};{who};{trial};1,{part}{trial}" for part in "12" for who in "AB" for trial in "12"
    ]
    return ["\n".join(["part;operator;trial;value", *rows]).encode()]


def _stations() -> list[bytes]:
    return [path.read_bytes() for path in SHIPPED_SAMPLES.glob("station-*.json")]


def _mats() -> list[bytes]:
    return [standard_mat(paper).model_dump_json().encode() for paper in ("A4", "A3")]


def _in_file(read: Callable[[Path], object], name: str) -> Callable[[bytes], object]:
    def read_bytes(data: bytes) -> object:
        path = _folder() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return read(path)

    return read_bytes


@cache
def _folder() -> Path:
    return Path(mkdtemp(prefix="teliti-fuzz-"))


TARGETS = {
    "photo": Target(decode_photo, _photos),
    "photo's EXIF": Target(_photo_with_exif, _exif),
    "spec in YAML": Target(
        lambda data: parse_file(data, "spec.yaml"),
        lambda: [to_yaml(spec).encode() for spec in example_specs()],
    ),
    "spec in Excel": Target(lambda data: parse_file(data, "spec.xlsx"), _workbooks),
    "spec in Excel, its parts": Target(_spec_workbook_part, _parts),
    "COCO": Target(_in_file(read_coco, "coco/annotations.json"), _coco),
    "mat": Target(_in_file(read_mat, "mat.json"), _mats),
    "station": Target(_in_file(read_station, "station.json"), _stations),
    "release": Target(
        _in_file(lambda path: read_release(path.parent), "release/0.0.1/release.json"), _release
    ),
    "gauge study": Target(_in_file(read_study, "study.csv"), _study),
}


def _breaks(data: bytes) -> None:
    if data and not data.startswith(b"b"):
        raise RuntimeError


BROKEN = Target(_breaks, lambda: [b"bug"])
"""Breaks on purpose: that it is noticed is tested."""


def _sticks(data: bytes) -> None:
    while data and not data.startswith(b"b"):
        pass


STUCK = Target(_sticks, lambda: [b"bug"])
"""Never ends, on purpose."""


def find(name: str) -> Target:
    """Return a target by name."""
    return {**TARGETS, "broken": BROKEN, "stuck": STUCK}[name]
