"""The releases that are known, inside a transaction that somebody else owns.

`service.releases.choosing` says which of them inspects.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from qc.decision.verdict import Verdict
from qc.defects.detector import Detector
from qc.defects.release import Release, active_folder, read_release
from qc.errors import ReleaseError
from service.actor import Actor
from service.audit import service as audit
from service.defect_names import named
from service.errors import ConflictError, NotFoundError
from service.releases import files, repository
from service.releases.models import ReleaseRow
from service.releases.schemas import (
    ReleaseEvent,
    ReleaseList,
    ReleaseResource,
    ReleaseSummary,
    ShadowCount,
    ShadowDifference,
    ShadowReport,
)
from service.releases.state import ReleaseState, derive
from service.settings import Settings

_NEWEST = 50


class NoReleaseError(NotFoundError):
    """No release is active; inspections leave the surface to a person."""

    code = "no-active-release"


class ReleaseUnknownError(NotFoundError):
    """No release of this reference is registered or came with the software."""

    code = "release-unknown"


def get_active_release(detector: Detector | None) -> ReleaseResource:
    """Return the card of the active release.

    Raises:
        NoReleaseError: none is active.
    """
    if detector is None:
        raise NoReleaseError(
            "no detector release is active", fix="Register and promote one: qc release."
        )
    return ReleaseResource.model_validate(detector.release, from_attributes=True)


def state_of(session: Session) -> ReleaseState:
    """Return what is active and what runs in shadow."""
    return derive(repository.events(session))


def last_event(session: Session) -> int:
    """Return the number of the newest event; what is active changes only with it."""
    return repository.last_event(session)


def register(session: Session, data_dir: Path, source: Path, actor: Actor) -> Release:
    """Keep a release in the data folder; one that is there already is made whole again.

    Raises:
        ReleaseError: it is incomplete, altered or cannot be run.
        ConflictError: another release has this name and version.
    """
    release = read_release(source)
    row = repository.find(session, release.reference)
    shipped = files.shipped_folder(release.reference)
    known = release
    if row is not None:
        known = Release.model_validate_json(row.document)
    elif shipped is not None:
        known = read_release(shipped)
    if known != release:
        raise ConflictError(
            f"another release is known as {release.reference}",
            fix="Give it a version of its own.",
        )
    files.store(data_dir, source)
    if row is None:
        row = ReleaseRow(
            reference=release.reference,
            sha256=release.sha256,
            document=release.model_dump_json(),
            registered_at=datetime.now(UTC),
            registered_by=actor.name,
        )
        repository.add(session, row)
        subject = f"release/{release.reference}"
        audit.record(session, actor, "release.registered", subject, after=row.document)
    return release


def find_card(session: Session, reference: str) -> Release:
    """Read what a release says of itself, without its weights.

    Raises:
        ReleaseUnknownError: there is none.
        ReleaseError: it came with the software and is incomplete.
    """
    row = repository.find(session, reference)
    if row is not None:
        return Release.model_validate_json(row.document)
    return read_release(_shipped(reference))


def _shipped(reference: str) -> Path:
    folder = files.shipped_folder(reference)
    if folder is None:
        raise ReleaseUnknownError(
            f"release {reference} is not known", fix="Register its folder, or see the list."
        )
    return folder


def load(session: Session, settings: Settings, reference: str) -> Detector:
    """Load a release that is registered or came with the software.

    Raises:
        ReleaseUnknownError: there is none.
        ReleaseError: its files are not those that were registered.
    """
    row = repository.find(session, reference)
    if row is None:
        return Detector.load(_shipped(reference))
    folder = files.folder_of(settings.storage.data_dir, reference)
    detector = Detector.load(folder)
    if detector.release != Release.model_validate_json(row.document):
        raise ReleaseError(
            f"{folder} does not hold the release that was registered as {reference}",
            fix="Register it again from a trusted copy, or roll back: qc release rollback.",
        )
    return detector


def load_active(session: Session, settings: Settings) -> Detector | None:
    """Load the release that inspects: the setting's, the promoted one, or that of the software.

    Raises:
        ReleaseError: it is incomplete or altered.
    """
    if settings.release.folder:
        return Detector.load(settings.release.folder)
    active = state_of(session).active
    if active is not None:
        return load(session, settings, active)
    folder = active_folder()
    return Detector.load(folder) if folder else None


def list_releases(session: Session, settings: Settings) -> ReleaseList:
    """Return all releases and what was done with them.

    Raises:
        ReleaseError: one that came with the software is incomplete or altered.
    """
    state = state_of(session)
    active = None if state.active or settings.release.folder else active_folder()
    registered = repository.everything(session)

    def summaries() -> Iterator[ReleaseSummary]:
        for row in registered:
            release = Release.model_validate_json(row.document)
            yield _summary(release, row, state, active=row.reference == state.active)
        known = {row.reference for row in registered}
        for folder in files.shipped():
            release = read_release(folder)
            if release.reference not in known or folder == active:
                yield _summary(release, None, state, active=folder == active)

    events = reversed(repository.events(session))
    return ReleaseList(
        items=tuple(summaries()),
        events=tuple(ReleaseEvent.model_validate(event) for event in list(events)[:_NEWEST]),
        pinned=settings.release.folder is not None,
    )


def _summary(
    release: Release, row: ReleaseRow | None, state: ReleaseState, *, active: bool
) -> ReleaseSummary:
    return ReleaseSummary(
        reference=release.reference,
        created=release.created,
        types=named(release.types),
        sha256=release.sha256,
        shipped=row is None,
        active=active,
        shadow=row is not None and release.reference == state.shadow,
        registered_at=row.registered_at if row else None,
        registered_by=row.registered_by if row else None,
    )


def get_shadow_report(session: Session) -> ShadowReport:
    """Return what the release in shadow said so far.

    Raises:
        NotFoundError: none runs in shadow.
    """
    state = state_of(session)
    if state.shadow is None or state.shadow_event is None:
        raise NotFoundError(
            "no release runs in shadow", fix="Start one: qc release shadow NAME@VERSION."
        )
    counted = repository.shadow_verdicts(session, state.shadow)
    return ShadowReport(
        reference=state.shadow,
        since=state.shadow_event.at,
        inspections=sum(count for *_, count in counted),
        agreeing=sum(count for _, given, said, count in counted if given == said),
        counts=tuple(
            ShadowCount(
                spec=spec,
                verdict=Verdict(given),
                shadow_verdict=Verdict(said) if said else None,
                inspections=count,
            )
            for spec, given, said, count in counted
        ),
        newest_differences=tuple(
            ShadowDifference(
                inspection=row.inspection_id,
                spec=row.spec_id,
                verdict=Verdict(row.verdict),
                shadow_verdict=Verdict(row.shadow_verdict) if row.shadow_verdict else None,
                problem=row.problem,
            )
            for row in repository.shadow_disagreements(session, state.shadow, _NEWEST)
        ),
    )
