"""What the API says about stations."""

from __future__ import annotations

from pydantic import BaseModel

from qc.geometry.station import Station


class StationList(BaseModel):
    """Every station as it is now, by id."""

    items: tuple[Station, ...]
