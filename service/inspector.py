"""The one door to the CPU-bound work: a bounded number of inspections at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from threading import BoundedSemaphore, Lock
from typing import Protocol

from qc.defects.detector import Detector
from qc.defects.normality import Normality
from qc.geometry.station import Station
from qc.judge import Judge
from qc.photo import Photo
from qc.records import Inspection
from qc.spec.models import Spec
from service.errors import BusyError
from service.settings import InspectionSettings


class Inspect(Protocol):
    """The pipeline: `qc.inspection.inspect`."""

    def __call__(
        self,
        photos: Mapping[str, Photo],
        spec: Spec,
        station: Station | None = None,
        detector: Detector | None = None,
        normality: Mapping[str, Normality] | None = None,
        judges: Mapping[str, Judge] | None = None,
        *,
        today: date | None = None,
    ) -> Inspection:
        """Inspect one item."""
        ...


class Gate:
    """Lets `workers` in, lets `queue` more wait, and turns the others away.

    Who is turned away has cost nothing but the upload; without the bound every photo waiting
    would hold its pixels and nobody would get an answer in time.
    """

    def __init__(self, settings: InspectionSettings) -> None:
        self._inside = 0
        self._counting = Lock()
        self._places = BoundedSemaphore(settings.workers + settings.queue)
        self._workers = BoundedSemaphore(settings.workers)
        self._retry_after_s = settings.retry_after_s

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Wait for a worker's place.

        Raises:
            BusyError: too many are waiting already.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError(
                "as many inspections as possible are waiting",
                retry_after_s=self._retry_after_s,
                fix=f"Try again in {self._retry_after_s} seconds; the photo is not lost.",
            )
        try:
            with self._counted(), self._workers:
                yield
        finally:
            self._places.release()

    @contextmanager
    def enter_if_idle(self) -> Iterator[bool]:
        """Take a worker's place for what can wait, unless somebody inspects or waits."""
        with self._counting:
            idle = self._inside == 0 and self._workers.acquire(blocking=False)
        try:
            yield idle
        finally:
            if idle:
                self._workers.release()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._counting:
            self._inside += 1
        try:
            yield
        finally:
            with self._counting:
                self._inside -= 1
