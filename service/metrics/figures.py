"""What is counted, and how it is told.

Requests are counted as they are answered; what the database knows is asked when somebody looks.
Nothing here names a person, an order or a buyer.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from qc import __version__
from service.database import Database
from service.errors import NotReadyError
from service.inspections import service as inspections
from service.inspector import Gate
from service.review import queue
from service.settings import MetricsSettings

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0)


class MetricsUnavailableError(NotReadyError):
    """This machine cannot keep figures."""

    code = "metrics-unavailable"


class Metrics:
    """Figures of one process; several nodes are asked one by one."""

    def __init__(self, database: Database, gate: Gate, data_dir: Path) -> None:
        import prometheus_client as prometheus
        from prometheus_client import core

        self._registry = prometheus.CollectorRegistry()
        self._write = prometheus.generate_latest
        self.content_type: str = prometheus.CONTENT_TYPE_LATEST
        self._seconds = prometheus.Histogram(
            "teliti_request_seconds",
            "Time from a request to the end of its answer.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        prometheus.ProcessCollector(registry=self._registry)
        self._registry.register(_Kept(core, database, gate, data_dir))

    @classmethod
    def open(
        cls, settings: MetricsSettings, database: Database, gate: Gate, data_dir: Path
    ) -> Metrics | None:
        """Begin to count, if the settings ask for it.

        Raises:
            MetricsUnavailableError: the package that writes the figures is not installed.
        """
        if settings.token is None:
            return None
        try:
            return cls(database, gate, data_dir)
        except ImportError as error:
            raise MetricsUnavailableError(
                "figures need the package prometheus-client, which is not installed",
                fix="Run: pip install 'teliti[scale]', or leave TELITI_METRICS__TOKEN out.",
            ) from error

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered; `route` is a pattern, never an address with ids."""
        self._seconds.labels(method, route, str(status)).observe(seconds)

    def write(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        written: bytes = self._write(self._registry)
        return written


class _Kept:
    """What is known without counting: the database's rows, the gate, the disk."""

    def __init__(self, core: Any, database: Database, gate: Gate, data_dir: Path) -> None:
        self._core = core
        self._database = database
        self._gate = gate
        self._data_dir = data_dir

    def describe(self) -> Iterable[Any]:
        """Keep the registry from asking the database before anybody looks."""
        return ()

    def collect(self) -> Iterator[Any]:
        """Give the figures as they are now."""
        gauge, counter = self._core.GaugeMetricFamily, self._core.CounterMetricFamily
        with self._database.reading() as session:
            verdicts = inspections.count_by_verdict(session)
            waiting = queue.count_waiting(session)
        kept = counter("teliti_inspections", "Inspections kept.", labels=["verdict"])
        for verdict, count in verdicts.items():
            kept.add_metric([verdict], count)
        yield kept
        reviews = gauge("teliti_reviews_waiting", "Inspections that wait.", labels=["cause"])
        for cause, count in waiting:
            reviews.add_metric([cause], count)
        yield reviews
        inside = "Inspections that run or wait for a worker."
        yield gauge("teliti_inspections_inside", inside, value=self._gate.inside)
        free = shutil.disk_usage(self._data_dir).free
        yield gauge("teliti_disk_free_bytes", "Room on the disk of the data folder.", value=free)
        version = gauge("teliti_software", "1, with the version.", labels=["version"])
        version.add_metric([__version__], 1)
        yield version
