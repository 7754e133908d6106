"""What can be done with releases inside a transaction that somebody else owns.

What is active follows from the events alone: a crash leaves either the old state or the new.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from qc.comparison import Cell, Comparison, worse_cells
from qc.decision.verdict import Verdict
from qc.defects.detector import Detector
from qc.defects.release import Release, active_folder, read_release
from qc.errors import ReleaseError
from service.actor import Actor
from service.audit import service as audit
from service.errors import ConflictError, NotFoundError
from service.releases import files, repository
from service.releases.models import ComparisonRow, ReleaseEventRow, ReleaseRow
from service.releases.schemas import (
    ReleaseEvent,
    ReleaseList,
    ReleaseResource,
    ReleaseSummary,
    ShadowCount,
    ShadowDifference,
    ShadowReport,
)
from service.releases.state import Action, ReleaseState, derive
from service.settings import Settings

_NEWEST = 50


class NoReleaseError(NotFoundError):
    """No release is active; inspections leave the surface to a person."""

    code = "no-active-release"


class ReleaseUnknownError(NotFoundError):
    """No release of this reference is registered or came with the software."""

    code = "release-unknown"


class ReleaseHeldBackError(ConflictError):
    """The gate does not let a release inspect."""

    code = "release-held-back"


class NothingToRollBackError(ConflictError):
    """No release was active before this one."""

    code = "nothing-to-roll-back"


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


def load(session: Session, settings: Settings, reference: str) -> Detector:
    """Load a release that is registered or came with the software.

    Raises:
        ReleaseUnknownError: there is none.
        ReleaseError: its files are not those that were registered.
    """
    row = repository.find(session, reference)
    if row is None:
        shipped = files.shipped_folder(reference)
        if shipped is None:
            raise ReleaseUnknownError(
                f"release {reference} is not known", fix="Register its folder, or see the list."
            )
        return Detector.load(shipped)
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
        types=release.types,
        sha256=release.sha256,
        shipped=row is None,
        active=active,
        shadow=row is not None and release.reference == state.shadow,
        registered_at=row.registered_at if row else None,
        registered_by=row.registered_by if row else None,
    )


def keep_comparison(session: Session, comparison: Comparison) -> None:
    """Keep what two releases made of the same photos, for the gate."""
    row = ComparisonRow(
        baseline=comparison.baseline,
        baseline_sha256=comparison.baseline_sha256,
        candidate=comparison.candidate,
        candidate_sha256=comparison.candidate_sha256,
        created_at=datetime.now(UTC),
        document=comparison.model_dump_json(),
    )
    repository.add(session, row)


def promote(
    session: Session,
    settings: Settings,
    reference: str,
    *,
    reason: str,
    margin: float,
    override: bool,
    actor: Actor,
) -> None:
    """Let a release inspect from now on.

    It must have been compared with the active one on the same photos, and in no product and type
    be worse by more than the margin; a person may override the gate, and is named for it.

    Raises:
        ReleaseUnknownError: there is no such release.
        ReleaseHeldBackError: the gate holds it back.
        ReleaseError: its files are not those that were registered.
        ConflictError: it is active already, or a setting names the release that inspects.
    """
    _refuse_pinned(settings)
    candidate = load(session, settings, reference)
    active = _active_release(session)
    if active is not None and active.reference == reference:
        raise ConflictError(f"{reference} is active already", fix="There is nothing to do.")
    comparison, problem = _judge(session, active, candidate.release, margin)
    if problem and not override:
        raise ReleaseHeldBackError(
            problem, fix="Improve it, or override the gate and say why (--override REASON)."
        )
    if repository.find(session, reference) is None:
        # A release of the software may go with its next version; this one must stay.
        shipped = files.shipped_folder(reference)
        if shipped is not None:
            register(session, settings.storage.data_dir, shipped, actor)
    _add_event(
        session,
        actor,
        Action.PROMOTED,
        reference,
        reason,
        comparison_sequence=comparison.sequence if comparison else None,
        overridden=problem is not None,
    )


def roll_back(session: Session, settings: Settings, *, reason: str, actor: Actor) -> str | None:
    """Let the release inspect that was active before; return its reference, None for shipped.

    Raises:
        NothingToRollBackError: there is none.
        ReleaseError: its files are not those that were registered.
    """
    _refuse_pinned(settings)
    state = state_of(session)
    if not state.earlier:
        raise NothingToRollBackError(
            "no release was promoted that could be rolled back", fix="There is nothing to do."
        )
    target = state.earlier[-1]
    if target is not None:
        load(session, settings, target)
    _add_event(session, actor, Action.ROLLED_BACK, target, reason)
    return target


def start_shadow(
    session: Session, settings: Settings, reference: str, *, reason: str, actor: Actor
) -> None:
    """Let a release judge the same photos unseen.

    Raises:
        ReleaseUnknownError: there is no such release.
        ReleaseError: its files are not those that were registered.
    """
    load(session, settings, reference)
    if repository.find(session, reference) is None:
        shipped = files.shipped_folder(reference)
        if shipped is not None:
            register(session, settings.storage.data_dir, shipped, actor)
    _add_event(session, actor, Action.SHADOW_STARTED, reference, reason)


def stop_shadow(session: Session, *, reason: str, actor: Actor) -> None:
    """End the shadow run; what it said is kept.

    Raises:
        ConflictError: none runs.
    """
    state = state_of(session)
    if state.shadow is None:
        raise ConflictError("no release runs in shadow", fix="There is nothing to do.")
    _add_event(session, actor, Action.SHADOW_STOPPED, state.shadow, reason)


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


def _refuse_pinned(settings: Settings) -> None:
    if settings.release.folder:
        raise ConflictError(
            f"the setting TELITI_RELEASE__FOLDER names {settings.release.folder}",
            fix="Remove the setting to choose releases here.",
        )


def _active_release(session: Session) -> Release | None:
    """Read the card of the active release, even where its weights are damaged by now."""
    active = state_of(session).active
    if active is not None:
        row = repository.find(session, active)
        return Release.model_validate_json(row.document) if row else None
    folder = active_folder()
    return Detector.load(folder).release if folder else None


def _judge(
    session: Session, active: Release | None, candidate: Release, margin: float
) -> tuple[ComparisonRow | None, str | None]:
    """Look up the comparison, and say what speaks against the candidate."""
    if active is None:
        return None, None  # anything is better than leaving every surface to a person
    row = repository.newest_comparison(session, active, candidate)
    if row is None:
        problem = (
            f"{candidate.reference} was not compared with {active.reference}: "
            f"qc release compare {active.reference} {candidate.reference} --data FOLDER"
        )
        return None, problem
    comparison = Comparison.model_validate_json(row.document)
    against = [
        *(describe_cell(cell) for cell in worse_cells(comparison, margin)),
        *(f"it does not know {name}" for name in comparison.types_lost),
    ]
    if not against:
        return row, None
    listed = "; ".join(against)
    return row, f"{candidate.reference} is worse than {active.reference} by over {margin}: {listed}"


def describe_cell(cell: Cell) -> str:
    """Say what a cell holds, with its interval and how much it rests on."""
    name = cell.metric.replace("_", " ")
    what = f"{cell.product} {cell.type} {name}" if cell.type else f"{cell.product} {name}"
    return (
        f"{what} {cell.baseline:.3f} → {cell.candidate:.3f} ({cell.difference:+.3f}, 95 % "
        f"{cell.lower:+.3f} to {cell.upper:+.3f}, {cell.items} items)"
    )


def _add_event(
    session: Session,
    actor: Actor,
    action: Action,
    reference: str | None,
    reason: str,
    *,
    comparison_sequence: int | None = None,
    overridden: bool = False,
) -> None:
    row = ReleaseEventRow(
        at=datetime.now(UTC),
        action=action,
        reference=reference,
        by=actor.name,
        reason=reason,
        comparison_sequence=comparison_sequence,
        overridden=overridden,
    )
    repository.add(session, row)
    subject = f"release/{reference or 'shipped'}"
    document = ReleaseEvent.model_validate(row)
    audit.record(session, actor, f"release.{action}", subject, after=document)
