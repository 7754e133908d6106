"""The one door to the CPU-bound work: a bounded number of inspections at a time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
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

_REMEMBERED = 8
"""As many inspections tell how fast the machine is just now."""

_FIRST_GUESS_S = 1.0
"""The machine's time that an inspection takes, before one was seen."""


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
    """Lets `workers` in, lets others wait who will be answered in time, and turns the rest away.

    How long an answer takes follows from who is inside already and from the machine's time that
    the last inspections took: how long one lasted, divided by how many ran meanwhile, since they
    share its cores. One that ran alone thus counts in full: how much longer it would last beside
    others is not known yet, and those who are let in are promised an answer. Who finds a free
    worker is let in however slow it is, so that every queue of a tablet empties in the end. Who is
    turned away has cost nothing but the upload; without the bound every photo waiting would hold
    its pixels and nobody would get an answer in time.
    """

    def __init__(
        self, settings: InspectionSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._inside = 0
        self._counting = Lock()
        self._workers = BoundedSemaphore(settings.workers)
        self._shares_s = deque[float](maxlen=_REMEMBERED)
        self._running = 0
        self._seen_at_s = clock()
        self._run_s = 0.0
        """Of all inspections together."""

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Wait for a worker's place.

        Raises:
            BusyError: too many are waiting already.
        """
        retry_after_s = self._settings.retry_after_s
        with self._counting:
            if not self._has_room():
                raise BusyError(
                    "as many inspections as can be answered in time are waiting",
                    retry_after_s=retry_after_s,
                    fix=f"Try again in {retry_after_s} seconds; the photo is not lost.",
                )
            self._inside += 1
        try:
            with self._workers:
                begun_s, run_s = self._count(1)
                try:
                    yield
                finally:
                    ended_s, run_until_s = self._count(-1)
            took_s = ended_s - begun_s
            if took_s > 0:
                at_once = (run_until_s - run_s) / took_s
                with self._counting:
                    self._shares_s.append(took_s / at_once)
        finally:
            with self._counting:
                self._inside -= 1

    @property
    def inside(self) -> int:
        """How many run or wait now."""
        return self._inside

    def _count(self, more: int) -> tuple[float, float]:
        """Let one begin or end; return the time, and how long all have run together."""
        with self._counting:
            now_s = self._clock()
            self._run_s += self._running * (now_s - self._seen_at_s)
            self._seen_at_s = now_s
            self._running += more
            return now_s, self._run_s

    def _has_room(self) -> bool:
        """Tell whether one more would be answered in time."""
        workers = self._settings.workers
        if self._inside < workers:
            return True
        if self._inside >= workers + self._settings.queue:
            return False
        last_s = self._shares_s or (_FIRST_GUESS_S,)
        return sum(last_s) / len(last_s) * (self._inside + 1) <= self._settings.answer_within_s

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
