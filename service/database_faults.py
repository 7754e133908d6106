"""What a failing database means to whoever asked: busy, full, not writable, damaged, away."""

from __future__ import annotations

import sqlite3
from traceback import walk_tb
from typing import Final

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from qc.errors import TelitiError
from service.errors import (
    DatabaseBusyError,
    DatabaseDamagedError,
    DatabaseError,
    DatabaseFullError,
)

_RETRY_AFTER_S: Final = 5
_PRIMARY: Final = 0xFF
"""The lower byte of SQLite's extended codes (sqlite.org/rescode.html)."""

_RESTORE: Final = (
    "Stop the service, keep the folder as it is, and restore the last backup into a new one: "
    "qc restore."
)


def fault_of(error: DBAPIError) -> TelitiError | None:
    """Name the fault; None where it is one of a statement, which whoever made it must handle."""
    sqlite_code = getattr(error.orig, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return _sqlite_fault(sqlite_code & _PRIMARY)
    return _postgresql_fault(getattr(error.orig, "sqlstate", None) or "", error)


def fault_of_record(error: ValueError) -> TelitiError | None:
    """Name the fault of a record that cannot have been written so; None where it is another error.

    That is a text that is no JSON any more, or a value that is none of its column. SQLite looks at
    the structure of a page, not at a record that goes on in pages of its own.
    """
    if isinstance(error, ValidationError):
        details = error.errors(include_url=False, include_context=False, include_input=False)
        damaged = any(detail["type"] == "json_invalid" for detail in details)
    else:
        modules = [frame.f_globals["__name__"] for frame, _ in walk_tb(error.__traceback__)]
        damaged = any(module.startswith("sqlalchemy.engine.") for module in modules)
    if not damaged:
        return None
    return DatabaseDamagedError("a record in the database is not what was written", fix=_RESTORE)


def _sqlite_fault(code: int) -> TelitiError | None:
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return _busy("another program holds the database")
        case sqlite3.SQLITE_FULL:
            return _full()
        case sqlite3.SQLITE_READONLY:
            return _not_writable()
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return DatabaseError(
                "the database's file cannot be read or written",
                fix="Check the disk of the data folder, then send it again.",
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DatabaseDamagedError("the database's file is damaged", fix=_RESTORE)
    return None


def _postgresql_fault(state: str, error: DBAPIError) -> TelitiError | None:
    """Read the states of PostgreSQL's appendix A; without one the connection broke."""
    match state:
        case "55P03" | "40001" | "40P01":
            return _busy("other transactions hold the database")
        case "53100":
            return _full()
        case "25006":
            return _not_writable()
        case "XX001" | "XX002":
            return DatabaseDamagedError(
                "the database is damaged",
                fix="Stop the service and have PostgreSQL examined (pg_amcheck).",
            )
    if error.connection_invalidated or state[:2] in ("08", "57", "53"):
        return _busy("the database does not answer")
    return None


def _busy(what: str) -> TelitiError:
    return DatabaseBusyError(
        what,
        retry_after_s=_RETRY_AFTER_S,
        fix=f"Try again in {_RETRY_AFTER_S} seconds; nothing was stored, and nothing is lost.",
    )


def _full() -> TelitiError:
    return DatabaseFullError(
        "the disk of the database is full", fix="Make room on it, then send it again."
    )


def _not_writable() -> TelitiError:
    return DatabaseError(
        "the database can be read but not written",
        fix="Check the permissions of the data folder and how its disk is mounted.",
    )
