"""`qc bench uncalibrated`: what a photo tells of a lens that nobody calibrated."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from qc import __version__
from qc.cli.trials import PROOF_SEED, Processes, Seed, run_all
from qc.proof.uncalibrated import TOLD, coverage, run_lens


def uncalibrated(
    lenses: Annotated[int, typer.Option(min=2, help="How many lenses.")] = 400,
    seed: Seed = PROOF_SEED,
    processes: Processes = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find lenses from one simulated look at the mat, and a circle above it: error against U95."""
    results = run_all(run_lens, list(range(seed, seed + lenses)), processes, "Looking …")
    report = {told: coverage([r for r in results if r.told == told]) for told in TOLD}
    if as_json:
        groups = {told: group.model_dump() for told, group in report.items()}
        print(json.dumps({"software": __version__, "first_seed": seed, "told": groups}, indent=1))
        return
    table = Table("told", "lenses", title="Lenses that nobody calibrated")
    for heading in ("focal % RMS", "of u", "in 2 u %"):
        table.add_column(heading, justify="right")
    for heading in ("size mm RMS", "largest", "of u", "in U95 %"):
        table.add_column(heading, justify="right")
    for told, group in report.items():
        table.add_row(
            told,
            str(group.lenses),
            f"{group.focal_rms_percent:.1f}",
            f"{group.focal_rms_of_u:.2f}",
            f"{group.focal_covered_percent:.1f}",
            f"{group.size_rms_mm:.2f}",
            f"{group.size_largest_mm:.2f}",
            f"{group.size_rms_of_u:.2f}",
            f"{group.size_covered_percent:.1f}",
        )
    Console().print(table)
