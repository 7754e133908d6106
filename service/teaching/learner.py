"""Learns in the background, one product at a time, as `qc learn` does.

What is learnt and how far it is stands in `teaching/SPEC/learning.json`. A lock on a file tells
whether anybody learns now, in this process or in another one: what is said to be running while
the lock is free was interrupted.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import structlog

from qc.defects.normality import Augmentation, Line, teach
from qc.errors import NormalityError, OutlierError, TelitiError
from qc.geometry.station import Station
from qc.photo import Photo, decode_photo
from qc.spec.models import Spec
from service.actor import Actor
from service.audit import service as audit
from service.errors import RetryLaterError
from service.teaching.memories import KeptMemories
from service.teaching.schemas import (
    Learning,
    LearningProblem,
    LearningRequest,
    LearningState,
    LearningStep,
    StrangePhoto,
)

if TYPE_CHECKING:
    from service.runtime import Runtime

TEACHING_FOLDER: Final = "teaching"
"""Name of the folder in the data folder."""

_RETRY_AFTER_S: Final = 30
_GIVE_WAY_S: Final = 2.0
"""Longest that one photo lets inspections go first."""

_log = structlog.get_logger(__name__)


class LearningBusyError(RetryLaterError):
    """Another product is being learnt."""

    code = "learning-busy"


class _StoppedError(Exception):
    """The service ends."""


class Learner:
    """Runs at most one learning."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / TEACHING_FOLDER
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def close(self) -> None:
        """Interrupt what is being learnt, and wait for it."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def newest(self, spec_id: str) -> Learning | None:
        """Return the newest learning of a product, as far as it is."""
        try:
            data = self._path(spec_id).read_bytes()
        except FileNotFoundError:
            return None
        learning = Learning.model_validate_json(data)
        if learning.state is LearningState.RUNNING and not self._somebody_learns():
            # It may have ended between the two looks.
            learning = Learning.model_validate_json(self._path(spec_id).read_bytes())
            if learning.state is LearningState.RUNNING:
                return learning.model_copy(update={"state": LearningState.INTERRUPTED})
        return learning

    def photos(self) -> frozenset[str]:
        """Return the SHA-256 of every photo of the newest learning of each product."""
        files = sorted(self.folder.glob("*/learning.json"))
        learnt = [Learning.model_validate_json(path.read_bytes()) for path in files]
        return frozenset(photo.sha256 for one in learnt for photo in one.request.photos)

    def start(
        self,
        runtime: Runtime,
        actor: Actor,
        spec: Spec,
        request: LearningRequest,
        station: Station | None,
    ) -> Learning:
        """Begin to learn.

        Raises:
            LearningBusyError: something is being learnt already.
        """
        lock = self._take_lock()
        try:
            learning = Learning(
                id=uuid4(),
                request=request,
                by=actor.name,
                started_at=datetime.now(UTC),
                state=LearningState.RUNNING,
            )
            self._write(spec.id, learning)
            with runtime.database.writing() as session:
                subject = f"memory/{spec.id}/{request.view}"
                audit.record(session, actor, "memory.learning-begun", subject, after=request)
        except BaseException:
            os.close(lock)
            raise
        self._thread = threading.Thread(
            target=self._work,
            args=(runtime, actor, spec, learning, station, lock),
            name="learning",
            daemon=True,
        )
        self._thread.start()
        return learning

    def _work(
        self,
        runtime: Runtime,
        actor: Actor,
        spec: Spec,
        learning: Learning,
        station: Station | None,
        lock: int,
    ) -> None:
        ended: dict[str, object]
        try:
            ended = self._learn(runtime, actor, spec, learning, station)
        except _StoppedError:
            ended = {"state": LearningState.INTERRUPTED}
        except TelitiError as error:
            ended = _failure(learning, error)
        except Exception:
            _log.exception("a learning failed", spec=spec.id)
            problem = LearningProblem(
                code="internal-error", detail="The service failed.", fix="", outliers=False
            )
            ended = {"state": LearningState.FAILED, "problem": problem}
        finally:
            try:
                ended["ended_at"] = datetime.now(UTC)
                self._write(spec.id, learning.model_copy(update=ended))
            finally:
                os.close(lock)

    def _learn(
        self,
        runtime: Runtime,
        actor: Actor,
        spec: Spec,
        learning: Learning,
        station: Station | None,
    ) -> dict[str, object]:
        request = learning.request
        line = Line.of_spec(
            f"{learning.started_at:%Y%m%d-%H%M%S}",
            spec,
            request.view,
            augmentation=Augmentation(request.turns, request.light),
            keep_outliers=request.keep_outliers,
        )
        steps = iter(LearningStep)

        def photo(index: int) -> Photo:
            return decode_photo(runtime.photos.get(request.photos[index].sha256))

        def track(numbers: Sequence[int], _: str) -> Iterable[int]:
            step = next(steps)
            for number in numbers:
                if self._stopping.is_set():
                    raise _StoppedError
                self._give_way(runtime)
                progress = {"step": step, "done": number}
                self._write(spec.id, learning.model_copy(update=progress))
                yield number

        names = [one.name for one in request.photos]
        learnt = teach(names, photo, line, runtime.experts.encoder(), station, track)
        if learnt.card.mm_per_px is None:
            raise NormalityError(
                "the photos show no mat", fix="Lay each item on the mat and take them again."
            )
        kept = KeptMemories(self.folder, spec, runtime.experts)
        memory = kept.keep(learnt, actor.name, datetime.now(UTC))
        with runtime.database.writing() as session:
            subject = f"memory/{spec.id}/{request.view}/{memory.reference.rpartition('@')[2]}"
            audit.record(session, actor, "memory.learnt", subject, after=memory)
        return {
            "state": LearningState.DONE,
            "step": LearningStep.CHECKING,
            "done": len(names),
            "memory": memory.reference,
        }

    def _give_way(self, runtime: Runtime) -> None:
        """Let inspections go first, but not for ever."""
        waited_s = 0.0
        while waited_s < _GIVE_WAY_S and not self._stopping.is_set():
            with runtime.gate.enter_if_idle() as idle:
                if idle:
                    return
            self._stopping.wait(0.1)
            waited_s += 0.1

    def _take_lock(self) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        for _ in range(5):  # somebody may just be looking
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock
            self._stopping.wait(0.05)
        os.close(lock)
        raise LearningBusyError(
            "something is being learnt already",
            retry_after_s=_RETRY_AFTER_S,
            fix="Wait until it has ended; the photos stay.",
        )

    def _somebody_learns(self) -> bool:
        lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _path(self, spec_id: str) -> Path:
        return self.folder / spec_id / "learning.json"

    def _write(self, spec_id: str, learning: Learning) -> None:
        path = self._path(spec_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(".learning.part")
        unfinished.write_bytes(learning.model_dump_json().encode())
        unfinished.replace(path)


def _failure(learning: Learning, error: TelitiError) -> dict[str, object]:
    of_name = {photo.name: photo for photo in learning.request.photos}
    strange = tuple(
        StrangePhoto(**dict(of_name[fault.location]), message=fault.message)
        for fault in error.faults
        if fault.location in of_name
    )
    problem = LearningProblem(
        code=error.code,
        detail=error.message,
        fix=error.fix,
        outliers=isinstance(error, OutlierError),
    )
    return {"state": LearningState.FAILED, "problem": problem, "strange": strange}
