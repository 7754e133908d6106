"""From what a report says to its pages: PDF/A-2a by Typst, with fonts of our own installation.

Nothing is read from the system and nothing fetched, so the same content gives the same file.
PDF/A allows no missing glyph: Typst refuses a text that the font cannot show.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Final

import segno
import typst
from PIL import Image

from qc.photo import decode_photo
from service.errors import UploadError
from service.reports.content import (
    ReportContent,
)
from service.reports.page import page_data

FONT_PACKAGES: Final = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
"""Noto Sans CJK JP holds Latin, Japanese and Korean in one design (SIL OFL 1.1)."""

_TEMPLATE: Final = "report.typ"
_LONGEST_PX: Final = 900
_QUALITY: Final = 85

ReadPhoto = Callable[[str], bytes]


class ReportTextError(UploadError):
    """A text holds a character that the report's font cannot show."""

    code = "report-text"


def typeset(content: ReportContent, address: str, read_photo: ReadPhoto) -> bytes:
    """Return the report as a PDF/A file.

    Args:
        content: what it says.
        address: of the service, for the QR code.
        read_photo: gives the bytes of a stored photo by its SHA-256.

    Raises:
        ReportTextError: the font lacks a character, of the product's name for example.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        names = _write_pictures(content, read_photo, folder)
        (folder / "qr.svg").write_bytes(_qr(content, address))
        data = json.dumps(page_data(content, names), ensure_ascii=False)
        (folder / "data.json").write_text(data, encoding="utf-8")
        main = folder / _TEMPLATE
        main.write_bytes(files("service.reports").joinpath(_TEMPLATE).read_bytes())
        try:
            pdf: bytes = typst.compile(
                str(main),
                root=str(folder),
                font_paths=[str(files(package)) for package in FONT_PACKAGES],
                ignore_system_fonts=True,
                pdf_standards=["a-2a"],
            )
        except typst.TypstError as error:
            missing = re.search(r"the text `\"(.*?)\"` could not be displayed", str(error))
            if missing is None:
                raise
            raise ReportTextError(
                f"the report's font has no sign for {missing[1]!r}",
                fix="Leave it out of the order, the reasons, the names or the statements.",
            ) from error
    return pdf


def _qr(content: ReportContent, address: str) -> bytes:
    out = io.BytesIO()
    link = f"{address.rstrip('/')}/#/verify/{content.sha256}"
    segno.make(link, micro=False, error="m").save(out, kind="svg", border=0, scale=4)
    return out.getvalue()


def _write_pictures(
    content: ReportContent, read_photo: ReadPhoto, folder: Path
) -> dict[tuple[str, tuple[int, int, int, int]], str]:
    """Cut the pictures out of their photos; return the name of each file."""
    names: dict[tuple[str, tuple[int, int, int, int]], str] = {}
    for case in content.cases:
        for picture in case.pictures:
            key = (picture.photo_sha256, picture.box_px)
            if key in names:
                continue
            left, top, right, bottom = picture.box_px
            photo = decode_photo(read_photo(picture.photo_sha256))
            image = Image.fromarray(photo.pixels[top:bottom, left:right])
            image.thumbnail((_LONGEST_PX, _LONGEST_PX), Image.Resampling.LANCZOS)
            names[key] = f"photo-{len(names)}.jpg"
            image.save(folder / names[key], "JPEG", quality=_QUALITY)
    return names
