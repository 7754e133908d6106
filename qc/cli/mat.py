"""`qc mat`: the printed mat."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qc.geometry.mat import CHECK_LINE_MM, Paper, standard_mat
from qc.geometry.mat_print import write_mat

app = typer.Typer(help="The printed mat that lies under the item.", no_args_is_help=True)


@app.callback()
def _mat() -> None:
    """Keep `print` a command of its own, as more will follow."""


@app.command("print")
def print_mat(
    paper: Annotated[Paper, typer.Option(help="Sheet size; the spec names the one it needs.")],
    out: Annotated[Path, typer.Option(help="Folder for mat.pdf, mat.png and mat.json.")],
) -> None:
    """Write a mat as a true-to-scale PDF, an image and its layout."""
    layout = standard_mat(paper)
    for path in write_mat(layout, out):
        print(path)
    print(
        f"Print mat.pdf at 100 % on matt {paper} paper. Then measure both check lines: "
        f"they must be {CHECK_LINE_MM:.0f} mm; enter what you measure in the station file."
    )
