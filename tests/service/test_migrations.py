"""Migrations with data in the tables, from every earlier version upward."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import scale
from conftest import everywhere
from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Uuid,
    insert,
    select,
)

from service import migrations
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


def revisions() -> list[str]:
    """Every version of the schema but the newest, oldest first."""
    folder = Path(migrations.__file__).parent / "versions"
    found = sorted(path.name.partition("_")[0] for path in folder.glob("0*.py"))
    assert len(found) > 10
    return found[:-1]


def invented(column: Any, rows: dict[str, dict[str, Any]]) -> Any:
    """A value that the column takes: of what it refers to, or of its type."""
    for key in column.foreign_keys:
        known_rows = rows.get(key.column.table.name)  # none where a table refers to itself
        return None if known_rows is None else known_rows[key.column.name]
    kind = column.type
    if isinstance(kind, DateTime):
        return datetime(2026, 1, 2, 3, 4, 5)
    if isinstance(kind, Date):
        return date(2026, 1, 2)
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer | Numeric):
        return 1
    if isinstance(kind, Uuid) or getattr(kind, "length", None) == 32:
        return uuid4() if isinstance(kind, Uuid) else uuid4().hex
    if isinstance(kind, LargeBinary):
        return b"bytes"
    known = {"verdict": "pass", "document": "{}", "result": "{}"}
    text = known.get(column.name, f"{column.table.name} {column.name}")
    return text[: kind.length] if kind.length else text


def fill(database: Database) -> dict[str, dict[str, Any]]:
    """Put one row into every table that has none; return what every table holds, by its name."""
    old = MetaData()
    old.reflect(database.engine)
    rows: dict[str, dict[str, Any]] = {}
    with database.engine.begin() as connection:
        for table in old.sorted_tables:
            there = connection.execute(select(table)).mappings().first()
            if there is None:
                row = {column.name: invented(column, rows) for column in table.columns}
                connection.execute(insert(table), [row])
                there = connection.execute(select(table)).mappings().one()
            rows[table.name] = dict(there)
    return rows


@pytest.mark.parametrize("version", revisions())
def test_every_row_of_every_earlier_version_is_still_there(
    tmp_path: Path, place: str, version: str
) -> None:
    database = at_version(tmp_path / "old.sqlite3", version, place)
    before = fill(database)
    assert len(before) > 3

    database.migrate()

    now = MetaData()
    now.reflect(database.engine)
    with database.engine.connect() as connection:
        for name, row in before.items():
            if name == "alembic_version":
                continue
            found = connection.execute(select(now.tables[name])).mappings().all()
            assert [{key: one[key] for key in row} for one in found] == [row], name
    assert_no_orphans(database)
    database.close()
