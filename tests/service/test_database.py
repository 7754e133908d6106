"""Transactions, migrations, and what SQLite is told."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import everywhere
from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from qc.records import Versions
from service.database import Base, Database
from service.errors import DatabaseDamagedError, DatabaseError
from service.inspections.models import InspectionRow
from service.settings import Settings
from service.specs.models import SpecRow
from service.stations.models import StationRow
from service.stores import open_database

pytestmark = everywhere


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(Settings(storage={"data_dir": tmp_path, "busy_timeout_s": 5}).storage)
    database.migrate()
    yield database
    database.close()


def station(station_id: str = "table-1", when: datetime | None = None) -> StationRow:
    return StationRow(id=station_id, document="{}", stored_at=when or datetime.now(UTC))


def spec(spec_id: str) -> SpecRow:
    now = datetime.now(UTC)
    return SpecRow(id=spec_id, version=1, document="{}", stored_at=now, effective_on=now.date())


def test_the_migrations_make_the_tables_that_the_models_describe(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        session.add(station())
    database.migrate()
    with database.reading() as session:
        assert len(session.scalars(select(StationRow)).all()) == 1


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="another version"):
        database.migrate()
    with database.reading() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


@pytest.mark.files
def test_commits_are_durable_and_readers_do_not_wait(database: Database) -> None:
    with database.engine.connect() as connection:

        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2  # FULL
        assert pragma("foreign_keys") == 1
        assert pragma("busy_timeout") == 5000


def test_an_exception_rolls_the_transaction_back(database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as session:
            session.add(station())
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with database.reading() as session:
        assert session.scalars(select(StationRow)).all() == []


def test_a_writer_that_reads_first_waits_for_the_other_one(database: Database) -> None:
    """Without BEGIN IMMEDIATE the second one would fail with "database is locked"."""
    both_began = threading.Barrier(2, timeout=10)
    failures: list[Exception] = []

    def write(station_id: str) -> None:
        both_began.wait()
        try:
            for _ in range(20):
                with database.writing() as session:
                    session.scalars(select(StationRow)).all()
                    session.add(station(station_id))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("table-1", "table-2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with database.reading() as session:
        assert len(session.scalars(select(StationRow)).all()) == 40


def test_times_come_back_in_utc(database: Database) -> None:
    jakarta = datetime(2026, 3, 1, 6, 30, tzinfo=timezone(timedelta(hours=7)))
    with database.writing() as session:
        session.add(station(when=jakarta))
    with database.reading() as session:
        (row,) = session.scalars(select(StationRow)).all()
    assert row.stored_at == jakarta
    assert row.stored_at.tzinfo is UTC


def test_a_time_without_its_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 3, 1)
    with pytest.raises(StatementError, match="time zone"), database.writing() as session:
        session.add(station(when=naive))


def test_who_comes_second_looks_again(database: Database) -> None:
    with database.writing() as session:
        session.add(spec("bowl"))
    seen: list[list[str]] = []

    def add(session: Session) -> None:
        seen.append(list(session.scalars(select(SpecRow.id))))
        if len(seen) == 1:  # as if it had looked before another one stored the same
            session.add_all([spec("left over"), spec("bowl")])

    database.write(add)
    assert seen == [["bowl"], ["bowl"]]  # nothing is left of the first attempt


def test_what_breaks_a_rule_twice_fails(database: Database) -> None:
    with database.writing() as session:
        session.add(spec("bowl"))
    with pytest.raises(IntegrityError):
        database.write(lambda session: session.add(spec("bowl")))


def test_an_inspection_cannot_name_a_spec_that_is_not_stored(database: Database) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), database.writing() as session:
        session.add(
            InspectionRow(
                id=uuid4(),
                client_id=uuid4(),
                created_at=datetime.now(UTC),
                spec_id="missing",
                spec_version=1,
                verdict="pass",
                document="{}",
            )
        )


def test_a_relation_that_was_not_asked_for_is_not_loaded_in_secret(database: Database) -> None:
    with database.writing() as session:
        session.add(spec("bowl"))
        session.flush()
        session.add(
            InspectionRow(
                id=uuid4(),
                client_id=uuid4(),
                created_at=datetime.now(UTC),
                spec_id="bowl",
                spec_version=1,
                verdict="pass",
                document="{}",
            )
        )
    with database.reading() as session:
        (row,) = session.scalars(select(InspectionRow)).all()
        with pytest.raises(Exception, match="lazy='raise'"):
            _ = row.spec


@pytest.mark.files
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match="cannot be used"):
        Database.sqlite(tmp_path / "file" / "data" / "teliti.sqlite3", busy_timeout_s=1)


def test_a_record_that_is_no_json_any_more_tells_of_damage(database: Database) -> None:
    """SQLite finds no fault in a page of zeros in which a long text goes on."""
    written = Versions(software="1", spec="a@1", release=None, mat=None, station=None)
    read = written.model_dump_json().replace("software", "\0" * 8)
    with pytest.raises(DatabaseDamagedError) as caught, database.reading():
        Versions.model_validate_json(read)
    assert "qc restore" in caught.value.fix


@pytest.mark.files
@pytest.mark.parametrize("column", ["stored_at", "effective_on"])
def test_a_value_that_is_none_of_its_column_tells_of_damage(
    database: Database, column: str
) -> None:
    with database.writing() as session:
        session.add(spec("bowl"))
        session.flush()
        session.execute(text(f"UPDATE specs SET {column} = :zeros"), {"zeros": "\0" * 10})
    with pytest.raises(DatabaseDamagedError), database.reading() as session:
        session.scalars(select(SpecRow)).all()


def test_json_of_another_shape_tells_of_no_damage(database: Database) -> None:
    with pytest.raises(ValidationError), database.reading():
        Versions.model_validate_json("{}")
