"""The SQL of insight: only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.inspections.models import InspectionRow
from service.lots.models import LotRow, LotUnitRow
from service.review.models import ReinspectionRow


@dataclass(frozen=True)
class Scope:
    """Which inspections are looked at; None asks for all."""

    since: datetime
    until: datetime
    spec: str | None = None
    buyer: str | None = None
    group: str | None = None


def first_inspections(session: Session, scope: Scope, limit: int) -> Sequence[Any]:
    """Return the newest `limit` first inspections of items that could be judged, oldest first.

    An item that comes back from rework was counted when it was made. Rows have `id`, `created_at`,
    `spec_id`, `spec_version`, `document`, `order_number`, `maker_group`, `unit`.
    """
    again = select(ReinspectionRow).where(ReinspectionRow.inspection_id == InspectionRow.id)
    query = (
        select(
            InspectionRow.sequence,
            InspectionRow.id,
            InspectionRow.created_at,
            InspectionRow.spec_id,
            InspectionRow.spec_version,
            InspectionRow.document,
            LotRow.order_number,
            LotRow.maker_group,
            LotUnitRow.unit,
        )
        .outerjoin(LotUnitRow, LotUnitRow.inspection_id == InspectionRow.id)
        .outerjoin(LotRow, LotRow.sequence == LotUnitRow.lot_sequence)
        .where(
            InspectionRow.verdict != "retake",
            InspectionRow.created_at >= scope.since,
            InspectionRow.created_at < scope.until,
            ~again.exists(),
        )
        .order_by(InspectionRow.sequence.desc())
        .limit(limit)
    )
    if scope.spec is not None:
        query = query.where(InspectionRow.spec_id == scope.spec)
    if scope.group is not None:
        query = query.where(LotRow.maker_group == scope.group)
    return session.execute(query).all()[::-1]


def groups(session: Session) -> Sequence[str]:
    """Return the groups of makers that lots name."""
    query = select(LotRow.maker_group).where(LotRow.maker_group.is_not(None)).distinct()
    return [group for group in session.scalars(query.order_by(LotRow.maker_group)) if group]
