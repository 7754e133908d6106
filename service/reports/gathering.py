"""From the rows of a lot to what its report says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from qc.decision.conformity import Decision
from qc.decision.sampling import CLASSES
from qc.decision.verdict import Verdict
from qc.overlay import close_up
from qc.records import AngleMeasurement, CalliperMeasurement, Count, Inspection, Measurement
from qc.spec.base import DefectClass, LocalText, Severity
from qc.spec.models import ReportLanguage, Spec
from service.inspections import service as inspections
from service.inspections.schemas import InspectionResource
from service.lots import service as lots
from service.lots.schemas import LotResource, LotUnit
from service.reports.content import (
    Case,
    Cell,
    Column,
    ColumnSwelling,
    DefectCount,
    Picture,
    ReportContent,
    ReportedDefect,
    ReportedReview,
    Sheet,
    SheetRow,
    Signature,
    Statement,
    Used,
)
from service.reports.moisture import moisture_read, swelling_of
from service.review import service as reviews
from service.review.schemas import ReviewedDefect
from service.specs.service import get_spec

MOST_PICTURED = 24
"""Units with pictures; further ones are counted."""


@dataclass(frozen=True)
class Frame:
    """What a report says that does not follow from its lot."""

    number: str
    language: ReportLanguage | None
    workshop: str
    workshop_address: str
    statements: tuple[Statement, ...]
    signature: Signature | None


@dataclass(frozen=True)
class _Unit:
    """A unit with the inspection that its report shows: the newest that could be judged."""

    unit: LotUnit
    shown: InspectionResource | None
    every: tuple[InspectionResource, ...]
    defects: tuple[ReviewedDefect, ...] = field(default=())

    @property
    def accepted_by_person(self) -> bool:
        """Whether a lead said that it conforms, whatever was found on it."""
        if self.unit.findings:
            return self.unit.result.worst is None
        review = self.shown and self.shown.review
        return review is not None and review.verdict is Verdict.PASS

    @property
    def standing(self) -> tuple[ReportedDefect, ...]:
        """The defects beyond the spec, or in doubt."""
        shown = self.shown
        if self.accepted_by_person or shown is None:
            return ()
        reviewed = shown.review is not None  # with what the machine missed, beyond its own
        return tuple(
            _defect(
                defect,
                sure=reviewed or shown.defects[defect.number - 1].verdict is Verdict.FAIL,
            )
            for defect in self.defects
            if not defect.dismissed and defect.severity is not Severity.ACCEPTABLE
        )


def gather(session: Session, lot_id: UUID, frame: Frame) -> ReportContent:
    """Say everything that is known of a lot.

    Raises:
        LotUnknownError: there is no such lot.
    """
    lot = lots.get_lot(session, lot_id)
    spec = get_spec(session, lot.spec.id, lot.spec.version)
    units = [_unit(session, unit) for unit in lot.units]
    shown = [unit.shown for unit in units if unit.shown is not None]
    every = [inspection for unit in units for inspection in unit.every]
    columns = _columns(spec, shown)
    sheet = Sheet(columns=columns, rows=tuple(_rows(units, columns)))
    cases = [case for unit in units if (case := _case(unit, sheet)) is not None]
    reviewed = [inspection.review for inspection in every if inspection.review is not None]
    times = [inspection.created_at for inspection in every]
    return ReportContent(
        number=frame.number,
        language=frame.language or spec.report_language,
        workshop=frame.workshop,
        workshop_address=frame.workshop_address,
        lot_id=lot.id,
        order_number=lot.order_number,
        size=lot.size,
        offered_at=lot.created_at,
        buyer=spec.buyer,
        product_id=spec.product.id,
        product=spec.product.name,
        material=spec.product.material,
        spec=spec.reference,
        example=spec.example,
        **_decision(lot),
        plan=lot.plan,
        tally=lot.tally,
        inspected_units=len(lot.units),
        first_inspected_at=min(times, default=None),
        last_inspected_at=max(times, default=None),
        views=tuple(view.name for view in spec.views),
        view_instructions=tuple(view.instruction for view in spec.views),
        defects=_counts(spec, units, sheet),
        cases=tuple(cases[:MOST_PICTURED]),
        cases_left_out=max(0, len(cases) - MOST_PICTURED),
        sheet=sheet,
        moisture=moisture_read(unit.every for unit in units),
        statements=frame.statements,
        used=_used(every),
        reviewed_units=len(reviewed),
        overruled_units=sum(review.agreed is False for review in reviewed),
        photo_sha256s=tuple(photo.sha256 for one in every for photo in one.photos),
        signature=frame.signature,
    )


def _decision(lot: LotResource) -> dict[str, object]:
    decision = lot.decision
    return {
        "outcome": None if decision is None else decision.outcome.value,
        "decided_by": None if decision is None else decision.by,
        "decided_at": None if decision is None else decision.at,
        "decision_reason": None if decision is None else decision.reason,
    }


def _unit(session: Session, unit: LotUnit) -> _Unit:
    every = tuple(inspections.get_inspection(session, one) for one in unit.inspections)
    judged = [one for one in every if one.verdict is not Verdict.RETAKE]
    if not judged:
        return _Unit(unit, None, every)
    shown = judged[-1]
    defects = reviews.standing_defects(session, shown.id, shown)
    return _Unit(unit, shown, every, tuple(defects))


def _defect(defect: ReviewedDefect, *, sure: bool) -> ReportedDefect:
    return ReportedDefect(
        number=defect.number,
        type=defect.type,
        defect_class=_class(defect.severity),
        zone=defect.zone,
        length_mm=defect.length_mm,
        width_mm=defect.width_mm,
        by_person=defect.origin == "person",
        sure=sure,
        polygon_px=defect.polygon_px,
        view=defect.view,
    )


def _class(severity: Severity | None) -> DefectClass | None:
    return next((c for c in CLASSES if c is severity), None)


def _columns(spec: Spec, shown: Sequence[Inspection]) -> tuple[Column, ...]:
    """Return every dimension that was measured, in the spec's order, then the colour."""
    found: dict[str, Column] = {}
    for inspection in shown:
        for one in inspection.decided_dimensions:
            if one.name not in found and not isinstance(one, CalliperMeasurement):
                found[one.name] = _column(one, swelling_of(one.name, shown))
    order = {dimension.name: place for place, dimension in enumerate(spec.dimensions)}
    columns = sorted(found.values(), key=lambda column: order.get(column.name, len(order)))
    limits = [colour.max_delta_e for one in shown for colour in one.colours]
    if limits:
        columns.append(
            Column(
                name="colour",
                label=LocalText(en="colour", id="warna"),
                unit="ΔE00",
                lower=None,
                upper=limits[0],
                default_tolerance=False,
            )
        )
    return tuple(columns)


