"""Rows go from one database to another, in one order, a few at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    String,
    Table,
    collate,
    func,
    insert,
    inspect,
    select,
    text,
)

from service.errors import MoveError

_AT_A_TIME = 200
"""Rows held in memory: an inspection's document has some hundred kilobytes."""

_ALEMBIC = "alembic_version"


def require_known(connection: Connection, tables: list[Table]) -> None:
    """Make sure that a database has exactly the tables and columns that would be moved.

    Raises:
        MoveError: it has others.
    """
    inspector = inspect(connection)
    there = {
        name: {column["name"] for column in inspector.get_columns(name)}
        for name in inspector.get_table_names()
        if name != _ALEMBIC
    }
    known = {table.name: {column.name for column in table.columns} for table in tables}
    if there != known:
        odd = sorted(
            name for name in there.keys() | known.keys() if there.get(name) != known.get(name)
        )
        raise MoveError(
            f"the {connection.dialect.name} database has other tables than this version: "
            f"{', '.join(odd)}",
            fix="Move them away by hand, or use another database.",
        )


def _all(connection: Connection, table: Table) -> Generator[Row[Any], None, None]:
    """Give the rows of a table in the order of its key, the same on every database."""
    keys = [
        collate(column, "C")
        if isinstance(column.type, String) and connection.dialect.name == "postgresql"
        else column
        for column in table.primary_key.columns
    ]
    options = {"stream_results": True, "yield_per": _AT_A_TIME}
    query = select(table).order_by(*keys)
    with connection.execute(query, execution_options=options) as result:
        yield from result


def copy(source: Connection, target: Connection, table: Table) -> int:
    """Copy a table's rows, and let its numbers go on after the highest that ever was.

    Returns:
        How many rows were copied.
    """
    count = 0
    for rows in _in_parts(source, table):
        target.execute(insert(table), rows)
        count += len(rows)
    _continue_numbers(source, target, table)
    return count


def _in_parts(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """Give the rows of a table as dictionaries, some at a time."""
    part: list[dict[str, Any]] = []
    for row in _all(connection, table):
        part.append(dict(row._mapping))
        if len(part) == _AT_A_TIME:
            yield part
            part = []
    if part:
        yield part


def first_difference(source: Connection, target: Connection, table: Table) -> str | None:
    """Compare a table row by row, column by column; None where both are the same."""
    with closing(_all(source, table)) as here, closing(_all(target, table)) as there:
        for number, (sent, arrived) in enumerate(zip_longest(here, there), 1):
            if sent is None or arrived is None:
                lacks = "source" if sent is None else "target"
                return f"{table.name}: row {number} is not in the {lacks}"
            columns = [
                column.name
                for column, a, b in zip(table.columns, sent, arrived, strict=True)
                if a != b
            ]
            if columns:
                return f"{table.name}: row {number} is not the same in {', '.join(columns)}"
    return None


def _continue_numbers(source: Connection, target: Connection, table: Table) -> None:
    """Set the sequence of a table that counts by itself."""
    column = table.autoincrement_column
    if column is None or not isinstance(column.type, Integer):
        return
    quoted = f'"{table.name}"'
    sequence = target.scalar(select(func.pg_get_serial_sequence(quoted, column.name)))
    if sequence is None:
        return
    highest = [source.scalar(select(func.max(column))) or 0]
    if source.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'")):
        ever = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        highest.append(source.scalar(ever, {"name": table.name}) or 0)
    if max(highest) > 0:
        target.execute(select(func.setval(sequence, max(highest))))
