"""The measurement sheet of a report, as printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from qc.spec.models import ReportLanguage
from service.reports import wording
from service.reports.content import (
    Cell,
    Column,
    ReportContent,
)

_MARKS: Final = {"pass": "", "fail": "×", "check": "?"}


def sheet(content: ReportContent) -> dict[str, Any]:
    """Return the sheet as it is printed."""
    language = content.language
    columns, rows = content.sheet.columns, content.sheet.rows
    several = any(row.part is not None for row in rows)
    notes = []
    if any(column.default_tolerance for column in columns):
        notes.append(wording.say(language, "default-tolerance"))
    if any(cell and cell.calliper for row in rows for cell in row.cells):
        notes.append(wording.say(language, "calliper"))
    notes += _swelling(language, columns)
    return {
        "columns": [
            {
                "name": wording.dimension(language, column.name, column.label)
                + ("*" if column.default_tolerance else ""),
                "limits": _limits(language, column),
            }
            for column in columns
        ],
        "rows": [
            {
                "unit": str(row.unit) + (f".{row.part}" if several and row.part else ""),
                "cells": [
                    _cell(language, cell, column)
                    for cell, column in zip(row.cells, columns, strict=True)
                ],
            }
            for row in rows
        ],
        "notes": notes,
    }


def _swelling(language: ReportLanguage, columns: Iterable[Column]) -> list[str]:
    """Say what a change of moisture would do, a note for each change that specs reckon with."""
    by_change: defaultdict[float, list[str]] = defaultdict(list)
    for column in columns:
        if column.swelling is not None:
            name = wording.dimension(language, column.name, column.label)
            change = wording.number(language, column.swelling.change_mm, 2)
            by_change[column.swelling.moisture_percent].append(f"{name} ± {change} mm")
    return [
        wording.say(
            language,
            "swelling",
            percent=wording.number(language, percent),
            sizes=", ".join(sizes),
        )
        for percent, sizes in by_change.items()
    ]


def _limits(language: ReportLanguage, column: Column) -> str:
    ends = [
        wording.number(language, end) for end in (column.lower, column.upper) if end is not None
    ]
    unit = {"mm": " mm", "°": "°", "ΔE00": "", "": ""}[column.unit]
    if column.unit == "ΔE00":
        return f"ΔE00 ≤ {ends[-1]}"
    if column.unit == "" or ends[0] == ends[-1]:
        return f"{ends[-1]}{unit}"
    if column.lower == 0:
        return f"≤ {ends[-1]}{unit}"
    return f"{ends[0]} – {ends[-1]}{unit}"


def _cell(language: ReportLanguage, cell: Cell | None, column: Column) -> dict[str, str]:
    if cell is None:
        return {"text": "–", "mark": "", "decision": "none"}
    if cell.u95 is None:
        text = wording.number(language, cell.value)
    else:
        decimals = 1 if column.unit == "ΔE00" else 2
        value, u95 = (wording.number(language, v, decimals) for v in (cell.value, cell.u95))
        text = f"{value} ± {u95}"
    mark = _MARKS[cell.decision.value]
    return {
        "text": text + (" c" if cell.calliper else ""),
        "mark": mark,
        "decision": cell.decision.value,
    }
