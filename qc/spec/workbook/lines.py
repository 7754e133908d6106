"""Which cell holds which field: by headers and labels, in whatever order they stand."""

from __future__ import annotations

import difflib

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from qc.spec.workbook.layout import Field, Sheet
from qc.spec.workbook.places import Places

Line = list[tuple[Field, Cell | MergedCell]]
"""The cells of one row of a table, or those of a whole form."""


def lines_of(sheet: Sheet, worksheet: Worksheet, places: Places) -> list[Line]:
    """Return the lines of a sheet; unknown and double headers are noted as faults."""
    return (_form if sheet.is_form else _table)(sheet, worksheet, places)


def _form(sheet: Sheet, worksheet: Worksheet, places: Places) -> list[Line]:
    """Labels stand in the first column, values in the second."""
    wanted, line = _by_header(sheet), []
    for row in range(1, worksheet.max_row + 1):
        label, value = worksheet.cell(row, 1), worksheet.cell(row, 2)
        said = _plain(label.value)
        if field := wanted.pop(said, None):
            line.append((field, value))
        elif value.value is not None and row > 1:
            _strange(f"{sheet.title}!A{row}", str(label.value or ""), said, sheet, places)
    return [line] if line else []


def _table(sheet: Sheet, worksheet: Worksheet, places: Places) -> list[Line]:
    """Headers stand in the first row."""
    wanted, columns = _by_header(sheet), {}
    for column in range(1, worksheet.max_column + 1):
        header = worksheet.cell(1, column).value
        said = _plain(header)
        if field := wanted.pop(said, None):
            columns[column] = field
        elif any(
            worksheet.cell(row, column).value is not None
            for row in range(1 if said else 2, worksheet.max_row + 1)
        ):
            place = f"{sheet.title}!{get_column_letter(column)}1"
            _strange(place, str(header or ""), said, sheet, places)
    for field in wanted.values():
        if field.required:
            places.fault(
                f"{sheet.title}!A1",
                f"there is no column “{field.header}”",
                "Write this header, or copy the sheet from a template.",
            )
    if any(field.required for field in wanted.values()):
        places.unread((sheet.part,))
    return [
        [(field, worksheet.cell(row, column)) for column, field in columns.items()]
        for row in range(2, worksheet.max_row + 1)
    ]


def _strange(place: str, header: str, said: str, sheet: Sheet, places: Places) -> None:
    known = _by_header(sheet)
    if said in known:
        places.fault(place, f"“{header}” stands twice", "Delete one of them.")
        return
    near = difflib.get_close_matches(said, known, n=1)
    hint = f" Did you mean “{known[near[0]].header}”?" if near else ""
    name = f"“{header}” is not known" if said else "there is no header here, but something is below"
    places.fault(place, name, f"Write a header of the template, or delete what stands there.{hint}")


def _by_header(sheet: Sheet) -> dict[str, Field]:
    return {_plain(field.header): field for field in sheet.fields}


def _plain(value: object) -> str:
    """Return a header as it is compared: without stars, case and surplus blanks."""
    return " ".join(str(value or "").replace("\xa0", " ").split()).casefold()
