"""Who does something, as the audit log names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """A person at a tablet, or the service itself.

    The names are kept beside the ids: the log tells who it was whatever is renamed later.
    """

    name: str
    person_id: UUID | None = None
    tablet: str | None = None
    tablet_id: UUID | None = None


SYSTEM: Final = Actor("system")
"""The service itself: specs stored at the start, sample photos."""

CONSOLE: Final = Actor("console")
"""Whoever runs `qc` on the server's own data folder."""
