"""What a person seals with a reading; the page makes the same lines (`outbox/seal.ts`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.captures.service import milliseconds
from service.readings.schemas import (
    BarcodeEntry,
    CalliperEntry,
    Entry,
    MoistureEntry,
    PiecesEntry,
)

_HEADING = "teliti-reading-1"


@dataclass(frozen=True)
class ReadingStatement:
    """That somebody read this of an item at a time."""

    client_id: UUID
    inspection_client_id: UUID
    """The tablet's own id of the inspection: it is known before the server has answered."""
    measured_at: datetime
    entry: Entry

    def text(self) -> str:
        """Return one line for each part; a part that was not given is an empty line."""
        entry = self.entry
        size = entry if isinstance(entry, CalliperEntry) else None
        parts = (
            self.client_id,
            self.inspection_client_id,
            milliseconds(self.measured_at),
            entry.kind,
            size.name if size else "",
            size.part if size else "",
            _value(entry),
        )
        return "\n".join((_HEADING, *map(str, parts)))


def _value(entry: Entry) -> int | str:
    match entry:
        case CalliperEntry():
            return round(entry.value_mm * 1000)
        case MoistureEntry():
            return round(entry.percent * 1000)
        case PiecesEntry():
            return entry.count
        case BarcodeEntry():
            return entry.text or ""
