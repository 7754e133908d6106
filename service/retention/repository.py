"""The SQL of retention."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from service.inspections.models import InspectionRow, PhotoRow
from service.lots.models import LotFindingRow, LotUnitRow, SeriesRow
from service.retention.models import DeletedPhotoRow
from service.review.models import ReviewItemRow, ReviewRow
from service.specs.models import GoldenPhotoRow


def _stays(before: datetime) -> ColumnElement[bool]:
    """Tell of an inspection whether its photos are still needed."""
    unit = select(LotUnitRow).where(LotUnitRow.inspection_id == InspectionRow.id)
    decided = select(SeriesRow).where(SeriesRow.lot_sequence == LotUnitRow.lot_sequence).exists()
    found = (
        select(LotFindingRow)
        .where(
            LotFindingRow.lot_sequence == LotUnitRow.lot_sequence,
            LotFindingRow.unit == LotUnitRow.unit,
        )
        .exists()
    )
    return or_(
        InspectionRow.created_at >= before,
        unit.where(~decided).exists(),
        unit.where(found).exists(),
        select(ReviewItemRow).where(ReviewItemRow.inspection_id == InspectionRow.id).exists(),
        select(ReviewRow).where(ReviewRow.inspection_id == InspectionRow.id).exists(),
    )


def over(session: Session, before: datetime) -> Sequence[tuple[str, int]]:
    """Return SHA-256 and bytes of photos that nothing needs any more, in order."""
    needed = (
        select(PhotoRow.sha256)
        .join(InspectionRow, InspectionRow.sequence == PhotoRow.inspection_sequence)
        .where(_stays(before))
    )
    query = (
        select(PhotoRow.sha256, func.max(PhotoRow.size_bytes))
        .where(
            PhotoRow.sha256.not_in(needed),
            PhotoRow.sha256.not_in(select(GoldenPhotoRow.sha256)),
            PhotoRow.sha256.not_in(select(DeletedPhotoRow.sha256)),
        )
        .group_by(PhotoRow.sha256)
        .order_by(PhotoRow.sha256)
    )
    return [(sha256, size_bytes) for sha256, size_bytes in session.execute(query)]


def photos(session: Session) -> int:
    """Count the photos of inspections, deleted ones included."""
    return session.scalar(select(func.count(PhotoRow.sha256.distinct()))) or 0


def find(session: Session, sha256s: Collection[str]) -> dict[str, datetime]:
    """Return when those of the photos were deleted that were."""
    query = select(DeletedPhotoRow.sha256, DeletedPhotoRow.deleted_at)
    query = query.where(DeletedPhotoRow.sha256.in_(sha256s))
    return dict(session.execute(query).all())


def every(session: Session) -> dict[str, datetime]:
    """Return all photos that were deleted, and when."""
    query = select(DeletedPhotoRow.sha256, DeletedPhotoRow.deleted_at)
    return dict(session.execute(query).all())


def unfinished(session: Session, limit: int) -> Sequence[DeletedPhotoRow]:
    """Return tombstones of photos whose bytes may still be there."""
    query = select(DeletedPhotoRow).where(DeletedPhotoRow.gone.is_(False))
    return session.scalars(query.order_by(DeletedPhotoRow.sha256).limit(limit)).all()


def add(session: Session, rows: Sequence[DeletedPhotoRow]) -> None:
    """Store tombstones."""
    session.add_all(rows)
    session.flush()


def remove(session: Session, sha256s: Collection[str]) -> None:
    """Remove tombstones."""
    session.execute(delete(DeletedPhotoRow).where(DeletedPhotoRow.sha256.in_(sha256s)))
