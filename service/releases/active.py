"""The detector that inspects, loaded; a promotion or rollback is picked up by the next inspection.

Every process that serves asks the database for the newest event before it inspects, which costs a
look at one index; it loads weights only where something changed. So a promotion on the command
line, on another node or through the API takes effect everywhere without a restart.
"""

from __future__ import annotations

from threading import Lock
from typing import Self

import structlog

from qc.defects.detector import Detector
from qc.errors import TelitiError
from service.database import Database
from service.releases import service
from service.settings import Settings

_log = structlog.get_logger(__name__)


class ActiveDetector:
    """Holds the detector of the newest event."""

    def __init__(
        self, database: Database, settings: Settings, detector: Detector | None, sequence: int
    ) -> None:
        self._database = database
        self._settings = settings
        self._detector = detector
        self._sequence = sequence
        self._lock = Lock()

    @classmethod
    def open(cls, database: Database, settings: Settings) -> Self:
        """Load what is active at the start.

        Raises:
            ReleaseError: it is incomplete or altered; nothing is inspected with such weights.
        """
        with database.reading() as session:
            sequence = service.last_event(session)
            detector = service.load_active(session, settings)
        if detector is None:
            _log.warning("no detector release is active; defects are not inspected")
        return cls(database, settings, detector, sequence)

    def current(self) -> Detector | None:
        """Return the detector that inspects now.

        Where a new one cannot be loaded the old one goes on: it was good enough a moment ago, and
        every inspection says which release it used.
        """
        with self._database.reading() as session:
            sequence = service.last_event(session)
            if sequence == self._sequence:
                return self._detector
            with self._lock:
                if sequence != self._sequence:
                    self._reload(sequence)
            return self._detector

    def _reload(self, sequence: int) -> None:
        before = self._detector.reference if self._detector else None
        try:
            with self._database.reading() as session:
                sequence = service.last_event(session)
                self._detector = service.load_active(session, self._settings)
        except TelitiError as error:
            _log.error("the promoted release cannot be loaded", problem=str(error), kept=before)
        else:
            after = self._detector.reference if self._detector else None
            if after != before:
                _log.info("another release inspects now", before=before, after=after)
        self._sequence = sequence
