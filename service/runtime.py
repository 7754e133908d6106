"""What a running service holds, and how routes get at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from qc.defects.detector import Detector
from service.database import Database
from service.experts import ExpertFolder
from service.inspector import Gate, Inspect
from service.metrics.figures import Metrics
from service.releases.active import ActiveDetector
from service.settings import Settings
from service.storage import PhotoStore
from service.teaching.learner import Learner
from service.turnstile import Turnstile


@dataclass(frozen=True)
class Runtime:
    """Opened at the start of the service, closed at its end."""

    settings: Settings
    database: Database
    photos: PhotoStore
    reports: PhotoStore
    """Files of signed reports, kept as photos are."""
    gate: Gate
    inspect: Inspect
    releases: ActiveDetector
    experts: ExpertFolder
    """Memories of good items, and judges, by product."""
    learner: Learner
    """Learns products from photos of good items."""
    metrics: Metrics | None = None
    """Figures for a monitoring system, where the settings ask for them."""
    frames: Turnstile = field(default_factory=Turnstile)
    """Tablets whose live camera is being looked at."""
    first_code: str | None = None
    """The one-time code of the first use, while no admin can sign in."""

    @property
    def detector(self) -> Detector | None:
        """The detector that inspects now."""
        return self.releases.current()


async def _runtime(request: Request) -> Runtime:  # not to be sent to a thread for this
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(_runtime)]
"""Everything that the service holds."""


def _reading(runtime: RuntimeDep) -> Iterator[Session]:
    with runtime.database.reading() as session:
        yield session


def _writing(runtime: RuntimeDep) -> Iterator[Session]:
    with runtime.database.writing() as session:
        yield session


ReadSession = Annotated[Session, Depends(_reading, scope="function")]
"""A reading transaction that lasts as long as the route's function."""

WriteSession = Annotated[Session, Depends(_writing, scope="function")]
"""A writing transaction, committed after the route's function and before its answer is sent."""
