"""`qc doctor`: is everything in order?"""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from qc.cli.status import EXIT_DATA
from service.cli.store import DataDir, open_database
from service.doctor import State, examine

_MARKS = {
    State.GOOD: "[green]✓[/green]",
    State.WATCH: "[yellow]![/yellow]",
    State.BAD: "[red]✗[/red]",
}


def doctor(
    data_dir: DataDir = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not read every photo, only look for it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Examine disk, database, photos, log, clock, detector and stations; change nothing."""
    with open_database(data_dir) as (database, settings), database.reading() as session:
        findings = list(examine(session, settings, quick=quick))
    if as_json:
        print(json.dumps([finding.model_dump(mode="json") for finding in findings], indent=1))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for finding in findings:
            console.print(f"{_MARKS[finding.state]} {finding.subject}: {finding.detail}")
            if finding.fix:
                console.print(f"    {finding.fix}")
    if any(finding.state is State.BAD for finding in findings):
        raise typer.Exit(EXIT_DATA)
