"""The SQL of releases."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.defects.release import Release
from service.releases.models import ComparisonRow, ReleaseEventRow, ReleaseRow, ShadowRow


def find(session: Session, reference: str) -> ReleaseRow | None:
    """Return a registered release."""
    return session.get(ReleaseRow, reference)


def everything(session: Session) -> Sequence[ReleaseRow]:
    """Return all registered releases, the newest first."""
    return session.scalars(select(ReleaseRow).order_by(ReleaseRow.registered_at.desc())).all()


def add(session: Session, row: ReleaseRow | ComparisonRow | ReleaseEventRow | ShadowRow) -> None:
    """Store a row."""
    session.add(row)
    session.flush()


def events(session: Session) -> Sequence[ReleaseEventRow]:
    """Return all events, the oldest first."""
    return session.scalars(select(ReleaseEventRow).order_by(ReleaseEventRow.sequence)).all()


def last_event(session: Session) -> int:
    """Return the number of the newest event; 0 where nothing was done yet."""
    return session.scalar(select(func.max(ReleaseEventRow.sequence))) or 0


def newest_comparison(
    session: Session, baseline: Release, candidate: Release
) -> ComparisonRow | None:
    """Return the newest comparison of two releases with these very weights."""
    query = select(ComparisonRow).where(
        ComparisonRow.baseline == baseline.reference,
        ComparisonRow.baseline_sha256 == baseline.sha256,
        ComparisonRow.candidate == candidate.reference,
        ComparisonRow.candidate_sha256 == candidate.sha256,
    )
    return session.scalars(query.order_by(ComparisonRow.sequence.desc()).limit(1)).one_or_none()


def last_shadowed(session: Session, reference: str) -> int:
    """Return the last inspection that a release in shadow saw; 0 for none."""
    query = select(func.max(ShadowRow.inspection_sequence))
    return session.scalar(query.where(ShadowRow.reference == reference)) or 0


def shadow_verdicts(session: Session, reference: str) -> Sequence[tuple[str, str, str | None, int]]:
    """Count what a release in shadow said: spec, verdict given, verdict in shadow, how often."""
    columns = (ShadowRow.spec_id, ShadowRow.verdict, ShadowRow.shadow_verdict)
    query = select(*columns, func.count()).where(ShadowRow.reference == reference)
    rows = session.execute(query.group_by(*columns).order_by(*columns)).all()
    return [(spec, given, said, count) for spec, given, said, count in rows]


def shadow_disagreements(session: Session, reference: str, limit: int) -> Sequence[ShadowRow]:
    """Return the newest inspections of which a release in shadow said something else."""
    query = select(ShadowRow).where(
        ShadowRow.reference == reference,
        ShadowRow.shadow_verdict.is_distinct_from(ShadowRow.verdict),
    )
    newest = query.order_by(ShadowRow.inspection_sequence.desc()).limit(limit)
    return session.scalars(newest).all()
