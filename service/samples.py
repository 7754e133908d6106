"""Sample photos, inspected at the start like any upload, so that a new workshop sees answers.

A folder holds photos, one `<name>.truth.json` for each, which names photo, spec and station,
and one `station-<id>.json` for each station.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

import structlog
from pydantic import BaseModel, ValidationError

from qc.errors import TelitiError
from qc.geometry.station import read_station
from service.actor import SYSTEM
from service.background import in_background
from service.errors import BusyError
from service.inspections.workflow import Submission, submit
from service.runtime import Runtime
from service.stations.service import store_station

_log = structlog.get_logger(__name__)

_CLIENT: Final = UUID("5c0f2c1e-6a0e-4b6f-9a52-0d7f0c5b7a11")
"""Namespace of the samples' client ids: the same photo and spec are inspected once."""


class _Sample(BaseModel):
    """What a truth file says of how its photo is to be inspected."""

    photo: str
    spec: str
    station: str


@contextmanager
def inspecting_samples(runtime: Runtime, folder: Path | None) -> Iterator[None]:
    """Inspect the samples of `folder` in the background; stop with the service.

    Raises:
        StationError: a station file of the samples is not valid.
    """
    if folder is None:
        yield
        return
    with runtime.database.writing() as session:
        for path in sorted(folder.glob("station-*.json")):
            store_station(session, read_station(path))
    with in_background("samples", partial(_inspect_all, runtime, folder)):
        yield


def _inspect_all(runtime: Runtime, folder: Path, stopping: threading.Event) -> None:
    for path in sorted(folder.glob("*.truth.json")):
        if stopping.is_set():
            return
        try:
            _inspect(runtime, path, stopping)
        except (TelitiError, ValidationError, OSError) as error:
            _log.warning("a sample was left out", sample=path.name, problem=str(error))
        except Exception:
            _log.exception("a sample was left out", sample=path.name)


def _inspect(runtime: Runtime, path: Path, stopping: threading.Event) -> None:
    sample = _Sample.model_validate_json(path.read_bytes())
    with (path.parent / sample.photo).open("rb") as photo:
        sha256 = hashlib.file_digest(photo, "sha256").hexdigest()
        submission = Submission(
            client_id=uuid5(_CLIENT, f"{sample.spec}/{sha256}"),
            spec_id=sample.spec,
            spec_version=None,
            station_id=sample.station,
            photos=[photo],
            views=[],
            actor=SYSTEM,
        )
        while not stopping.is_set():
            try:
                submit(runtime, submission)
                return
            except BusyError as error:
                stopping.wait(error.retry_after_s)
