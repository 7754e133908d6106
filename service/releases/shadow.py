"""A second release judges the same photos, unseen.

What is left to do follows from the rows: every inspection since the run began of which the
release has said nothing yet. A restart goes on where it was. It works only while nobody waits for
an inspection, so that no packer waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import IntegrityError

from qc.defects.detector import Detector
from qc.errors import TelitiError
from qc.photo import decode_photo
from service.background import in_background
from service.inspections import service as inspections
from service.inspections.service import Replay
from service.releases import repository, service
from service.releases.models import ShadowRow

if TYPE_CHECKING:
    from service.runtime import Runtime

_log = structlog.get_logger(__name__)


@contextmanager
def shadowing(runtime: Runtime, interval_s: float) -> Iterator[None]:
    """Run the release in shadow in the background, stop with the service."""
    shadow = Shadow(runtime)

    def work(stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                worked = shadow.step()
            except Exception:
                _log.exception("the shadow run failed")
                worked = False
            if not worked:
                stopping.wait(interval_s)

    with in_background("shadow", work):
        yield


class Shadow:
    """Judges one inspection after the other."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._detector: Detector | None = None

    def step(self) -> bool:
        """Judge the oldest inspection that is left; False where there is nothing to do now."""
        with self._runtime.database.reading() as session:
            state = service.state_of(session)
            if state.shadow is None or state.shadow_event is None:
                self._detector = None
                return False
            after = repository.last_shadowed(session, state.shadow)
            replay = inspections.next_replay(session, after, state.shadow_event.at)
            if replay is None:
                return False
            if self._detector is None or self._detector.reference != state.shadow:
                self._detector = service.load(session, self._runtime.settings, state.shadow)
        with self._runtime.gate.enter_if_idle() as entered:
            if not entered:
                return False
            row = self._judge(replay, self._detector)
        with suppress(IntegrityError), self._runtime.database.writing() as session:
            repository.add(session, row)  # unless another node was faster
        return True

    def _judge(self, replay: Replay, detector: Detector) -> ShadowRow:
        row = ShadowRow(
            inspection_sequence=replay.sequence,
            reference=detector.reference,
            inspection_id=replay.inspection_id,
            spec_id=replay.spec.id,
            verdict=replay.verdict,
            at=datetime.now(UTC),
        )
        try:
            photos = {
                view: decode_photo(self._runtime.photos.get(sha256))
                for view, sha256 in replay.sha256_of_view.items()
            }
            experts = self._runtime.experts.of(replay.spec).beside(detector)
            inspection = self._runtime.inspect(
                photos,
                replay.spec,
                replay.station,
                detector,
                experts.memories,
                experts.judges,
                today=replay.created_at.date(),
            )
        except TelitiError as error:
            row.problem = str(error)
        else:
            row.shadow_verdict = inspection.verdict
            row.document = inspection.model_dump_json()
        return row
