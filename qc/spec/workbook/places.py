"""Where everything of a spec stands in the workbook, and what is wrong there."""

from __future__ import annotations

import re
from typing import Final

from qc.errors import Fault
from qc.spec.wording import Complaint, Path
from qc.spec.workbook.layout import SHEETS

_FIX: Final = "Correct the cell and read the workbook again."
_FIXES: Final = {
    "missing": "Fill in the cell.",
    "union_tag_not_found": "Choose one from the cell's list.",
    "too_short": "Fill in a row.",
    "extra_forbidden": "Empty this cell, or choose another feature.",
}
_HEADERS: Final = {(s.part, *f.path): f.header for s in SHEETS for f in s.fields}
_PARTS: Final = {s.part: s.title for s in SHEETS if s.part}


class Places:
    """Cells by the path of what they hold; faults by cell."""

    def __init__(self) -> None:
        self._cells: dict[Path, str] = {(): "Spec!A1"}
        self._faults: list[Fault] = []
        self._unread: set[Path] = set()

    def put(self, path: Path, cell: str) -> None:
        """Remember where something stands: `Dimensions!G7`."""
        self._cells[path] = cell

    def cell(self, path: Path) -> str:
        """Return where something stands or, where it is missing, where it would be looked for."""
        if path not in self._cells:
            below = (cell for known, cell in self._cells.items() if known[: len(path)] == path)
            return next(below, None) or self.cell(path[:-1])
        return self._cells[path]

    def fault(self, location: str, message: str, fix: str) -> None:
        """Note what is wrong with the workbook itself."""
        self._faults.append(Fault(location, message, fix))

    def unread(self, path: Path) -> None:
        """Say that something stands there which could not be read: it is not missing."""
        self._unread.add(path)

    def complain(self, complaint: Complaint) -> None:
        """Note what is wrong with the spec, unless it follows from what could not be read."""
        path = complaint.path
        for unread in self._unread:
            follows = unread[: len(path)] == path and complaint.sequel
            if path[: len(unread)] == unread or follows:
                return
        fix = _FIXES.get(complaint.kind, _FIX)
        group = [known for known in self._cells if known[: len(path)] == path != known]
        if complaint.kind == "missing" and path not in self._cells and group:
            for member in group:  # English and Indonesian name, say: each is a cell of its own
                missing = Complaint(member, "missing", f"`{member[-1]}` is missing")
                self.fault(self._cells[member], _with_headers(missing), fix)
        else:
            self.fault(self.cell(path), _with_headers(complaint), fix)

    @property
    def faults(self) -> list[Fault]:
        """Each fault once, by sheet, row and column."""
        order = {sheet.title: i for i, sheet in enumerate(SHEETS)}

        def place(fault: Fault) -> tuple[int, int, int, str]:
            title, _, cell = fault.location.partition("!")
            found = re.match(r"([A-Z]+)([0-9]+)", cell)
            row, column = (int(found[2]), found[1]) if found else (0, "")
            return order.get(title, len(order)), row, len(column), column

        return sorted(dict.fromkeys(self._faults), key=place)


def _with_headers(complaint: Complaint) -> str:
    """Say headers where the complaint says keys."""
    path = complaint.path
    if len(path) == 1 and path[0] in _PARTS:
        return complaint.message.replace(f"`{path[0]}`", f"“{_PARTS[str(path[0])]}”")
    part = path[0] if path and path[0] in _PARTS else ""
    own = path[1:] if part else path
    if len(own) > 1 and isinstance(own[0], int):
        own = own[1:]
    if complaint.kind == "extra_forbidden":
        return f"“{_HEADERS.get((part, *own), own[-1])}” does not belong to this row's feature"
    message = complaint.message
    if header := _HEADERS.get((part, *own)):
        key = next(step for step in reversed(own) if isinstance(step, str))
        message = message.replace(f"`{key}`", f"“{header}”")
    return re.sub(
        r"`?\b([a-z]+(?:_[a-z0-9]+)+)\b`?",
        lambda word: f"“{_HEADERS[part, word[1]]}”" if (part, word[1]) in _HEADERS else word[0],
        message,
    )
