"""The database: one engine, explicit transactions, migrations run at the start.

One writes at a time, on both databases: what a writer has read still holds when it commits.

SQLite settings and why: WAL lets readers go on while one writes; `synchronous=FULL` makes a
commit durable, because a receipt is sent right after it (NORMAL may lose the last commits of a
power cut in WAL mode); a writing transaction takes the lock at once (`BEGIN IMMEDIATE`), because
a reader that turns into a writer fails without waiting when another one wrote in between.

PostgreSQL likewise: a writing transaction takes one advisory lock first, and its later statements
see whatever was committed before; a reading one is read-only and sees one state (REPEATABLE READ).
A node that freezes, or whose machine vanishes, while it holds the lock would stop all others for
as long as the server takes it for alive: a writer that pauses too long is therefore ended by the
server before others give up waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from service.database_faults import fault_of, fault_of_record
from service.durable import make_folder
from service.errors import DatabaseError

T = TypeVar("T")

DATABASE_FILE = "teliti.sqlite3"
"""Name of the database in the data folder."""

_BEGIN = "teliti_begin"
_PAUSE_OF_WAIT = 0.8
"""Longest pause of a writer on PostgreSQL, of the time that others wait for it."""
_POSTGRESQL_LOCK = 0x7E117  # any number that no other program locks in this database


def make_data_folder(folder: Path) -> None:
    """Make the data folder, unless it is there.

    Raises:
        DatabaseError: it cannot be made.
    """
    try:
        make_folder(folder.absolute())
    except OSError as error:
        raise DatabaseError(
            f"the data folder {folder} cannot be used: {error.strerror}",
            fix="Choose another one with --data-dir, or correct its permissions.",
        ) from error


class Base(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware point in time, stored as UTC; naive ones are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are stored with their time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the time back as UTC; SQLite forgets the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def once_more(work: Callable[[], T]) -> T:
    """Do `work`, and do it again where another request stored the same at the same moment.

    Of two such requests a unique row stops the second; looking again, it finds what the first one
    stored. `work` opens its own transaction, so that nothing is left of the first attempt.
    """
    try:
        return work()
    except IntegrityError:
        return work()


class Database:
    """Hands out transactions; whoever opens one (a request or a job) owns it."""

    def __init__(
        self, engine: Engine, *, reading: Engine, writing: Engine, rebuilding: Engine
    ) -> None:
        self.engine = engine
        self._reading = reading
        self._writing = writing
        self._rebuilding = rebuilding

    @classmethod
    def sqlite(cls, path: Path, *, busy_timeout_s: float) -> Database:
        """Open, or create, the SQLite database at `path`.

        Raises:
            DatabaseError: its folder cannot be used.
        """
        make_data_folder(path.parent)
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": busy_timeout_s})

        @event.listens_for(engine, "connect")
        def _configure(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
            connection.isolation_level = None  # the `begin` event below opens transactions
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))

        writing = engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        return cls(engine, reading=engine, writing=writing, rebuilding=writing)

    @classmethod
    def postgresql(cls, url: str, *, busy_timeout_s: float) -> Database:
        """Open the PostgreSQL database at `url` (`postgresql://…`).

        Raises:
            DatabaseError: its driver is not installed.
        """
        driver_url = make_url(url).set(drivername="postgresql+psycopg")
        milliseconds = max(1, round(busy_timeout_s * 1000))
        try:
            engine = create_engine(
                driver_url,
                pool_pre_ping=True,  # the server may have been restarted meanwhile
                connect_args={
                    "connect_timeout": 10,
                    "options": f"-c lock_timeout={milliseconds} -c timezone=UTC",
                },
            )
        except ModuleNotFoundError as error:
            raise DatabaseError(
                "the driver of PostgreSQL is not installed", fix="Run: pip install 'teliti[scale]'."
            ) from error
        reading = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        writing = engine.execution_options(**{_BEGIN: max(1, round(milliseconds * _PAUSE_OF_WAIT))})
        rebuilding = engine.execution_options(**{_BEGIN: 0})

        @event.listens_for(engine, "begin")
        def _lock(connection: Connection) -> None:
            longest_pause_ms = connection.get_execution_options().get(_BEGIN)
            if longest_pause_ms is not None:
                connection.exec_driver_sql(
                    "SELECT set_config('idle_in_transaction_session_timeout', "
                    f"'{longest_pause_ms}', true), pg_advisory_xact_lock({_POSTGRESQL_LOCK})"
                )

        return cls(engine, reading=reading, writing=writing, rebuilding=rebuilding)

    def write(self, work: Callable[[Session], T]) -> T:
        """Do `work` in a writing transaction, and `once_more` where another one was first."""

        def attempt() -> T:
            with self.writing() as session:
                return work(session)

        return once_more(attempt)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one state of the database and changes nothing.

        Raises:
            DatabaseError, DatabaseBusyError: the database fails, not a statement.
        """
        with _named_faults(), Session(self._reading) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed at the end, or rolled back by an exception.

        On PostgreSQL the server ends it where it pauses for most of the time that others wait.

        Raises:
            DatabaseError, DatabaseBusyError: the database fails, not a statement.
        """
        with _writing_by(self._writing) as session:
            yield session

    @contextmanager
    def rebuilding(self) -> Iterator[Session]:
        """A writing transaction that may pause: for moves, while nobody is served.

        Raises:
            DatabaseError, DatabaseBusyError: the database fails, not a statement.
        """
        with _writing_by(self._rebuilding) as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables to this version's state.

        Raises:
            DatabaseError: a newer version of the software wrote the database.
        """
        self.upgrade("head")

    def upgrade(self, revision: str) -> None:
        """Bring the tables to a revision of the schema.

        Raises:
            DatabaseError: the database does not answer, or a newer version of the software wrote
                it.
        """
        config = Config()
        config.set_main_option("script_location", "service:migrations")
        try:
            with self._rebuilding.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, revision)
        except CommandError as error:
            raise DatabaseError(
                f"the database was written by another version of Teliti ({error})",
                fix="Run the newer version again, or restore a backup made by this one.",
            ) from error
        except DBAPIError as error:
            fault = fault_of(error)
            if isinstance(fault, DatabaseError):
                raise fault from error
            raise DatabaseError(
                f"the database does not answer ({str(error.orig).strip()})",
                fix="Check TELITI_STORAGE__DATABASE_URL, or the data folder's disk.",
            ) from error

    def revision(self) -> str | None:
        """Return the revision of the tables, None where there are none.

        Raises:
            DatabaseError, DatabaseBusyError: the database fails.
        """
        with self.reading() as session:
            return MigrationContext.configure(session.connection()).get_current_revision()

    def check(self) -> None:
        """Ask the database something.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it does not answer.
        """
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def _writing_by(engine: Engine) -> Iterator[Session]:
    with _named_faults(), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def _named_faults() -> Iterator[None]:
    """Turn a failure of the database into a typed error that says what helps."""
    try:
        yield
    except (DBAPIError, ValueError) as error:
        fault = fault_of(error) if isinstance(error, DBAPIError) else fault_of_record(error)
        if fault is None:
            raise
        raise fault from error
