"""Files against the rows that name them: photos and signed reports, to the last byte."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.doctor.findings import Finding, State
from service.errors import StorageError
from service.inspections.models import PhotoRow
from service.reports.models import ReportRow
from service.retention import service as retention
from service.settings import StorageSettings
from service.specs.models import GoldenPhotoRow
from service.storage import PHOTOS_FOLDER, REPORTS_FOLDER, PhotoStore
from service.stores import photo_store, report_store

_NAMED = 3


def examine_photos(
    session: Session, settings: StorageSettings, *, quick: bool
) -> Iterator[Finding]:
    """Look at every photo that is named and was not deleted by retention.

    Args:
        session: reads one state of the database.
        settings: where photos are.
        quick: look whether they are there, not whether their bytes are what they were.
    """
    named = {
        sha256
        for column in (PhotoRow.sha256, GoldenPhotoRow.sha256)
        for sha256 in session.scalars(select(column).distinct())
    }
    deleted = retention.all_deleted(session)
    store = photo_store(settings)
    yield _compared("photos", named - deleted.keys(), store, settings, PHOTOS_FOLDER, quick=quick)
    if deleted:
        last = max(deleted.values())
        yield Finding(
            subject="retention",
            state=State.GOOD,
            detail=f"{len(deleted)} photos were deleted, the last on {last:%Y-%m-%d}",
        )


def examine_reports(
    session: Session, settings: StorageSettings, *, quick: bool
) -> Iterator[Finding]:
    """Look at the file of every signed report; nothing where none was signed. As for photos."""
    named = set(session.scalars(select(ReportRow.pdf_sha256)))
    if named:
        store = report_store(settings)
        yield _compared("reports", named, store, settings, REPORTS_FOLDER, quick=quick)


def _compared(
    subject: str,
    named: Collection[str],
    store: PhotoStore,
    settings: StorageSettings,
    folder: str,
    *,
    quick: bool,
) -> Finding:
    where = f"{settings.objects_url or settings.data_dir}/{folder}"
    there = set(store.keys())
    if named and not there.intersection(named):
        return Finding(
            subject=subject,
            state=State.BAD,
            detail=f"none of {len(named)} {subject} is in {where}",
            fix=f"Mount the disk of the {subject}, or restore a backup. Delete nothing.",
        )
    bad = [
        sha256
        for sha256 in sorted(named)
        if sha256 not in there or not (quick or _is_whole(store, sha256))
    ]
    if bad:
        some = ", ".join(sha256[:12] for sha256 in bad[:_NAMED])
        return Finding(
            subject=subject,
            state=State.BAD,
            detail=f"{len(bad)} of {len(named)} are missing or damaged: {some}",
            fix=f"Copy them from a backup's {subject} folder into {where}.",
        )
    how = "there" if quick else "there, to the last byte"
    return Finding(subject=subject, state=State.GOOD, detail=f"all {len(named)} are {how}")


def _is_whole(store: PhotoStore, sha256: str) -> bool:
    try:
        store.get(sha256)
    except StorageError:
        return False
    return True
