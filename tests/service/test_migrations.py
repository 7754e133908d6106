"""Migrations with data in the tables, from every earlier version upward."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import scale
from conftest import everywhere
from sqlalchemy import MetaData, insert, select

from service.database import Database
from service.inspections.models import InspectionRow, PhotoRow
from service.review.models import ReviewItemRow
from service.specs.models import SpecRow

pytestmark = everywhere


def at_version(path: Path, version: str, place: str = "files") -> Database:
    """A database as an earlier version of the software left it."""
    if place == "scale":
        database = Database.postgresql(scale.empty_database(), busy_timeout_s=5)
    else:
        database = Database.sqlite(path, busy_timeout_s=5)
    database.upgrade(version)
    return database


def assert_no_orphans(database: Database) -> None:
    """PostgreSQL refuses rows that name others that are not there; SQLite did not in migrations."""
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def store_inspection(database: Database, sequence: int, verdict: str, document: str = "{}") -> UUID:
    """Write a row as an earlier version of the software did."""
    old = MetaData()
    old.reflect(database.engine)
    inspection_id = uuid4()
    row = {
        "sequence": sequence,
        "id": inspection_id.hex,
        "client_id": uuid4().hex,
        "created_at": datetime.now(UTC),
        "spec_id": "bowl",
        "spec_version": 1,
        "verdict": verdict,
        "document": document,
    }
    spec = {"id": "bowl", "version": 1, "document": "{}", "stored_at": datetime.now(UTC)}
    with database.engine.begin() as connection:
        if sequence == 1:
            connection.execute(insert(old.tables["specs"]), [spec])
        connection.execute(insert(old.tables["inspections"]), [row])
    return inspection_id


def test_inspections_from_before_there_were_reviews_wait_for_one(
    tmp_path: Path, place: str
) -> None:
    database = at_version(tmp_path / "old.sqlite3", "0003", place)
    minor = {"severity": "minor", "verdict": "check"}
    critical = {"severity": "critical", "verdict": "fail"}
    doubtful = store_inspection(database, 1, "check", json.dumps({"defects": [minor]}))
    store_inspection(database, 2, "pass")
    failed = store_inspection(
        database,
        3,
        "fail",
        json.dumps({"defects": [minor, critical], "measurements": [{"decision": "fail"}]}),
    )
    wrong_size = store_inspection(
        database, 4, "fail", json.dumps({"measurements": [{"decision": "fail"}]})
    )
    store_inspection(database, 5, "retake")

    database.migrate()

    with database.reading() as session:
        rows = session.scalars(
            select(ReviewItemRow).order_by(ReviewItemRow.rank, ReviewItemRow.inspection_sequence)
        )
        assert [(row.inspection_id, row.cause, row.defect_class) for row in rows] == [
            (failed, "fail", "critical"),
            (wrong_size, "fail", "major"),
            (doubtful, "check", "minor"),
        ]
    assert_no_orphans(database)
    database.close()


def test_inspections_from_before_there_were_people_stay_as_they_are(
    tmp_path: Path, place: str
) -> None:
    database = at_version(tmp_path / "old.sqlite3", "0002", place)
    inspection_id = store_inspection(database, 1, "pass")
    old = MetaData()
    old.reflect(database.engine)
    with database.engine.begin() as connection:
        photo = {"inspection_sequence": 1, "position": 0, "view": "top"}
        connection.execute(
            insert(old.tables["photos"]), [photo | {"sha256": "ab" * 32, "size_bytes": 7}]
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
    assert_no_orphans(database)
    database.close()


def test_specs_from_before_there_were_days_count_from_the_day_of_their_storing(
    tmp_path: Path, place: str
) -> None:
    database = at_version(tmp_path / "old.sqlite3", "0008", place)
    inspection_id = store_inspection(database, 1, "pass")

    database.migrate()

    with database.reading() as session:
        (row,) = session.scalars(select(SpecRow))
        assert row.effective_on == row.stored_at.astimezone().date()
        assert row.stored_by_id is None
        assert [i.id for i in session.scalars(select(InspectionRow))] == [inspection_id]
    assert_no_orphans(database)
    database.close()
