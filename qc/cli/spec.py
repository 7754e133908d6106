"""`qc spec`: check spec files, list the examples, and take specs to Excel and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from qc.cli.status import EXIT_DATA
from qc.errors import SpecError
from qc.spec.examples import example_specs, find_spec
from qc.spec.files import read_spec
from qc.spec.workbook import template_workbook, write_workbook
from qc.spec.writer import to_yaml

app = typer.Typer(help="What buyers require.", no_args_is_help=True)


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="Spec files (YAML, Excel).")]) -> None:
    """Check spec files and show where every error stands."""
    failed = False
    for path in files:
        try:
            spec = read_spec(path)
        except SpecError as error:
            failed = True
            _print_faults(path, error)
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


_Out = Annotated[Path, typer.Option("--out", help="The file to write.", dir_okay=False)]


@app.command()
def template(out: _Out = Path("spec.xlsx")) -> None:
    """Write an empty Excel workbook for a buyer's merchandiser to fill in."""
    out.write_bytes(template_workbook())
    print(f"{out}: fill it in, then run `qc spec check {out}`")


@app.command()
def export(
    spec: Annotated[str, typer.Argument(help="A spec file, or an example's id.")],
    out: _Out = Path("spec.xlsx"),
) -> None:
    """Write a spec as an Excel workbook (.xlsx) or as YAML (.yaml)."""
    found = find_spec(spec)
    if out.suffix.lower() == ".xlsx":
        out.write_bytes(write_workbook(found))
    elif out.suffix.lower() in {".yaml", ".yml"}:
        out.write_text(to_yaml(found), encoding="utf-8")
    else:
        raise SpecError(
            f"{out.name} is neither Excel nor YAML", fix="Let --out end in .xlsx or .yaml."
        )
    print(f"{out}: {found.reference}")


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="A spec file (Excel, YAML).")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the YAML here instead.", dir_okay=False)
    ] = None,
) -> None:
    """Read a spec and print it as YAML; name every error by sheet and cell, or by line."""
    try:
        spec = read_spec(file)
    except SpecError as error:
        _print_faults(file, error)
        raise typer.Exit(EXIT_DATA) from error
    if out is None:
        print(to_yaml(spec), end="")
    else:
        out.write_text(to_yaml(spec), encoding="utf-8")
        print(f"{out}: {spec.reference}")


def _print_faults(path: Path, error: SpecError) -> None:
    for fault in error.faults:
        at = f"{path.name}:{fault.location.removeprefix('line ')}" if fault.location else path.name
        print(f"{at}: {fault.message}. {fault.fix}".rstrip())
