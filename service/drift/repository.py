"""The SQL of drift: only reads."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.inspections.models import InspectionRow
from service.stations.models import StationRow


def places(session: Session) -> list[tuple[str, str]]:
    """List which spec was inspected at which station: `(spec_id, station_id)`."""
    query = (
        select(InspectionRow.spec_id, StationRow.id)
        .join(StationRow, StationRow.revision == InspectionRow.station_revision)
        .distinct()
        .order_by(InspectionRow.spec_id, StationRow.id)
    )
    return [(spec_id, station_id) for spec_id, station_id in session.execute(query)]


def newest_documents(session: Session, spec_id: str, station_id: str, limit: int) -> list[str]:
    """Return the newest inspections of a spec at a station, as they were stored, newest first."""
    query = (
        select(InspectionRow.document)
        .join(StationRow, StationRow.revision == InspectionRow.station_revision)
        .where(InspectionRow.spec_id == spec_id, StationRow.id == station_id)
        .order_by(InspectionRow.sequence.desc())
        .limit(limit)
    )
    return list(session.scalars(query))
