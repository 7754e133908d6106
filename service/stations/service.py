"""Stations: a revision is never changed, so every inspection keeps the calibration it used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from qc.geometry.station import Station
from service.actor import SYSTEM
from service.audit import service as audit
from service.errors import NotFoundError
from service.stations import repository


class StationUnknownError(NotFoundError):
    """No station of this id is stored."""

    code = "station-unknown"


@dataclass(frozen=True)
class StationRevision:
    """A station at one time."""

    revision: int
    station: Station


def get_station(session: Session, station_id: str) -> StationRevision:
    """Return a station as it is now.

    Raises:
        StationUnknownError: there is none.
    """
    row = repository.find(session, station_id)
    if row is None:
        raise StationUnknownError(
            f"station {station_id!r} is not known", fix="Choose one of those at /v1/stations."
        )
    return StationRevision(row.revision, Station.model_validate_json(row.document))


def list_stations(session: Session) -> list[Station]:
    """Return every station as it is now, by id."""
    return [Station.model_validate_json(row.document) for row in repository.newest(session)]


def store_station(session: Session, station: Station) -> None:
    """Store a station unless its newest revision says the same."""
    row = repository.find(session, station.id)
    before = None if row is None else Station.model_validate_json(row.document)
    if before != station:
        repository.add(session, station, datetime.now(UTC))
        subject = f"station/{station.id}"
        audit.record(session, SYSTEM, "station.stored", subject, before=before, after=station)
