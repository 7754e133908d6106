"""What is looked at, one function each; none changes anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from qc.errors import ReleaseError, TelitiError, VisionError
from qc.geometry.selfcheck import require_sound_vision
from service.audit import service as audit
from service.audit.models import AuditRow
from service.doctor.certificates import examine_certificates
from service.doctor.files import examine_photos, examine_reports
from service.doctor.findings import Finding, State
from service.doctor.webhooks import find_lag
from service.drift.finding import find_drift
from service.errors import NotFoundError
from service.experts import EXPERTS_FOLDER, ExpertFolder
from service.inspections.models import InspectionRow
from service.releases import service as releases
from service.settings import Settings
from service.specs.service import get_spec
from service.stations.service import list_stations

_GIBIBYTE = 1024**3
_LOW_DISK_GIB, _FULL_DISK_GIB = 5.0, 0.5
_SOON = timedelta(days=14)
_CLOCK_SLACK = timedelta(minutes=5)
_NAMED = 3


def examine(session: Session, settings: Settings, *, quick: bool = False) -> Iterator[Finding]:
    """Look at everything.

    Args:
        session: reads one state of the database.
        settings: of the service.
        quick: look whether files are there, not whether their bytes are what they were.
    """
    data_dir = settings.storage.data_dir
    yield _disk(data_dir)
    yield _database(session)
    yield _audit_log(session)
    yield from examine_photos(session, settings.storage, quick=quick)
    yield from examine_reports(session, settings.storage, quick=quick)
    yield _clock(session)
    yield from examine_certificates(data_dir, datetime.now(UTC))
    yield _vision()
    yield _detector(session, settings)
    yield from _experts(session, data_dir)
    yield from _stations(session, date.today())
    yield from find_drift(session)
    if lag := find_lag(session, settings.webhook, datetime.now(UTC)):
        yield lag


def _disk(data_dir: Path) -> Finding:
    free_gib = shutil.disk_usage(data_dir).free / _GIBIBYTE
    said = f"{free_gib:.1f} GiB are free where the data lies"
    if free_gib < _FULL_DISK_GIB:
        return Finding(
            subject="disk", state=State.BAD, detail=said, fix="Make room now: uploads will fail."
        )
    if free_gib < _LOW_DISK_GIB:
        return Finding(subject="disk", state=State.WATCH, detail=said, fix="Make room soon.")
    return Finding(subject="disk", state=State.GOOD, detail=said)


def _database(session: Session) -> Finding:
    if session.get_bind().dialect.name != "sqlite":
        said = str(session.scalar(text("SHOW server_version")))
        return Finding(
            subject="database",
            state=State.GOOD,
            detail=f"PostgreSQL {said} answers; its own tools examine its files (pg_amcheck)",
        )
    try:
        faults = [row[0] for row in session.execute(text("PRAGMA integrity_check"))]
        orphans = session.execute(text("PRAGMA foreign_key_check")).fetchall()
    except SQLAlchemyError as error:
        faults, orphans = [str(error.__cause__ or error)], []
    if faults == ["ok"] and not orphans:
        return Finding(subject="database", state=State.GOOD, detail="whole")
    said = faults[0] if faults != ["ok"] else f"{len(orphans)} rows name others that are not there"
    return Finding(
        subject="database",
        state=State.BAD,
        detail=said,
        fix="Stop the service, keep the folder, and restore the last backup into a new one.",
    )


def _audit_log(session: Session) -> Finding:
    found = audit.verify(session)
    if found.problems:
        return Finding(
            subject="audit log",
            state=State.BAD,
            detail=f"{len(found.problems)} entries are not what was written: {found.problems[0]}",
            fix="Find out who can write to the database's file.",
        )
    return Finding(
        subject="audit log", state=State.GOOD, detail=f"{found.entries} entries, as written"
    )


def _clock(session: Session) -> Finding:
    newest = [
        session.scalar(select(column).order_by(column.desc()).limit(1))
        for column in (InspectionRow.created_at, AuditRow.at)
    ]
    ahead = [at for at in newest if at is not None and at > datetime.now(UTC) + _CLOCK_SLACK]
    if ahead:
        return Finding(
            subject="clock",
            state=State.BAD,
            detail=f"something was stored at {max(ahead):%Y-%m-%d %H:%M} UTC, still to come",
            fix="Set the clock of this machine, and let it keep time from the network.",
        )
    return Finding(subject="clock", state=State.GOOD, detail="nothing was stored in the future")


def _vision() -> Finding:
    try:
        require_sound_vision()
    except VisionError as error:
        return Finding(subject="vision", state=State.BAD, detail=error.message, fix=error.fix)
    return Finding(subject="vision", state=State.GOOD, detail="corners are found where they are")


def _detector(session: Session, settings: Settings) -> Finding:
    try:
        detector = releases.load_active(session, settings)
    except (NotFoundError, ReleaseError) as error:
        return Finding(subject="detector", state=State.BAD, detail=error.message, fix=error.fix)
    if detector is None:
        return Finding(
            subject="detector",
            state=State.BAD,
            detail="no release is active, so that every item ends in check",
            fix="Register and promote one: qc release.",
        )
    return Finding(
        subject="detector", state=State.GOOD, detail=f"{detector.reference}, as released"
    )


def _experts(session: Session, data_dir: Path) -> Iterator[Finding]:
    folder = ExpertFolder(data_dir / EXPERTS_FOLDER)
    for spec_id in folder.specs():
        subject = f"experts on {spec_id}"
        try:
            found = folder.read(get_spec(session, spec_id))
        except TelitiError as error:
            yield Finding(subject=subject, state=State.BAD, detail=error.message, fix=error.fix)
        else:
            said = f"{len(found.memories)} memories and {len(found.judges)} judges, as written"
            yield Finding(subject=subject, state=State.GOOD, detail=said)


def _stations(session: Session, today: date) -> Iterator[Finding]:
    for station in list_stations(session):
        subject, again = f"station {station.id}", "Calibrate again with `qc station calibrate`."
        if station.camera is None:
            yield Finding(
                subject=subject,
                state=State.WATCH,
                detail="its camera is not calibrated, which costs uncertainty",
                fix="Take ten photos of the empty mat: `qc station calibrate`.",
            )
            continue
        expires = station.camera.expires_on
        if expires is None:
            yield Finding(
                subject=subject, state=State.GOOD, detail="its camera was entered by hand"
            )
        elif expires < today:
            yield Finding(
                subject=subject,
                state=State.BAD,
                detail=f"its calibration expired on {expires}, so that dimensions end in check",
                fix=again,
            )
        else:
            soon = expires < today + _SOON
            yield Finding(
                subject=subject,
                state=State.WATCH if soon else State.GOOD,
                detail=f"calibrated until {expires}",
                fix=again if soon else "",
            )
