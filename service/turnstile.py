"""One at a time of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from uuid import UUID


class Turnstile:
    """Lets each visitor in once at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside: set[UUID] = set()

    @contextmanager
    def enter(self, visitor: UUID) -> Iterator[bool]:
        """Enter; False where this visitor is inside already."""
        with self._lock:
            first = visitor not in self._inside
            self._inside.add(visitor)
        try:
            yield first
        finally:
            if first:
                with self._lock:
                    self._inside.discard(visitor)
