"""The SQL of specs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from qc.spec.models import Spec
from service.specs.models import SpecRow


def find(session: Session, spec_id: str, version: int | None) -> SpecRow | None:
    """Return one version of a spec, the latest where none is named."""
    query = select(SpecRow).where(SpecRow.id == spec_id).order_by(SpecRow.version.desc()).limit(1)
    if version is not None:
        query = query.where(SpecRow.version == version)
    return session.scalars(query).one_or_none()


def latest(session: Session) -> Sequence[SpecRow]:
    """Return the latest version of every spec, by id."""
    newest = select(SpecRow.id, func.max(SpecRow.version)).group_by(SpecRow.id)
    query = select(SpecRow).where(tuple_(SpecRow.id, SpecRow.version).in_(newest))
    return session.scalars(query.order_by(SpecRow.id)).all()


def add(session: Session, spec: Spec, stored_at: datetime) -> None:
    """Store a version of a spec that is not stored yet."""
    session.add(
        SpecRow(
            id=spec.id,
            version=spec.version,
            document=spec.model_dump_json(),
            stored_at=stored_at,
        )
    )
