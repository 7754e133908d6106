"""From reviews to snapshots to releases: what there is, and a new snapshot.

Snapshots lie in `snapshots/` of the data folder, where `qc snapshot create --out` may put them as
well. Training itself runs on another machine (`qc train`); what it made is known by its card.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from qc.datasets.snapshot import create_snapshot
from qc.datasets.snapshot_card import read_card
from qc.defects.release import Release
from qc.errors import SnapshotError
from service.actor import Actor
from service.audit import service as audit
from service.datasets.schemas import (
    CurvePoint,
    DatasetReport,
    Labelled,
    NewSnapshot,
    Parts,
    SnapshotRequest,
    SnapshotSummary,
    TrainingRun,
)
from service.defect_names import named
from service.errors import ConflictError, RetryLaterError
from service.releases import service as releases
from service.review.learning import count_reviewed, reviewed_photos
from service.runtime import Runtime

SNAPSHOTS_FOLDER: Final = "snapshots"
"""Name of the folder in the data folder."""

_RETRY_AFTER_S: Final = 30

_CURVE: Final = TypeAdapter(tuple[CurvePoint, ...])


class SnapshotBusyError(RetryLaterError):
    """A snapshot is being made already."""

    code = "snapshot-busy"


class SnapshotSplitError(ConflictError):
    """What was reviewed cannot be split into three parts."""

    code = "snapshot-too-small"


def get_report(runtime: Runtime) -> DatasetReport:
    """Say what was reviewed, which snapshots there are, and what was trained from them."""
    with runtime.database.reading() as session:
        runs = _runs(session, runtime)
        trained_from = {
            run.snapshot: [one.release for one in runs if one.snapshot == run.snapshot]
            for run in runs
            if run.snapshot
        }
        snapshots, damaged = _snapshots(_folder(runtime), trained_from)
        newest = max((one.created for one in snapshots), default=None)
        return DatasetReport(
            reviewed=count_reviewed(session),
            reviewed_since=count_reviewed(session, None if newest is None else _end_of(newest)),
            snapshots=tuple(snapshots),
            damaged=tuple(damaged),
            runs=tuple(runs),
        )


def make_snapshot(runtime: Runtime, actor: Actor, request: SnapshotRequest) -> NewSnapshot:
    """Write all that was reviewed until now as one snapshot. The same reviews give the same one.

    Raises:
        SnapshotBusyError: one is being made.
        SnapshotSplitError: there are too few lots or items.
    """
    folder = _folder(runtime)
    with _alone(folder):
        with runtime.database.reading() as session:
            found = reviewed_photos(session, runtime.photos, request.product)
        detector = runtime.detector
        types = detector.types if detector else ()
        try:
            made = create_snapshot(
                found.photos, types, folder, created=datetime.now(UTC).date(), by=request.split_by
            )
        except SnapshotError as error:
            raise SnapshotSplitError(error.message, fix=error.fix) from error
        with runtime.database.writing() as session:
            summary = _summary(made, {})
            audit.record(
                session, actor, "snapshot.created", f"snapshot/{made.name}", after=summary.identity
            )
    return NewSnapshot(**dict(summary), left_out=found.left_out.total())


def _folder(runtime: Runtime) -> Path:
    return runtime.settings.storage.data_dir / SNAPSHOTS_FOLDER


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SnapshotBusyError(
                "a snapshot is being made already",
                retry_after_s=_RETRY_AFTER_S,
                fix="Wait until it is there.",
            ) from None
        yield
    finally:
        os.close(lock)


def _snapshots(
    folder: Path, trained_from: dict[str, list[str]]
) -> tuple[list[SnapshotSummary], list[str]]:
    found, damaged = [], []
    for path in sorted(folder.glob("snapshot-*")):
        try:
            found.append(_summary(path, trained_from))
        except SnapshotError:
            damaged.append(path.name)
    return sorted(found, key=lambda one: (one.created, one.name), reverse=True), damaged


def _summary(folder: Path, trained_from: dict[str, list[str]]) -> SnapshotSummary:
    card, identity = read_card(folder)
    frequent = sorted(card.regions.items(), key=lambda one: (-one[1], one[0]))
    labels = [(name, count) for name, count in frequent if count]
    return SnapshotSummary(
        name=folder.name,
        identity=identity,
        created=card.created,
        split_by=card.split_by,
        photos=Parts.model_validate(card.photos),
        labels=tuple(
            Labelled(type=known, regions=count)
            for known, (_, count) in zip(named(name for name, _ in labels), labels, strict=True)
        ),
        false_alarms=card.false_alarms,
        releases=tuple(trained_from.get(identity, ())),
    )


def _runs(session: Session, runtime: Runtime) -> list[TrainingRun]:
    known = releases.list_releases(session, runtime.settings).items
    runs = [
        _run(releases.find_card(session, one.reference), shipped=one.shipped, active=one.active)
        for one in known
    ]
    return sorted(runs, key=lambda run: (run.created, run.release), reverse=True)


def _run(card: Release, *, shipped: bool, active: bool) -> TrainingRun:
    told: dict[str, Any] = card.training
    data: Any = told.get("data")
    data = data if isinstance(data, dict) else {}
    lineage: Any = told.get("lineage") or [{}]
    return TrainingRun(
        release=card.reference,
        created=card.created,
        shipped=shipped,
        active=active,
        started_from=data.get("started_from") or lineage[-1].get("release"),
        snapshot=data.get("snapshot"),
        steps=told.get("steps"),
        minutes=told.get("minutes"),
        mean_average_precision=told.get("best_mean_average_precision"),
        curve=_curve(told),
    )


def _curve(told: dict[str, Any]) -> tuple[CurvePoint, ...]:
    """Read what the card keeps of the run's history; one that cannot be read counts as none.

    A card may come from anywhere, and a drawing is no reason to refuse the page.
    """
    try:
        points = _CURVE.validate_python(told.get("curve", ()))
    except ValidationError:
        return ()
    return tuple(sorted(points, key=lambda point: point.step))


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)
