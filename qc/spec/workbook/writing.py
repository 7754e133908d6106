"""From a spec to a workbook, and the empty workbook that a merchandiser fills in."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.worksheet import Worksheet

from qc.errors import SpecError
from qc.spec.models import Spec
from qc.spec.workbook.guide import write_instructions
from qc.spec.workbook.layout import GRAIN, NO, SHEETS, YES, Field, Sheet
from qc.spec.workbook.style import lay_out_form, lay_out_table, style_input, validate
from qc.spec.writer import stated

_TEMPLATE = {"version": 1, "example": False, "report_language": "en", "parts": 1}


def write_workbook(spec: Spec) -> bytes:
    """Return a spec as a workbook that reads back as the same spec.

    Excel holds 15 significant digits of a number, and no blanks around a text are kept.

    Raises:
        SpecError: a text holds a sign that no cell can hold.
    """
    data = spec_rows(spec)
    try:
        return _write({sheet.part: data[sheet.part] for sheet in SHEETS}, spec.reference)
    except IllegalCharacterError as error:
        raise SpecError(
            f"{spec.reference} holds a control character, which no Excel cell can hold",
            fix="Take it out of the text, as a new version.",
        ) from error


def template_workbook() -> bytes:
    """Return an empty workbook with instructions and lists to choose from."""
    return _write({sheet.part: [] if sheet.part else [_TEMPLATE] for sheet in SHEETS}, None)


def spec_rows(spec: Spec, *, complete: bool = False) -> dict[str, list[dict[str, Any]]]:
    """Return a spec as rows of the workbook's sheets, by part; the grain stands in dimensions.

    What the spec fills in by itself (limits by the default tolerance) is there if `complete`.
    """
    data = spec.model_dump(mode="json", exclude_none=True)
    moisture = data.pop("moisture", None)
    grain = {
        name: direction
        for direction in ("radial", "tangential")
        for name in (moisture or {}).pop(direction, ())
    }
    rows = data["dimensions"] if complete else [stated(one) for one in spec.dimensions]
    dimensions = [
        row | ({GRAIN: grain[row["name"]]} if row["name"] in grain else {}) for row in rows
    ]
    return {
        "": [data],
        "views": data["views"],
        "dimensions": dimensions,
        "defects": data["defects"],
        "colour": [data["colour"]] if "colour" in data else [],
        "moisture": [moisture] if moisture else [],
    }


def _write(rows: Mapping[str, list[dict[str, Any]]], title: str | None) -> bytes:
    book = Workbook()
    write_instructions(book.worksheets[0], title)
    for sheet in SHEETS:
        worksheet = book.create_sheet(sheet.title)
        if sheet.is_form:
            _write_form(worksheet, sheet, rows[sheet.part])
        else:
            _write_table(worksheet, sheet, rows[sheet.part])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _write_form(worksheet: Worksheet, sheet: Sheet, rows: list[dict[str, Any]]) -> None:
    lay_out_form(worksheet, sheet)
    for row, field in enumerate(sheet.fields, start=2):
        _put(worksheet, row, 2, field, value_of(rows[0], field) if rows else None)
        validate(worksheet, f"B{row}", field)


def _write_table(worksheet: Worksheet, sheet: Sheet, rows: list[dict[str, Any]]) -> None:
    lay_out_table(worksheet, sheet)
    last = sheet.max_rows + 1
    for column, field in enumerate(sheet.fields, start=1):
        for row in range(2, last + 1):
            values = rows[row - 2] if row - 2 < len(rows) else None
            _put(worksheet, row, column, field, value_of(values, field) if values else None)
        letter = get_column_letter(column)
        validate(worksheet, f"{letter}2:{letter}{last}", field)


def value_of(values: Mapping[str, Any], field: Field) -> Any:
    """Return a field's value in a row of `spec_rows`, None where it is not stated."""
    found: Any = values
    for step in field.path:
        if isinstance(found, list) and isinstance(step, int):
            found = found[step]
        elif isinstance(found, Mapping):
            found = found.get(str(step))
        else:
            return None
    return found


def _put(worksheet: Worksheet, row: int, column: int, field: Field, value: Any) -> None:
    cell = worksheet.cell(row, column)
    style_input(cell, field)
    if isinstance(value, bool):
        cell.value = YES[0] if value else NO[0]
    elif value is not None:
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # text that begins with = is no formula
