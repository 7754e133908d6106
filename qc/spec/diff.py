"""What changed between two versions of a spec, field by field, in a buyer's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from qc.spec.models import Spec
from qc.spec.workbook.layout import SHEETS, Sheet
from qc.spec.workbook.layout import Field as Column
from qc.spec.workbook.writing import spec_rows, value_of

Value = str | int | float | bool

_UNCOMPARED = {"version"}
_UNIT = re.compile(r"(?P<label>.+) \((?P<unit>± %|per %|mm²|mm|°)\)")


class SpecChange(BaseModel):
    """One field that differs, or a row that is there in one version only."""

    model_config = ConfigDict(frozen=True)

    part: Literal["spec", "views", "dimensions", "defects", "colour", "moisture"]
    row: str = Field(description="Of a part with several: the dimension's, view's or type's name.")
    kind: Literal["changed", "added", "removed"]
    key: str = Field(description="The field: `upper_mm`; empty where the whole row is meant.")
    label: str = Field(description="The field in words, without its unit: `Upper limit`.")
    unit: str = Field(description="`mm`, `°` …; empty where there is none.")
    before: Value | None
    after: Value | None


def compare(before: Spec, after: Spec) -> tuple[SpecChange, ...]:
    """Return what differs, in the order of the workbook's sheets. Order of rows says nothing."""
    old, new = spec_rows(before, complete=True), spec_rows(after, complete=True)
    return tuple(
        change for sheet in SHEETS for change in _of_sheet(sheet, old[sheet.part], new[sheet.part])
    )


def _of_sheet(
    sheet: Sheet, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[SpecChange]:
    several = not sheet.is_form and sheet.max_rows > 1
    keys = sheet.keys or (sheet.fields[0].key,)

    def name(row: Mapping[str, Any]) -> str:
        return " ".join(str(row[key]) for key in keys if key in row) if several else ""

    old = {name(row): row for row in before}
    new = {name(row): row for row in after}
    for row in [*old, *(row for row in new if row not in old)]:
        if row not in new or row not in old:
            yield _whole(sheet, row, old.get(row), new.get(row))
            continue
        for field in sheet.fields:
            was, now = value_of(old[row], field), value_of(new[row], field)
            if was != now and field.key not in _UNCOMPARED:
                yield _change(sheet, row, field, was, now)


def _whole(
    sheet: Sheet, row: str, was: Mapping[str, Any] | None, now: Mapping[str, Any] | None
) -> SpecChange:
    return SpecChange(
        part=sheet.part or "spec",
        row=row,
        kind="added" if was is None else "removed",
        key="",
        label="",
        unit="",
        before=None if was is None else _summary(sheet, was),
        after=None if now is None else _summary(sheet, now),
    )


def _change(
    sheet: Sheet, row: str, field: Column, was: Value | None, now: Value | None
) -> SpecChange:
    named = _UNIT.fullmatch(field.header)
    return SpecChange(
        part=sheet.part or "spec",
        row=row,
        kind="changed",
        key=field.key,
        label=named["label"] if named else field.header,
        unit=named["unit"] if named else "",
        before=was,
        after=now,
    )


def _summary(sheet: Sheet, row: Mapping[str, Any]) -> str:
    """Say a row in one line: what is stated of it, beyond its name."""
    said = []
    for field in sheet.fields:
        if field.key in (sheet.keys or (sheet.fields[0].key,)):
            continue
        value = value_of(row, field)
        if value is not None and value is not False:
            said.append(f"{field.header}: {value:g}" if isinstance(value, float) else
                        f"{field.header}: {value}")  # fmt: skip
    return ", ".join(said)
