"""Which release inspects and which runs in shadow: promoted, rolled back, started, stopped.

All inside a transaction that somebody else owns. What is chosen follows from the events alone: a
crash leaves either the old state or the new.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from qc.comparison import Cell, Comparison, worse_cells
from qc.defects.release import Release, active_folder, read_release
from service.actor import Actor
from service.audit import service as audit
from service.errors import ConflictError
from service.releases import files, repository
from service.releases.models import ComparisonRow, ReleaseEventRow
from service.releases.schemas import Gate, ReleaseEvent
from service.releases.service import find_card, load, register, state_of
from service.releases.state import Action
from service.settings import Settings


class ReleaseHeldBackError(ConflictError):
    """The gate does not let a release inspect."""

    code = "release-held-back"


class NothingToRollBackError(ConflictError):
    """No release was active before this one."""

    code = "nothing-to-roll-back"


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


def get_gate(session: Session, reference: str, margin: float) -> Gate:
    """Say whether the gate would let a release inspect, and what it compared.

    Raises:
        ReleaseUnknownError: there is no such release.
    """
    candidate = find_card(session, reference)
    row, problem = _judge(session, _active_release(session), candidate, margin)
    comparison = Comparison.model_validate_json(row.document) if row else None
    return Gate(reference=reference, problem=problem, comparison=comparison)


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
    _keep(session, settings, reference, actor)
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
    _keep(session, settings, reference, actor)
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


def _refuse_pinned(settings: Settings) -> None:
    if settings.release.folder:
        raise ConflictError(
            f"the setting TELITI_RELEASE__FOLDER names {settings.release.folder}",
            fix="Remove the setting to choose releases here.",
        )


def _keep(session: Session, settings: Settings, reference: str, actor: Actor) -> None:
    """Register a release of the software that is chosen: it may go with the next version."""
    if repository.find(session, reference) is None:
        shipped = files.shipped_folder(reference)
        if shipped is not None:
            register(session, settings.storage.data_dir, shipped, actor)


def _active_release(session: Session) -> Release | None:
    """Read the card of the active release, even where its weights are damaged by now."""
    active = state_of(session).active
    if active is not None:
        row = repository.find(session, active)
        return Release.model_validate_json(row.document) if row else None
    folder = active_folder()
    return read_release(folder) if folder else None


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
