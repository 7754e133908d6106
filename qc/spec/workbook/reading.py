"""From a workbook to a spec, with every fault named by sheet and cell.

First the cells are read, then the spec is built from them. What cannot be read is complained of
once: it does not count as missing too.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from qc.errors import SpecError
from qc.spec.models import Spec
from qc.spec.wording import Path, complaints
from qc.spec.workbook.cells import CellFault, Value, read_cell
from qc.spec.workbook.hidden import Concealed
from qc.spec.workbook.layout import GRAIN, INSTRUCTIONS, MOISTURE, SHEETS, Sheet
from qc.spec.workbook.lines import Line, lines_of
from qc.spec.workbook.opening import open_workbook
from qc.spec.workbook.places import Places

Row = dict[str, Any]
"""Values of one line, nested as in the spec."""


def read_workbook(data: bytes, name: str) -> Spec:
    """Read a spec from a workbook's bytes; `name` locates its errors.

    Raises:
        SpecError: the workbook holds no valid spec, with all its faults.
    """
    book, places = open_workbook(data, name), Places()
    rows = {
        sheet.part: _read_sheet(sheet, worksheet, places)
        for sheet, worksheet in _sheets(book, places)
    }
    spec = None
    try:
        spec = Spec.model_validate_json(json.dumps(_document(rows, places)), strict=True)
    except ValidationError as error:
        for complaint in complaints(error):
            places.complain(complaint)
    if spec is None or places.faults:
        raise SpecError.of(name, places.faults)
    return spec


def _sheets(book: Workbook, places: Places) -> Iterator[tuple[Sheet, Worksheet]]:
    """Give the sheets of a spec; those that are missing or strange are faults."""
    others = {sheet.title.strip().casefold(): sheet for sheet in book.worksheets}
    others.pop(INSTRUCTIONS.casefold(), None)
    found = {sheet.title: others.pop(sheet.title.casefold(), None) for sheet in SHEETS}
    for sheet in SHEETS:
        if worksheet := found[sheet.title]:
            yield sheet, worksheet
            continue
        near = difflib.get_close_matches(sheet.title.casefold(), others, n=1)
        places.fault(
            sheet.title,
            f"there is no sheet “{sheet.title}”",
            f"Rename “{others[near[0]].title}”." if near else "Copy it from a template, empty.",
        )
        for field in sheet.fields if sheet.is_form else ():
            places.unread((*_base(sheet), *field.path))
        if not sheet.is_form:
            places.unread(_base(sheet))
    for worksheet in others.values():
        if worksheet.calculate_dimension() != "A1:A1" or worksheet["A1"].value is not None:
            places.fault(
                worksheet.title,
                f"the sheet “{worksheet.title}” is none of a spec's, and would be ignored",
                f"Delete it, or name it as one of: {', '.join(s.title for s in SHEETS)}.",
            )


def _base(sheet: Sheet) -> Path:
    return (sheet.part,) if sheet.part else ()


def _read_sheet(sheet: Sheet, worksheet: Worksheet, places: Places) -> list[Row]:
    """Return the filled lines of a sheet."""
    concealed = Concealed(worksheet)
    places.put(_base(sheet), f"{sheet.title}!A1")
    if worksheet.sheet_state != "visible":
        places.fault(sheet.title, "the sheet is hidden", "Unhide it, so that all see what counts.")
    for area in concealed.merged:
        places.fault(
            f"{sheet.title}!{area}",
            "cells are merged, so it is not sure what the value belongs to",
            "Unmerge them, and write the value into each row that it is for.",
        )
    rows: list[Row] = []
    for line in lines_of(sheet, worksheet, places):
        if any(cell.value is not None or concealed.merges(cell) for _, cell in line):
            one = sheet.is_form or sheet.max_rows == 1
            base = _base(sheet) if one else (*_base(sheet), len(rows))
            places.put(base, f"{sheet.title}!A{line[0][1].row}")
            if row := _read_line(line, base, concealed, sheet, places):
                rows.append(row)
    if 0 < sheet.max_rows < len(rows):
        places.fault(
            f"{sheet.title}!A1",
            f"{len(rows)} rows are filled, and a spec has {sheet.max_rows} at most",
            "Delete the others.",
        )
        places.unread(_base(sheet))
    return rows


def _read_line(
    line: Line, base: Path, concealed: Concealed, sheet: Sheet, places: Places
) -> Row | None:
    """Return the values of a line, None where there is nothing but blanks."""
    row: Row = {}
    filled = False
    for field, cell in line:
        path, place = (*base, *field.path), f"{sheet.title}!{cell.coordinate}"
        places.put(path, place)
        if concealed.merges(cell):
            places.unread(path)
            filled = True
            continue
        value = read_cell(cell, field)
        if value is None:
            continue
        filled = True
        if concealed.hides(cell):
            places.fault(
                place,
                f"“{field.header}” is filled in a hidden row or column",
                "Unhide it, so that all see what counts, or delete what stands there.",
            )
        if isinstance(value, CellFault):
            places.fault(place, *value)
            places.unread(path)
        else:
            _put(row, field.path, value)
    return row if filled else None


def _put(row: Row, path: Path, value: Value) -> None:
    """Put a value where its path leads; a list grows as far as needed."""
    inner: Any = row
    for step, following in pairwise(path):
        inner = inner.setdefault(step, [] if isinstance(following, int) else {})
    last = path[-1]
    if isinstance(last, int):
        inner.extend([None] * (last + 1 - len(inner)))
    inner[last] = value


def _document(rows: dict[str, list[Row]], places: Places) -> Row:
    """Return the spec's plain data."""
    document: Row = {}
    for sheet in SHEETS:
        found = rows.get(sheet.part, [])
        if not sheet.part:
            document |= found[0] if found else {}
        elif sheet.is_form or sheet.max_rows == 1:
            document |= {sheet.part: found[0]} if found else {}
        else:
            document[sheet.part] = found
    across: dict[str, list[tuple[str, str]]] = {}
    for i, row in enumerate(document.get("dimensions", [])):
        if direction := row.pop(GRAIN, None):
            place = places.cell(("dimensions", i, GRAIN))
            across.setdefault(direction, []).append((row.get("name", ""), place))
    for direction, named in across.items():
        document.setdefault(MOISTURE.part, {})[direction] = sorted(name for name, _ in named)
        for i, (_, place) in enumerate(sorted(named)):
            places.put((MOISTURE.part, direction, i), place)
    return document
