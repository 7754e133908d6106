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

    def require_person(self) -> UUID:
        """Return the id of the person, where only people come in.

        Raises:
            ValueError: it is the service itself.
        """
        if self.person_id is None:
            raise ValueError(f"{self.name} is no person")
        return self.person_id


SYSTEM: Final = Actor("system")
"""The service itself: specs stored at the start, sample photos."""

CONSOLE: Final = Actor("console")
"""Whoever runs `qc` on the server's own data folder."""
