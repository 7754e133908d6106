"""The SQL of reports."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.reports.models import ReportRow


def add(session: Session, row: ReportRow) -> None:
    """Store a signed report."""
    session.add(row)
    session.flush()


def find(session: Session, report_id: UUID) -> ReportRow | None:
    """Return a report."""
    return session.scalars(select(ReportRow).where(ReportRow.id == report_id)).one_or_none()


def find_by_client_id(session: Session, client_id: UUID) -> ReportRow | None:
    """Return the report that was signed under this id."""
    return session.scalars(select(ReportRow).where(ReportRow.client_id == client_id)).one_or_none()


def find_by_hash(session: Session, sha256: str) -> ReportRow | None:
    """Return the report whose content or file has this hash."""
    same = or_(ReportRow.content_sha256 == sha256, ReportRow.pdf_sha256 == sha256)
    return session.scalars(select(ReportRow).where(same)).one_or_none()


def newest(
    session: Session, *, lot_id: UUID | None, before: int | None, limit: int
) -> Sequence[ReportRow]:
    """Return up to `limit` reports signed before sequence `before`, newest first."""
    query = select(ReportRow).order_by(ReportRow.sequence.desc()).limit(limit)
    if lot_id is not None:
        query = query.where(ReportRow.lot_id == lot_id)
    if before is not None:
        query = query.where(ReportRow.sequence < before)
    return session.scalars(query).all()
