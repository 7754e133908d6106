"""What of a workbook is read at all: cells that are filled, merged areas, hidden rows and columns.

openpyxl makes a cell of every place inside a merged area, a link or a comment's range, and counts
rows and columns as far as a file says. A few bytes can so ask for any amount of memory or time.
Therefore its sheets are written anew before it sees them, with nothing else in them and nothing
beyond the limits of a spec.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final
from xml.etree import ElementTree

from defusedxml.ElementTree import iterparse
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.xml.constants import SHEET_MAIN_NS

from qc.errors import Fault
from qc.spec.workbook.layout import INSTRUCTIONS

MAX_FILLED_ROWS: Final = 200
"""Of any sheet."""
MAX_LAST_ROW: Final = 2000
MAX_COLUMNS: Final = 64
MAX_MERGED_CELLS: Final = 5000
"""Of any sheet, all merged areas together."""

_NS: Final = f"{{{SHEET_MAIN_NS}}}"


def essence(data: bytes) -> tuple[bytes, list[Fault]]:
    """Return the workbook with bare sheets, and what is larger than any spec.

    The workbook is not to be read where there are faults. Errors of every kind are raised where
    the file is damaged.
    """
    titles = _titles(data)
    sheets = [PurePosixPath(part) for part in titles]
    left_out = {f"{part.parent}/_rels/{part.name}.rels" for part in sheets}
    faults: list[Fault] = []
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as whole,
        zipfile.ZipFile(target, "w") as bare,
    ):
        for name in dict.fromkeys(whole.namelist()):
            if title := titles.get(name):
                sheet = _Sheet(title)
                if title.casefold() != INSTRUCTIONS.casefold():  # nobody reads that one
                    sheet.read(BytesIO(whole.read(name)))
                faults += sheet.faults()
                bare.writestr(name, ElementTree.tostring(sheet.bare))
            elif name not in left_out:
                bare.writestr(name, whole.read(name))
    return target.getvalue(), faults


def _titles(data: bytes) -> dict[str, str]:
    """Return each sheet's title by the part that holds it."""
    reader = ExcelReader(BytesIO(data), keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    titles = {rel.target: sheet.name for sheet, rel in reader.parser.find_sheets()}
    reader.archive.close()
    return titles


@dataclass
class _Sheet:
    """One sheet while it is copied."""

    title: str
    filled: set[int] = field(default_factory=set)
    """Rows below the headers that hold anything."""
    last_column: int = 0
    merged_cells: int = 0
    position: tuple[int, int] = (0, 0)
    """Row and column of the cell before, for files that number neither."""

    def __post_init__(self) -> None:
        self.bare = ElementTree.Element(f"{_NS}worksheet")
        self._columns = ElementTree.Element(f"{_NS}cols")
        self._rows = ElementTree.SubElement(self.bare, f"{_NS}sheetData")
        self._merged = ElementTree.Element(f"{_NS}mergeCells")

    def read(self, xml: BytesIO) -> None:
        """Copy what counts."""
        path: list[ElementTree.Element] = []
        for event, element in iterparse(xml, ("start", "end")):
            if event == "start":
                path.append(element)
                continue
            path.pop()
            match element.tag.removeprefix(_NS):
                case "row":
                    self._read_row(element)
                case "col":
                    self._read_column(element)
                case "mergeCell":
                    self._read_merged(element)
                case _:
                    continue
            path[-1].clear()  # or a long file would stand in memory as a whole
        if len(self._columns):
            self.bare.insert(0, self._columns)
        if len(self._merged):
            self.bare.append(self._merged)

    def faults(self) -> Iterator[Fault]:
        """Tell what is larger than in any spec."""
        last, rows = max(self.filled, default=0), len(self.filled)
        if rows > MAX_FILLED_ROWS or last > MAX_LAST_ROW:
            yield Fault(
                f"{self.title}!A{last}",
                f"{rows:,} rows are filled, down to row {last:,}; "
                f"a sheet of a spec has at most {MAX_FILLED_ROWS}",
                "Delete the rows that do not belong to this spec. One workbook holds one spec.",
            )
        if self.last_column > MAX_COLUMNS:
            yield Fault(
                f"{self.title}!{get_column_letter(self.last_column)}1",
                f"cells are filled in {self.last_column:,} columns; "
                f"a sheet of a spec has at most {MAX_COLUMNS}",
                "Delete the columns that do not belong to this spec.",
            )
        if self.merged_cells > MAX_MERGED_CELLS:
            yield Fault(
                self.title,
                f"{self.merged_cells:,} cells are merged",
                "Choose the whole sheet, unmerge it, and write each value into its own cell.",
            )

    def _read_row(self, row: ElementTree.Element) -> None:
        number = int(row.get("r") or self.position[0] + 1)
        self.position = (number, 0)
        kept = ElementTree.Element(f"{_NS}row", {"r": str(number), **_some(row, "hidden", "ht")})
        for cell in row.iter(f"{_NS}c"):
            place = cell.get("r")
            at = coordinate_to_tuple(place) if place else (number, self.position[1] + 1)
            self.position = at
            if not _is_filled(cell):
                continue
            if at[0] > 1:
                self.filled.add(at[0])
            self.last_column = max(self.last_column, at[1])
            if at[0] <= MAX_LAST_ROW and at[1] <= MAX_COLUMNS:
                kept.append(_bare_cell(cell, at))
        if len(kept) and len(self.filled) <= MAX_FILLED_ROWS:
            self._rows.append(kept)

    def _read_column(self, column: ElementTree.Element) -> None:
        first, last = int(column.get("min") or 0), int(column.get("max") or 0)
        if 1 <= first <= MAX_COLUMNS and len(self._columns) < MAX_COLUMNS:
            span = {"min": str(first), "max": str(min(last, MAX_COLUMNS))}
            ElementTree.SubElement(
                self._columns, f"{_NS}col", span | _some(column, "hidden", "width")
            )

    def _read_merged(self, merged: ElementTree.Element) -> None:
        left, top, right, bottom = range_boundaries(merged.get("ref") or "")
        left, top = left or 1, top or 1
        right, bottom = right or MAX_COLUMNS, bottom or MAX_LAST_ROW
        self.merged_cells += (right - left + 1) * (bottom - top + 1)
        if self.merged_cells <= MAX_MERGED_CELLS:
            area = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
            ElementTree.SubElement(self._merged, f"{_NS}mergeCell", {"ref": area})


def _is_filled(cell: ElementTree.Element) -> bool:
    return (
        bool(cell.findtext(f"{_NS}v"))
        or cell.find(f"{_NS}is") is not None
        or cell.find(f"{_NS}f") is not None
    )


def _bare_cell(cell: ElementTree.Element, at: tuple[int, int]) -> ElementTree.Element:
    """Copy a cell; of a formula, only that it is one."""
    place = f"{get_column_letter(at[1])}{at[0]}"
    bare = ElementTree.Element(f"{_NS}c", {"r": place, **_some(cell, "s", "t")})
    if cell.find(f"{_NS}f") is not None:
        ElementTree.SubElement(bare, f"{_NS}f").text = "0"
    else:
        bare.extend(child for child in cell if child.tag in (f"{_NS}v", f"{_NS}is"))
    return bare


def _some(element: ElementTree.Element, *names: str) -> dict[str, str]:
    return {name: element.attrib[name] for name in names if name in element.attrib}
