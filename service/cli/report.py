"""`qc report`: is a report the one that was signed?"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from qc.cli.status import EXIT_DATA
from service.audit import service as audit
from service.cli.store import DataDir, open_database
from service.reports import service

app = typer.Typer(help="Reports for buyers.", no_args_is_help=True)


@app.callback()
def _commands() -> None:
    """Reports for buyers."""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A report, PDF.")],
    data_dir: DataDir = None,
) -> None:
    """Check to the last byte that a file is a report that was signed here."""
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    with open_database(data_dir) as (database, _), database.reading() as session:
        try:
            found = service.confirm(session, sha256)
        except service.ReportUnknownError as error:
            Console(stderr=True).print(
                f"{file} is not a report that was signed here, or it was changed.",
                markup=False,
                soft_wrap=True,
            )
            raise typer.Exit(EXIT_DATA) from error
        problems = list(audit.verify(session).problems)
        if not audit.tells_of(session, "report.signed", found.content_sha256):
            problems.append("the audit log does not tell of this report")
    for problem in problems:
        Console(stderr=True).print(problem, markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(EXIT_DATA)
    print(f"{file}: report {found.number}, order {found.order_number}, {found.outcome}")
    print(f"signed by {found.signed_by} at {found.signed_at:%Y-%m-%d %H:%M} UTC, unchanged")
