"""Reading a gauge study: a CSV of values, or of inspections' records by path."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from qc.decision.gauge.study import Reading, Study
from qc.errors import GaugeError, first_problem
from qc.records import Inspection, Measurement

MAX_BYTES = 8 * 2**20

_KEYS = ("part", "operator", "trial")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?")


@dataclass(frozen=True, slots=True)
class StudyFile:
    """What a file holds; `tolerance` is that of the inspections' limits, None for plain values."""

    study: Study
    tolerance: float | None


def read_study(path: Path, measurement: str | None = None, piece: int = 1) -> StudyFile:
    """Read a study.

    The first line names the columns: `part`, `operator`, `trial` and either `value` (a number) or
    `inspection` (path of a record that `qc inspect --json` printed, relative to the file).
    Columns may be separated by commas, semicolons or tabs; with the latter two a decimal comma is
    understood, as spreadsheets write it where people use it.

    Args:
        path: the CSV.
        measurement: which measurement of the inspections to study.
        piece: which piece of an item that has several.

    Raises:
        GaugeError: the file cannot be read or is no balanced study; names the row.
    """
    columns, rows = _table(path)
    if "value" in columns:
        return StudyFile(Study.of([_plain(row, line) for line, row in rows]), None)
    return _from_inspections(path, list(rows), measurement, piece)


def _table(path: Path) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    text = _text(path)
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    lines = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        columns = [name.strip().lower() for name in next(lines, [])]
    except csv.Error as error:
        raise _not_csv(1, error) from error
    missing = [key for key in _KEYS if key not in columns]
    if not missing and not {"value", "inspection"} & set(columns):
        missing = ["value"]
    if missing:
        raise GaugeError(
            f"column {missing[0]!r} is missing",
            row=1,
            fix="The first line names the columns: part,operator,trial,value "
            "(or inspection instead of value).",
        )
    return columns, _rows(lines, columns, delimiter)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise GaugeError(
                f"{path.name} is larger than {MAX_BYTES // 2**20} MiB", fix="Split the study."
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise GaugeError(f"cannot read {path}: {error.strerror}", fix="Check the path.") from error
    except UnicodeDecodeError as error:
        raise GaugeError(
            f"{path.name} is not text in UTF-8", fix="Save it as CSV in UTF-8."
        ) from error


def _rows(
    lines: Iterator[list[str]], columns: list[str], delimiter: str
) -> Iterator[tuple[int, dict[str, str]]]:
    row = 1
    try:
        for row, cells in enumerate(lines, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                hint = " or write numbers with a point" if delimiter == "," else ""
                raise GaugeError(
                    f"{len(cells)} columns where the first row has {len(columns)}",
                    row=row,
                    fix=f"Fill every column, put text that holds {delimiter!r} in quotes{hint}.",
                )
            named = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
            empty = next((key for key in _KEYS if not named[key]), None)
            if empty:
                raise GaugeError(f"{empty} is empty", row=row, fix=f"Say which {empty} it was.")
            if delimiter != "," and "value" in named:
                named["value"] = named["value"].replace(",", ".")
            yield row, named
    except csv.Error as error:
        raise _not_csv(row + 1, error) from error


def _not_csv(row: int, error: csv.Error) -> GaugeError:
    return GaugeError(f"this is not CSV ({error})", row=row, fix="Save the table as CSV again.")


def _plain(named: dict[str, str], row: int) -> Reading:
    said = named["value"]
    if not _NUMBER.fullmatch(said):
        raise GaugeError(
            f"the value {said!r} is not a number" if said else "the value is empty",
            row=row,
            fix="Write the number alone, without its unit; measure again what is missing.",
        )
    return Reading(named["part"], named["operator"], named["trial"], float(said), row)


def _from_inspections(
    path: Path, rows: list[tuple[int, dict[str, str]]], name: str | None, piece: int
) -> StudyFile:
    readings: list[Reading] = []
    limits: dict[tuple[float, float], int] = {}
    photos: dict[str, int] = {}
    for row, named in rows:
        record = _inspection(path.parent / named["inspection"], row)
        found = _measurement(record, name, piece, row)
        for photo in record.photos:
            if photo.view == found.view and photos.setdefault(photo.sha256, row) != row:
                raise GaugeError(
                    f"the photo is the one of row {photos[photo.sha256]}",
                    row=row,
                    fix="Take a new photo for every trial, and lay the part down again.",
                )
        first = limits.setdefault((found.lower_mm, found.upper_mm), row)
        if len(limits) > 1:
            raise GaugeError(
                f"the limits {found.lower_mm:g}–{found.upper_mm:g} mm differ from those of row "
                f"{min(limits.values())}",
                row=first,
                fix="Inspect all parts of a study with one version of the spec.",
            )
        readings.append(
            Reading(named["part"], named["operator"], named["trial"], found.value_mm, row)
        )
    study = Study.of(readings)
    lower, upper = next(iter(limits))
    return StudyFile(study, upper - lower)


def _inspection(path: Path, row: int) -> Inspection:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise GaugeError(f"{path} is too large for a record", row=row, fix="Check the path.")
        return Inspection.model_validate_json(path.read_bytes())
    except OSError as error:
        raise GaugeError(
            f"cannot read {path}: {error.strerror}", row=row, fix="Check the path in this row."
        ) from error
    except ValidationError as error:
        raise GaugeError(
            f"{path} is not an inspection ({first_problem(error)})",
            row=row,
            fix="Write it with `qc inspect … --json`.",
        ) from error


def _measurement(record: Inspection, name: str | None, piece: int, row: int) -> Measurement:
    of_piece = [m for m in record.measurements if m.part == piece]
    names = [m.name for m in of_piece]
    if not names:
        raise GaugeError(
            f"the inspection has no measurements of piece {piece} (verdict {record.verdict.value})",
            row=row,
            fix="Take the photo again until it can be judged.",
        )
    if name is None and len(names) > 1:
        raise GaugeError(
            f"the inspection has {len(names)} measurements",
            row=row,
            fix=f"Choose one with --measurement: {', '.join(names)}.",
        )
    found = next((m for m in of_piece if name in (None, m.name)), None)
    if found is None:
        raise GaugeError(
            f"the inspection has no measurement {name!r}",
            row=row,
            fix=f"Use one of: {', '.join(names)}.",
        )
    return found
