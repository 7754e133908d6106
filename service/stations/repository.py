"""The SQL of stations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.geometry.station import Station
from service.stations.models import StationRow


def find(session: Session, station_id: str) -> StationRow | None:
    """Return the newest revision of a station."""
    query = select(StationRow).where(StationRow.id == station_id)
    return session.scalars(query.order_by(StationRow.revision.desc()).limit(1)).one_or_none()


def newest(session: Session) -> Sequence[StationRow]:
    """Return the newest revision of every station, by id."""
    revisions = select(func.max(StationRow.revision)).group_by(StationRow.id)
    query = select(StationRow).where(StationRow.revision.in_(revisions))
    return session.scalars(query.order_by(StationRow.id)).all()


def add(session: Session, station: Station, stored_at: datetime) -> None:
    """Store a revision of a station."""
    session.add(StationRow(id=station.id, document=station.model_dump_json(), stored_at=stored_at))
