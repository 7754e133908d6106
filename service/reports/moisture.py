"""What a report says of moisture: what meters read of a lot's units, and what swelling would do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qc.records import Inspection
from service.inspections.schemas import InspectionResource
from service.readings.schemas import MoistureContent, ReadingRecord
from service.reports.content import ColumnSwelling, MoistureRead


def moisture_read(units: Iterable[Sequence[InspectionResource]]) -> MoistureRead | None:
    """Sum up the newest reading of each unit; None where nobody read any.

    Args:
        units: the inspections of each unit.
    """
    newest = [found[-1] for inspections in units if (found := _readings(inspections))]
    if not newest:
        return None
    percents = [content.percent for content, _ in newest]
    times = [record.measured_at for _, record in newest]
    return MoistureRead(
        units=len(newest),
        lowest_percent=min(percents),
        highest_percent=max(percents),
        first_at=min(times),
        last_at=max(times),
        by=tuple(sorted({record.measured_by for _, record in newest if record.measured_by})),
        instruments=tuple(sorted({content.instrument for content, _ in newest})),
    )


def _readings(
    inspections: Iterable[InspectionResource],
) -> list[tuple[MoistureContent, ReadingRecord]]:
    """Return a unit's readings of moisture, oldest first."""
    found = [
        (record.content, record)
        for inspection in inspections
        for record in inspection.readings
        if isinstance(record.content, MoistureContent)
    ]
    return sorted(found, key=lambda pair: pair[1].measured_at)


def swelling_of(name: str, shown: Iterable[Inspection]) -> ColumnSwelling | None:
    """Return the most that moisture would change a size of these items; None along the grain."""
    found = [
        measured.swelling
        for inspection in shown
        for measured in inspection.measurements
        if measured.name == name and measured.swelling is not None
    ]
    if not found:
        return None
    most = max(found, key=lambda swelling: swelling.change_mm)
    return ColumnSwelling(moisture_percent=most.moisture_percent, change_mm=most.change_mm)
