"""One writes at a time on PostgreSQL, so whoever freezes meanwhile must not keep the others out."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from service.database import Database
from service.errors import DatabaseBusyError
from service.settings import Settings
from service.stations.models import StationRow
from service.stores import open_database

pytestmark = pytest.mark.parametrize("place", ["scale"], indirect=True)


def opened(folder: Path, busy_timeout_s: float) -> Database:
    settings = Settings(storage={"data_dir": folder, "busy_timeout_s": busy_timeout_s})
    database = open_database(settings.storage)
    database.migrate()
    return database


def station(station_id: str) -> StationRow:
    return StationRow(id=station_id, document="{}", stored_at=datetime.now(UTC))


def kept(database: Database) -> list[str]:
    with database.reading() as session:
        return [row.id for row in session.scalars(select(StationRow))]


def test_a_node_that_freezes_while_it_writes_holds_up_nobody_for_long(tmp_path: Path) -> None:
    """Others wait for 5 s at most; without an end to the pause they would all be turned away."""
    database = opened(tmp_path, 5)
    with pytest.raises(DatabaseBusyError), database.writing() as frozen:  # noqa: PT012 - raised as the block ends
        frozen.add(station("frozen"))
        frozen.flush()
        with database.writing() as session:
            session.add(station("table-1"))
        frozen.scalars(select(StationRow)).all()  # awake again
    assert kept(database) == ["table-1"]
    database.close()


def test_a_move_may_pause_for_longer(tmp_path: Path) -> None:
    database = opened(tmp_path, 0.2)
    with database.rebuilding() as session:
        session.add(station("table-1"))
        session.flush()
        time.sleep(0.5)
    assert kept(database) == ["table-1"]
    database.close()
