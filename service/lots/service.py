"""Lots and their units, inside a transaction that somebody else owns.

A lot's plan is frozen when the lot is offered. Whatever happens to it afterwards is a new row;
its state, its tally and the switching state of its series follow from the rows.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from qc.decision.sampling import LotPlan, UnitResult
from service.errors import ConflictError, NotFoundError
from service.lots import repository, views
from service.lots.models import LotRow, LotUnitRow
from service.lots.schemas import LotCharacteristic, LotPage, LotPlace, LotResource


class LotUnknownError(NotFoundError):
    """No lot of this id is stored."""

    code = "lot-unknown"


class LotStateError(ConflictError):
    """The lot is not in a state that allows this."""

    code = "lot-state"


class LotMismatchError(ConflictError):
    """The lot is of another product, or has no such unit."""

    code = "lot-mismatch"


def find_lot(session: Session, lot_id: UUID, *, for_update: bool = False) -> LotRow:
    """Return a lot; `for_update` makes other transactions wait.

    Raises:
        LotUnknownError: there is none.
    """
    find = repository.find_for_update if for_update else repository.find
    lot = find(session, lot_id)
    if lot is None:
        raise LotUnknownError(f"lot {lot_id} is not known", fix="Look it up at /v1/lots.")
    return lot


def check_place(session: Session, lot: LotRow, unit: int | None) -> None:
    """Check that something can still be said of a unit.

    Raises:
        LotMismatchError: the lot has no such unit.
        LotStateError: the lot is decided.
    """
    if unit is not None and unit > lot.size:
        raise LotMismatchError(
            f"unit {unit} is not in a lot of {lot.size}", fix=f"Give a number from 1 to {lot.size}."
        )
    decision = repository.decision(session, lot)
    if decision is not None:
        raise LotStateError(
            f"the lot is decided: {decision.kind}", fix="Choose another lot, or send no lot."
        )


def get_lot(session: Session, lot_id: UUID) -> LotResource:
    """Return one lot.

    Raises:
        LotUnknownError: there is none.
    """
    return views.resource(session, find_lot(session, lot_id))


def list_lots(
    session: Session,
    *,
    cursor: UUID | None,
    spec_id: str | None,
    decided: bool | None,
    limit: int,
) -> LotPage:
    """Return one page of lots, newest first; the cursor is the last lot shown.

    Raises:
        LotUnknownError: the cursor is not one that an earlier page gave.
    """
    before = None if cursor is None else find_lot(session, cursor).sequence
    rows = repository.newest(
        session, before=before, spec_id=spec_id, decided=decided, limit=limit + 1
    )
    return LotPage(
        items=tuple(views.summary(session, row) for row in rows[:limit]),
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


def characteristic(session: Session, lot_id: UUID) -> LotCharacteristic:
    """Return what a lot's plan accepts.

    Raises:
        LotUnknownError: there is no such lot.
    """
    plan = LotPlan.model_validate_json(find_lot(session, lot_id).plan)
    return LotCharacteristic(classes=tuple(views.characteristic(c) for c in plan.classes))


def spec_version_of(session: Session, lot_id: UUID, spec_id: str) -> int:
    """Return the version of the spec by which a lot's units are judged.

    Raises:
        LotUnknownError: there is no such lot.
        LotMismatchError: it is of another product.
    """
    lot = find_lot(session, lot_id)
    if lot.spec_id != spec_id:
        raise LotMismatchError(
            f"the lot is of {lot.spec_id}, the photo of {spec_id}",
            fix="Choose the product of the lot, or another lot.",
        )
    return lot.spec_version


def check_open(session: Session, lot_id: UUID, unit: int | None) -> None:
    """Check that an inspection of a unit would be counted.

    Raises:
        LotUnknownError: there is no such lot.
        LotMismatchError: the lot has no such unit.
        LotStateError: the lot is decided.
    """
    check_place(session, find_lot(session, lot_id), unit)


def attach(
    session: Session, lot_id: UUID, unit: int | None, inspection_id: UUID, result: UnitResult
) -> LotPlace:
    """Count an inspection as one of a lot's unit; without a number as of the next one.

    Raises:
        LotUnknownError: there is no such lot.
        LotMismatchError: the lot has no such unit.
        LotStateError: the lot is decided.
    """
    lot = find_lot(session, lot_id, for_update=True)
    number = repository.last_unit(session, lot) + 1 if unit is None else unit
    check_place(session, lot, number)
    repository.add(
        session,
        LotUnitRow(
            inspection_id=inspection_id,
            lot_sequence=lot.sequence,
            unit=number,
            result=result.model_dump_json(),
        ),
    )
    return LotPlace(lot_id=lot.id, unit=number)


def item_code_of_lot(session: Session, lot_id: UUID | None) -> str | None:
    """Return the code that a lot's items should bear; None without a lot, or where it names none.

    Raises:
        LotUnknownError: there is no such lot.
    """
    return None if lot_id is None else find_lot(session, lot_id).item_code


def item_code_of(session: Session, inspection_id: UUID) -> str | None:
    """Return the code that an inspection's item should bear; None where its lot names none."""
    place = repository.place_of(session, inspection_id)
    return item_code_of_lot(session, place and place[0])


def place_of(session: Session, inspection_id: UUID) -> LotPlace | None:
    """Return lot and unit of an inspection, None where it belongs to no lot."""
    place = repository.place_of(session, inspection_id)
    return None if place is None else LotPlace(lot_id=place[0], unit=place[1])