def _column(one: Measurement | AngleMeasurement | Count, swelling: ColumnSwelling | None) -> Column:
    if isinstance(one, Count):
        unit: Literal["", "mm", "°"] = ""
        lower = upper = float(one.expected)
    else:
        unit = "mm" if isinstance(one, Measurement) else "°"
        lower, upper = one.quantity.lower, one.quantity.upper
    return Column(
        name=one.name,
        label=one.label,
        unit=unit,
        lower=lower,
        upper=upper,
        default_tolerance=isinstance(one, Measurement) and one.default_tolerance,
        swelling=swelling,
    )


def _rows(units: Sequence[_Unit], columns: Sequence[Column]) -> Iterable[SheetRow]:
    for unit in units:
        cells = _cells(unit.shown) if unit.shown else {}
        parts: list[int | None] = [*sorted({part for _, part in cells if part is not None})]
        for part in parts or [None]:
            yield SheetRow(
                unit=unit.unit.unit,
                part=part if len(parts) > 1 else None,
                cells=tuple(
                    cells.get((column.name, part)) or cells.get((column.name, None))
                    for column in columns
                ),
            )


def _cells(inspection: Inspection) -> dict[tuple[str, int | None], Cell]:
    cells: dict[tuple[str, int | None], Cell] = {}
    # A calliper reading comes last and takes the photo's place.
    for one in inspection.decided_dimensions:
        if isinstance(one, Count):
            cell = Cell(value=one.found, u95=None, decision=one.decision, calliper=False)
        else:
            value, u95, *_ = one.quantity
            by_calliper = isinstance(one, CalliperMeasurement)
            cell = Cell(value=value, u95=u95, decision=one.decision, calliper=by_calliper)
        cells[one.name, one.part] = cell
    for colour in inspection.colours:
        cells["colour", colour.part] = Cell(
            value=colour.delta_e,
            u95=colour.u95_delta_e,
            decision=colour.decision,
            calliper=False,
        )
    return cells


