"""`qc audit`: is the log of what everybody did whole?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from qc.cli.status import EXIT_DATA
from service.audit import service
from service.cli.store import DataDir, open_database

app = typer.Typer(help="The log of what everybody did.", no_args_is_help=True)


@app.command()
def verify(
    data_dir: DataDir = None,
    head: Annotated[
        str | None,
        typer.Option(
            help="Hash of an entry, noted down earlier: the log must still hold this entry."
        ),
    ] = None,
) -> None:
    """Check that no entry was changed, removed or inserted."""
    with open_database(data_dir) as (database, _), database.reading() as session:
        found = service.verify(session)
        problems = list(found.problems)
        if head is not None and not service.has_entry(session, head):
            problems.append(f"no entry has the hash {head}")
    for problem in problems:
        Console(stderr=True).print(problem, markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(EXIT_DATA)
    print(f"{found.entries} entries, all as they were written")
    print(f"newest: {found.head}")


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to; standard output if none.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Write the whole log as JSON lines, oldest entry first."""
    with open_database(data_dir) as (database, _), database.reading() as session:
        lines = (entry.model_dump_json() + "\n" for entry in service.every_entry(session))
        if file is None:
            sys.stdout.writelines(lines)
        else:
            with file.open("w", encoding="utf-8") as out:
                out.writelines(lines)
