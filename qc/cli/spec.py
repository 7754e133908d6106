"""`qc spec`: check spec files, list the examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from qc.cli.status import EXIT_DATA
from qc.errors import SpecError
from qc.spec.examples import example_specs
from qc.spec.reader import read_spec

app = typer.Typer(help="What buyers require.", no_args_is_help=True)


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="Spec files (YAML).")]) -> None:
    """Check spec files and show where an error stands."""
    failed = False
    for path in files:
        try:
            spec = read_spec(path)
        except SpecError as error:
            failed = True
            print(error)
        else:
            print(f"{path}: {spec.reference} is valid")
    if failed:
        raise typer.Exit(EXIT_DATA)


@app.command("list")
def list_examples() -> None:
    """List the example specs."""
    table = Table("spec", "buyer", "product", "mat", "dimensions")
    for spec in example_specs():
        sizes = ", ".join(f"{d.name} {d.wanted}" for d in spec.dimensions)
        table.add_row(spec.reference, spec.buyer, spec.product.name.en, spec.mat, sizes)
    Console().print(table)
