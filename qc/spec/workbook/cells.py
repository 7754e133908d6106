"""One cell: what may stand in it, and what is said of anything else."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from openpyxl.cell.cell import Cell, MergedCell

from qc.spec.workbook.layout import NO, YES, Field, Kind

Value = str | int | float | bool


class CellFault(NamedTuple):
    """Why a cell cannot be read, and what to do."""

    message: str
    fix: str


def read_cell(cell: Cell | MergedCell, field: Field) -> Value | CellFault | None:
    """Return what a cell holds, None where it is empty, or why it cannot be read."""
    value: object = cell.value
    if isinstance(value, str):
        value = value.replace("\xa0", " ").strip()
    if isinstance(cell, MergedCell) or value is None or value == "":
        return None
    if cell.data_type == "f":
        return CellFault(
            f"“{field.header}” holds a formula, whose result is not sure here",
            "Copy the cell and paste it as a value.",
        )
    if cell.data_type == "e":
        return CellFault(f"“{field.header}” holds Excel's error {value}", "Write the value.")
    if isinstance(value, datetime | date | time | timedelta):
        return CellFault(
            f"“{field.header}” holds a date or a time",
            "Excel made it one: set the cell's format to "
            + ("Text" if field.kind is Kind.TEXT else "Number")
            + " and write the value again.",
        )
    if field.kind is Kind.YES_NO:
        return _yes_or_no(value, field)
    if field.kind is Kind.TEXT:
        return _text(value, field)
    return _number(value, field)


def _yes_or_no(value: object, field: Field) -> Value | CellFault:
    said = str(value).casefold()
    if said in YES:
        return True
    if said in NO:
        return False
    return CellFault(f"“{field.header}” must be yes or no, not “{_short(value)}”", "Choose one.")


def _text(value: object, field: Field) -> Value | CellFault:
    if isinstance(value, bool):
        return CellFault(f"“{field.header}” must be text, not {str(value).upper()}", "Write text.")
    if isinstance(value, float):
        value = f"{value:g}" if value == float(f"{value:g}") else repr(value)
    text = str(value)
    for choice in field.choices:
        if text.casefold() == choice.casefold():
            return choice
    if field.choices:
        return CellFault(
            f"“{field.header}” must be {', '.join(field.choices)}, not “{_short(text)}”",
            "Choose one from the cell's list.",
        )
    return text


def _number(value: object, field: Field) -> Value | CellFault:
    if isinstance(value, bool):
        return CellFault(f"“{field.header}” must be a number", f"Write a {field.kind}.")
    if isinstance(value, int | float):
        # Excel knows only one kind of number.
        if field.kind is Kind.WHOLE and float(value).is_integer():
            return int(value)
        return value
    text = str(value)
    message = f"“{field.header}” holds the text “{_short(text)}”, not a number"
    if found := re.fullmatch(r"([-+]?\d+)([.,]\d+)?", text):
        plain = text.replace(",", ".").lstrip("+")
        if found[2] and found[2].startswith(","):
            return CellFault(
                f"{message}; the comma may be decimal or of thousands",
                f"If {plain} is meant, set the cell's format to Number and write it with the "
                "decimal sign of your Excel.",
            )
        return CellFault(message, f"Set the cell's format to Number and write {plain} again.")
    if found := re.search(r"[-+]?\d+([.,]\d+)?", text):
        plain = found[0].replace(",", ".")
        return CellFault(
            message, f"Write the number alone, such as {plain}: the unit stands in the header."
        )
    return CellFault(message, "Write a number, or leave the cell empty where there is none.")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 30 else f"{text[:30]}…"