def _failed(unit: _Unit, sheet: Sheet) -> tuple[str, ...]:
    """Name the columns in which a unit fails; none where a lead accepted it."""
    if unit.accepted_by_person:
        return ()
    cells = [
        (column.name, cell)
        for row in sheet.rows
        if row.unit == unit.unit.unit
        for column, cell in zip(sheet.columns, row.cells, strict=True)
    ]
    names = [name for name, cell in cells if cell and cell.decision is Decision.FAIL]
    return tuple(dict.fromkeys(names))


def _case(unit: _Unit, sheet: Sheet) -> Case | None:
    result = unit.unit.result
    defects, failed = unit.standing, _failed(unit, sheet)
    if result.worst is None and result.doubt is None and not defects:
        return None
    return Case(
        unit=unit.unit.unit,
        inspection_id=None if unit.shown is None else unit.shown.id,
        counts_as=result.worst,
        defects=defects,
        failed=failed,
        said=_said(unit),
        pictures=tuple(_pictures(unit, defects, failed)),
    )


def _said(unit: _Unit) -> ReportedReview | None:
    if unit.unit.findings:
        last = unit.unit.findings[-1]
        return ReportedReview(by=last.by, accepted=last.result.worst is None, reason=last.reason)
    review = None if unit.shown is None else unit.shown.review
    if review is None:
        return None
    accepted = review.verdict is Verdict.PASS
    return ReportedReview(by=review.by, accepted=accepted, reason=review.reason)


def _pictures(
    unit: _Unit, defects: Sequence[ReportedDefect], failed: Sequence[str]
) -> Iterable[Picture]:
    """Show every view with something found on it, or else the first."""
    if unit.shown is None:
        return
    lines = [m for m in (*unit.shown.measurements, *unit.shown.angles) if m.name in failed]
    views = {defect.view for defect in defects} | {line.view for line in lines}
    for photo in unit.shown.photos:
        if photo.view in views or (not views and photo is unit.shown.photos[0]):
            whole = (0, 0, photo.width_px, photo.height_px)
            yield Picture(
                view=photo.view,
                photo_sha256=photo.sha256,
                box_px=close_up(photo, unit.shown, photo.view) or whole,
                outlines_px=photo.outlines_px,
                lines_px=tuple(line.line_px for line in lines if line.view == photo.view),
            )


def _counts(spec: Spec, units: Sequence[_Unit], sheet: Sheet) -> tuple[DefectCount, ...]:
    of_dimension: dict[str, DefectClass] = {d.name: d.severity for d in spec.dimensions}
    if spec.colour is not None:
        of_dimension["colour"] = spec.colour.severity
    labels = {column.name: column.label for column in sheet.columns}
    in_units: Counter[tuple[DefectClass, str, bool]] = Counter()
    instances: Counter[tuple[DefectClass, str, bool]] = Counter()
    for unit in units:
        found = [
            (defect.defect_class, defect.type, False)
            for defect in unit.standing
            if defect.defect_class is not None and defect.sure
        ]
        found += [
            (of_dimension.get(name, Severity.MAJOR), name, True) for name in _failed(unit, sheet)
        ]
        instances.update(found)
        in_units.update(set(found))
    worst_first = sorted(in_units, key=lambda key: (CLASSES.index(key[0]), -in_units[key], key[1]))
    return tuple(
        DefectCount(
            defect_class=key[0],
            type=key[1],
            label=(labels.get(key[1]) or LocalText(en=key[1], id=key[1])) if key[2] else None,
            units=in_units[key],
            instances=instances[key],
        )
        for key in worst_first
    )


def _used(every: Sequence[Inspection]) -> Used:
    versions = [inspection.versions for inspection in every]

    def named(names: Iterable[str | None]) -> tuple[str, ...]:
        return tuple(sorted({name for name in names if name is not None}))

    return Used(
        software=named(v.software for v in versions),
        releases=named(v.release for v in versions),
        normality=named(name for v in versions for name in v.normality),
        stations=named(v.station for v in versions),
        mats=named(v.mat for v in versions),
    )
