"""Items as they were first inspected, and what was wrong with them in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from qc.decision.conformity import Decision
from qc.decision.messages import DEFECT_NAMES
from qc.decision.verdict import Verdict
from qc.records import AngleMeasurement, Inspection, Measurement
from qc.spec.base import LocalText, Severity, Zone
from qc.spec.models import Spec
from service.insight import repository
from service.insight.repository import Scope
from service.readings import service as readings
from service.review import service as reviews
from service.specs.service import get_spec

MOST_ITEMS: Final = 20_000
"""That are read for one answer; older ones are left out, and the answer says so."""

Kind = Literal["defect", "dimension", "colour", "other"]

_COLOUR: Final = LocalText(en="colour", id="warna")
_OTHER: Final = LocalText(en="other", id="lainnya")


@dataclass(frozen=True)
class Nonconformity:
    """One thing that was wrong with an item."""

    kind: Kind
    name: str
    label: LocalText
    view: str | None
    severity: str | None = None
    zone: Zone | None = None


@dataclass(frozen=True)
class Item:
    """One item, by its first inspection that could be judged."""

    id: UUID
    at: datetime
    spec: Spec
    order_number: str | None
    group: str | None
    unit: int | None
    machine: Verdict
    standing: Verdict
    sizes: tuple[Measurement | AngleMeasurement, ...]
    photos: Mapping[str, str]
    """The SHA-256 of each view's photo."""
    wrong: tuple[Nonconformity, ...] = field(default=())
    """Of items that failed; what is still in doubt is nothing yet."""


def items_of(session: Session, scope: Scope) -> tuple[list[Item], bool]:
    """Return the items of a scope, oldest first, and whether older ones were left out."""
    rows = repository.first_inspections(session, scope, MOST_ITEMS + 1)
    left_out = len(rows) > MOST_ITEMS
    rows = rows[-MOST_ITEMS:]

    @cache
    def spec_of(spec_id: str, version: int) -> Spec:
        return get_spec(session, spec_id, version)

    ids = [row.id for row in rows]
    read = readings.verdicts(session, ids)
    reviewed = reviews.verdicts(session, ids)
    found = []
    for row in rows:
        spec = spec_of(row.spec_id, row.spec_version)
        if scope.buyer is not None and spec.buyer != scope.buyer:
            continue
        machine = Inspection.model_validate_json(row.document)
        inspection = machine
        if row.id in read:
            inspection, _ = readings.as_read(session, row.id, machine, spec)
        standing = reviewed.get(row.id) or inspection.verdict
        wrong: tuple[Nonconformity, ...] = ()
        if standing is Verdict.FAIL:
            wrong = tuple(_wrong(session, row.id, inspection, spec, reviewed=row.id in reviewed))
        found.append(
            Item(
                id=row.id,
                at=row.created_at,
                spec=spec,
                order_number=row.order_number,
                group=row.maker_group,
                unit=row.unit,
                machine=machine.verdict,
                standing=standing,
                sizes=(*machine.measurements, *machine.angles),
                photos={photo.view: photo.sha256 for photo in machine.photos},
                wrong=wrong,
            )
        )
    return found, left_out


def _wrong(
    session: Session, inspection_id: UUID, inspection: Inspection, spec: Spec, *, reviewed: bool
) -> list[Nonconformity]:
    """List what failed; where a lead rejected the item, the defects as the lead left them."""
    if reviewed:
        standing = reviews.standing_defects(session, inspection_id, inspection)
        defects: list[tuple[str, str, Severity | None, Zone | None]] = [
            (d.type, d.view, d.severity, d.zone)
            for d in standing
            if not d.dismissed and d.severity is not Severity.ACCEPTABLE
        ]
    else:
        defects = [
            (d.type, d.view, d.severity, d.zone)
            for d in inspection.defects
            if d.verdict is Verdict.FAIL
        ]
    wrong = [
        Nonconformity("defect", type_, _name(type_), view, severity, zone)
        for type_, view, severity, zone in defects
    ]
    by_name = {d.name: d for d in spec.dimensions}
    for decided in inspection.decided_dimensions:
        if decided.decision is Decision.FAIL:
            known = by_name.get(decided.name)
            label = (known and known.label) or LocalText(en=decided.name, id=decided.name)
            severity = known.severity if known else None
            wrong.append(Nonconformity("dimension", decided.name, label, decided.view, severity))
    wrong += [
        Nonconformity("colour", "colour", _COLOUR, c.view)
        for c in inspection.colours
        if c.decision is Decision.FAIL
    ]
    return wrong or [Nonconformity("other", "other", _OTHER, None)]


def _name(defect_type: str) -> LocalText:
    names = DEFECT_NAMES.get(defect_type, {"en": defect_type, "id": defect_type})
    return LocalText(en=names["en"], id=names["id"])
