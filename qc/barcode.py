"""Barcodes and QR codes in a photo, read by ZXing."""

from __future__ import annotations

from typing import Final, NamedTuple

import zxingcpp

from qc.photo import Photo, to_grey

LONGEST: Final = 200
"""Characters of a code that are kept; labels of goods have some 20, with serial number some 60."""

_MOST: Final = 8


class Code(NamedTuple):
    """One code as it was read."""

    text: str
    """GS1 data as people read it, `(01)…`; what cannot be printed stands as U+FFFD."""
    symbology: str


def read_codes(photo: Photo) -> tuple[Code, ...]:
    """Return the codes of any common symbology that a photo shows, each text once, eight at most.

    Whatever a label says is foreign text: unprintable characters are replaced and the length is
    bounded, so that it can be stored and shown.
    """
    found = {
        code.text: code
        for barcode in zxingcpp.read_barcodes(to_grey(photo.pixels))
        if (code := Code(_printable(barcode.text), barcode.format.name)).text
    }
    return tuple(found.values())[:_MOST]


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text[:LONGEST])
