"""Migrations with data in the tables, from every earlier version upward."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, insert, select

from service.database import Database
from service.inspections.models import InspectionRow, PhotoRow


def at_version(path: Path, version: str) -> Database:
    """A database as an earlier version of the software left it."""
    database = Database.sqlite(path, busy_timeout_s=5)
    config = Config()
    config.set_main_option("script_location", "service:migrations")
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    return database


def test_inspections_from_before_there_were_people_stay_as_they_are(tmp_path: Path) -> None:
    database = at_version(tmp_path / "old.sqlite3", "0002")
    inspection_id, now = uuid4(), datetime.now(UTC)
    old = MetaData()
    old.reflect(database.engine)
    tables = old.tables
    with database.engine.begin() as connection:
        connection.execute(
            insert(tables["specs"]),
            [{"id": "bowl", "version": 1, "document": "{}", "stored_at": now}],
        )
        connection.execute(
            insert(tables["inspections"]),
            [
                {
                    "sequence": 1,
                    "id": inspection_id.hex,
                    "client_id": uuid4().hex,
                    "created_at": now,
                    "spec_id": "bowl",
                    "spec_version": 1,
                    "verdict": "pass",
                    "document": "{}",
                }
            ],
        )
        photo = {"inspection_sequence": 1, "position": 0, "view": "top"}
        connection.execute(
            insert(tables["photos"]), [photo | {"sha256": "ab" * 32, "size_bytes": 7}]
        )

    database.migrate()

    with database.reading() as session:
        (row,) = session.scalars(select(InspectionRow))
        assert (row.id, row.verdict, row.person_id, row.tablet_id) == (
            inspection_id,
            "pass",
            None,
            None,
        )
        assert [photo.view for photo in session.scalars(select(PhotoRow))] == ["top"]
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    database.close()
