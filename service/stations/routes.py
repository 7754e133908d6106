"""HTTP of stations."""

from __future__ import annotations

from fastapi import APIRouter

from service.guard import GuardedRoute
from service.runtime import ReadSession
from service.stations import service
from service.stations.schemas import StationList

router = APIRouter(prefix="/v1/stations", tags=["stations"], route_class=GuardedRoute)


@router.get("")
def list_stations(session: ReadSession) -> StationList:
    """List every station with its current calibration."""
    return StationList(items=tuple(service.list_stations(session)))
