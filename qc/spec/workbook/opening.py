"""From bytes to a workbook, with limits before anything is parsed.

An .xlsx is a zip of XML: a small file may unpack to any size. The zip's own list says how large
each part is, and Python unpacks no more of a part than is stated there. defusedxml, which openpyxl
uses where it is installed, refuses entities.
"""

from __future__ import annotations

import warnings
import zipfile
from io import BytesIO
from threading import Lock
from typing import Final

from openpyxl import Workbook, load_workbook

from qc.errors import SpecError
from qc.spec.workbook.essence import essence

MAX_UNPACKED_BYTES: Final = 8 * 1024 * 1024
MAX_PARTS: Final = 200

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Begins an .xls, and an .xlsx with a password."""

_CONTENT_TYPES = "[Content_Types].xml"
_SAVE_AS = "Save it in Excel as an Excel workbook (.xlsx), or begin with `qc spec template`."

_one_at_a_time = Lock()
"""openpyxl warns through a global filter, and one workbook in memory is enough."""


def is_workbook(data: bytes, name: str) -> bool:
    """Tell whether a file is meant as a workbook, by its first bytes or else its name."""
    return data.startswith((b"PK\x03\x04", _OLE)) or name.lower().endswith((".xlsx", ".xls"))


def open_workbook(data: bytes, name: str) -> Workbook:
    """Open a workbook, formulas as formulas.

    Raises:
        SpecError: it is no workbook, or larger than a spec can be.
    """
    _check_zip(data, name)
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            bare, faults = essence(data)
            book = None if faults else load_workbook(BytesIO(bare), keep_links=False)
        except Exception as error:  # openpyxl's own on hostile files are of every kind
            raise SpecError(
                "the file is damaged, or no Excel workbook", location=name, fix=_SAVE_AS
            ) from error
    if book is None:
        raise SpecError.of(name, faults)
    return book


def _check_zip(data: bytes, name: str) -> None:
    if data.startswith(_OLE):
        raise SpecError(
            "the workbook has a password, or is of the old kind (.xls)",
            location=name,
            fix="Take the password off in Excel, and save it as an Excel workbook (.xlsx).",
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise SpecError("the file is no Excel workbook", location=name, fix=_SAVE_AS) from error
    if _CONTENT_TYPES not in {part.filename for part in parts}:
        raise SpecError("the file is no Excel workbook", location=name, fix=_SAVE_AS)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise SpecError(
            f"the workbook unpacks to more than {MAX_UNPACKED_BYTES // 1024**2} MiB "
            f"or {MAX_PARTS} parts",
            location=name,
            fix="A spec is short: remove pictures, other sheets, and rows that are not needed.",
        )
