"""The SQL of lots."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from service.database import Base
from service.lots.models import LotEventRow, LotFindingRow, LotRow, LotUnitRow, SeriesRow


def find(session: Session, lot_id: UUID) -> LotRow | None:
    """Return a lot with its spec."""
    query = select(LotRow).options(joinedload(LotRow.spec)).where(LotRow.id == lot_id)
    return session.scalars(query).one_or_none()


def find_for_update(session: Session, lot_id: UUID) -> LotRow | None:
    """Return a lot; other transactions wait until this one is over."""
    query = select(LotRow).options(joinedload(LotRow.spec)).where(LotRow.id == lot_id)
    return session.scalars(query.with_for_update(of=LotRow)).one_or_none()


def find_by_client_id(session: Session, client_id: UUID) -> LotRow | None:
    """Return the lot that was offered under this id."""
    query = select(LotRow).options(joinedload(LotRow.spec)).where(LotRow.client_id == client_id)
    return session.scalars(query).one_or_none()


def id_of(session: Session, sequence: int) -> UUID:
    """Return the public id of a lot."""
    return session.scalars(select(LotRow.id).where(LotRow.sequence == sequence)).one()


def resubmission_of(session: Session, lot: LotRow) -> UUID | None:
    """Return the id of the lot as which a rejected one was offered again."""
    query = select(LotRow.id).where(LotRow.reinspection_of == lot.sequence)
    return session.scalars(query).one_or_none()


def newest(
    session: Session, *, before: int | None, spec_id: str | None, decided: bool | None, limit: int
) -> Sequence[LotRow]:
    """Return up to `limit` lots offered before sequence `before`, newest first."""
    query = select(LotRow).options(joinedload(LotRow.spec))
    if before is not None:
        query = query.where(LotRow.sequence < before)
    if spec_id is not None:
        query = query.where(LotRow.spec_id == spec_id)
    if decided is not None:
        has_decision = select(SeriesRow).where(SeriesRow.lot_sequence == LotRow.sequence).exists()
        query = query.where(has_decision if decided else ~has_decision)
    return session.scalars(query.order_by(LotRow.sequence.desc()).limit(limit)).all()


def units(session: Session, lot: LotRow) -> Sequence[LotUnitRow]:
    """Return the inspections of a lot's units, by unit, oldest first."""
    query = select(LotUnitRow).where(LotUnitRow.lot_sequence == lot.sequence)
    return session.scalars(query.order_by(LotUnitRow.unit, LotUnitRow.sequence)).all()


def place_of(session: Session, inspection_id: UUID) -> tuple[UUID, int] | None:
    """Return lot and unit of an inspection."""
    query = (
        select(LotRow.id, LotUnitRow.unit)
        .join(LotRow, LotRow.sequence == LotUnitRow.lot_sequence)
        .where(LotUnitRow.inspection_id == inspection_id)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row.id, row.unit)


def last_unit(session: Session, lot: LotRow) -> int:
    """Return the highest number of an inspected unit, 0 where there is none."""
    query = select(func.max(LotUnitRow.unit)).where(LotUnitRow.lot_sequence == lot.sequence)
    return session.scalar(query) or 0


def findings(session: Session, lot: LotRow) -> Sequence[LotFindingRow]:
    """Return what people found on a lot's units, oldest first."""
    query = select(LotFindingRow).where(LotFindingRow.lot_sequence == lot.sequence)
    return session.scalars(query.order_by(LotFindingRow.sequence)).all()


def events(session: Session, lot: LotRow) -> Sequence[LotEventRow]:
    """Return what happened to a lot, oldest first."""
    query = select(LotEventRow).where(LotEventRow.lot_sequence == lot.sequence)
    return session.scalars(query.order_by(LotEventRow.sequence)).all()


def decision(session: Session, lot: LotRow) -> SeriesRow | None:
    """Return the decision on a lot."""
    query = select(SeriesRow).where(SeriesRow.lot_sequence == lot.sequence)
    return session.scalars(query).one_or_none()


def series(
    session: Session, buyer: str, product_id: str
) -> Sequence[tuple[SeriesRow, LotRow | None]]:
    """Return the steps of a series in their order, decisions with their lot."""
    query = (
        select(SeriesRow, LotRow)
        .outerjoin(LotRow, LotRow.sequence == SeriesRow.lot_sequence)
        .where(SeriesRow.buyer == buyer, SeriesRow.product_id == product_id)
        .order_by(SeriesRow.sequence)
    )
    return [(row.SeriesRow, row.LotRow) for row in session.execute(query)]


def add(session: Session, row: Base) -> None:
    """Store a row of any of the tables of lots."""
    session.add(row)
    session.flush()
