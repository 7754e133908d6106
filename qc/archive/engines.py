"""Engines: the same inspection in this process, or on many cores and machines through Ray Data.

Both call one function with one thread for each network, so that their results are equal to the bit,
and both give results in the order of the items as they come, without holding them.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

from qc.archive.items import Item
from qc.defects.detector import Detector
from qc.defects.normality import Encoder, Normality, load_by_view
from qc.errors import ArchiveError, TelitiError
from qc.geometry.station import Station
from qc.inspection import inspect
from qc.judge import Judge
from qc.photo import decode_photo
from qc.spec.models import Spec

Engine = Literal["local", "ray"]

_ITEMS_AT_A_TIME: Final = 8
"""Handed to a worker of the engine `ray`."""

_ITEMS_IN_ONE_GO: Final = 25_000
"""In one data set and one session of the engine `ray`, whose books grow by a kilobyte an item."""


@dataclass(frozen=True)
class Setup:
    """What every inspection of a run has in common; small, so that it can be sent.

    Attributes:
        spec: what the buyer requires.
        station: calibration of camera and mat.
        release: folder of the detector release; None inspects no defects.
        memories: files of memories.
        encoder: folder of their encoder.
        judges: by view.
    """

    spec: Spec
    station: Station | None = None
    release: Path | None = None
    memories: tuple[Path, ...] = ()
    encoder: Path | None = None
    judges: tuple[tuple[str, Judge], ...] = ()

    def terms(self) -> dict[str, Any]:
        """What the results depend on, by name and content."""
        worker = Worker(self)
        return {
            "spec": self.spec.reference,
            "station": self.station.model_dump(mode="json") if self.station else None,
            "release": worker.detector.release.sha256 if worker.detector else None,
            "normality": sorted(memory.reference for memory in worker.memories.values()),
            "judges": sorted(judge.model_dump_json() for _, judge in self.judges),
        }


class Worker:
    """Inspects one item after another; networks are loaded once."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self.detector = Detector.load(setup.release, threads=1) if setup.release else None
        self.memories: dict[str, Normality] = {}
        if setup.memories:
            encoder = (
                Encoder.load(setup.encoder, threads=1)
                if setup.encoder
                else Encoder.load_active(threads=1)
            )
            first = setup.spec.views[0].name
            self.memories = load_by_view(setup.memories, first, encoder)

    def __call__(self, item: Item) -> str:
        """Inspect an item and return its line: the inspection, or why there is none."""
        setup = self._setup
        try:
            photos = {view: decode_photo(_read(path)) for view, path in item.photos}
            inspection = inspect(
                photos,
                setup.spec,
                setup.station,
                self.detector,
                self.memories,
                dict(setup.judges),
            )
        except TelitiError as error:
            return json.dumps(
                {"item": item.name, "error": {"code": error.code, "text": str(error)}}
            )
        return json.dumps({"item": item.name, "inspection": inspection.model_dump(mode="json")})


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArchiveError(
            f"cannot read {path}: {error.strerror}", fix="Check the path."
        ) from error


def engine(name: Engine, setup: Setup, items: Iterable[Item], workers: int = 1) -> Iterator[str]:
    """Inspect items and give their lines in order, each as soon as it is there.

    Args:
        name: of the engine.
        setup: of all inspections.
        items: of the archive; taken one after another.
        workers: processes of the engine `ray`; `local` is this process alone.

    Raises:
        ArchiveError: the engine is not installed.
    """
    if name == "local":
        yield from map(Worker(setup), items)
    else:
        yield from _with_ray(setup, items, workers)


def _with_ray(setup: Setup, items: Iterable[Item], workers: int) -> Iterator[str]:
    try:  # by name: the type checker need not have it either
        ray: Any = importlib.import_module("ray")
        data: Any = importlib.import_module("ray.data")
    except ImportError as error:
        raise ArchiveError(
            "the engine ray is not installed", fix="pip install 'teliti[scale]', or leave it out."
        ) from error
    context = data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    rows = map(_row, items)
    while in_one_go := list(islice(rows, _ITEMS_IN_ONE_GO)):
        with _session(ray, workers):
            yield from _inspect_rows(data, setup, in_one_go, workers)


def _row(item: Item) -> dict[str, str]:
    photos = json.dumps([(view, str(path)) for view, path in item.photos])
    return {"name": item.name, "photos": photos}


@contextmanager
def _session(ray: Any, workers: int) -> Iterator[None]:
    """Run Ray's processes, unless the caller's own run already.

    They keep books on every task, data set and actor for as long as they run.
    """
    if ray.is_initialized():
        yield
        return
    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    try:
        yield
    finally:
        ray.shutdown()


def _inspect_rows(
    data: Any, setup: Setup, rows: list[dict[str, str]], workers: int
) -> Iterator[str]:
    # Small blocks: results come soon, and a kill loses no more than what is on the way. One
    # for each item would cost a large archive more memory and time than its results.
    blocks = -(-len(rows) // _ITEMS_AT_A_TIME)
    found = data.from_items(rows, override_num_blocks=blocks).map(
        _RayWorker, fn_constructor_args=(setup,), concurrency=workers, num_cpus=1
    )
    for row in found.iter_rows():
        yield str(row["line"])


class _RayWorker:
    """A worker as Ray Data wants it: a class that maps rows."""

    def __init__(self, setup: Setup) -> None:
        self._worker = Worker(setup)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        photos = tuple((view, Path(path)) for view, path in json.loads(row["photos"]))
        return {"line": self._worker(Item(row["name"], photos))}
