"""The SQL of specs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from service.specs.models import GoldenPhotoRow, SpecRow


def find(session: Session, spec_id: str, version: int) -> SpecRow | None:
    """Return one version of a spec."""
    query = select(SpecRow).where(SpecRow.id == spec_id, SpecRow.version == version)
    return session.scalars(query.options(joinedload(SpecRow.stored_by))).one_or_none()


def newest(session: Session, spec_id: str, day: date | None = None) -> SpecRow | None:
    """Return the highest version of a spec, of those in force on a day where one is given."""
    query = select(SpecRow).where(SpecRow.id == spec_id).order_by(SpecRow.version.desc()).limit(1)
    if day is not None:
        query = query.where(SpecRow.effective_on <= day)
    return session.scalars(query).one_or_none()


def below(session: Session, spec_id: str, version: int) -> SpecRow | None:
    """Return the version of a spec before another one."""
    query = select(SpecRow).where(SpecRow.id == spec_id, SpecRow.version < version)
    return session.scalars(query.order_by(SpecRow.version.desc()).limit(1)).one_or_none()


def in_force(session: Session, day: date) -> Sequence[SpecRow]:
    """Return the version of every spec that counts on a day, by id."""
    counting = (
        select(SpecRow.id, func.max(SpecRow.version))
        .where(SpecRow.effective_on <= day)
        .group_by(SpecRow.id)
    )
    query = select(SpecRow).where(tuple_(SpecRow.id, SpecRow.version).in_(counting))
    return session.scalars(query.order_by(SpecRow.id)).all()


def versions(session: Session, spec_id: str | None) -> Sequence[SpecRow]:
    """Return all versions, of one spec or of every one: by id, newest first."""
    query = select(SpecRow).order_by(SpecRow.id, SpecRow.version.desc())
    if spec_id is not None:
        query = query.where(SpecRow.id == spec_id)
    return session.scalars(query.options(joinedload(SpecRow.stored_by))).all()


def add(session: Session, row: SpecRow | GoldenPhotoRow) -> None:
    """Store a version that is not stored yet, or a golden sample's photo."""
    session.add(row)


def golden_photos(session: Session, spec_id: str, version: int) -> Sequence[GoldenPhotoRow]:
    """Return the photos of a version's golden samples, by view."""
    query = select(GoldenPhotoRow).where(
        GoldenPhotoRow.spec_id == spec_id, GoldenPhotoRow.spec_version == version
    )
    named = query.options(joinedload(GoldenPhotoRow.added_by))
    return session.scalars(named.order_by(GoldenPhotoRow.view)).all()


def golden_views(session: Session) -> Sequence[tuple[str, int, str]]:
    """Return id, version and view of every golden sample's photo."""
    columns = (GoldenPhotoRow.spec_id, GoldenPhotoRow.spec_version, GoldenPhotoRow.view)
    rows = session.execute(select(*columns).order_by(*columns))
    return [(spec_id, version, view) for spec_id, version, view in rows]
