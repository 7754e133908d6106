"""`qc bench calibration`: lenses found again from rendered photos of the empty mat."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from qc import __version__
from qc.cli.trials import PROOF_SEED, Processes, Seed, run_all
from qc.proof.calibration import (
    DISTORTION_GATE_PX,
    FOCAL_GATE_PERCENT,
    CalibrationResult,
    run_calibration,
)


def calibration(
    runs: Annotated[int, typer.Option(min=1, help="How many calibrations.")] = 20,
    seed: Seed = PROOF_SEED,
    processes: Processes = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Calibrate cameras that are known, from ten photos each as the guide asks for."""
    seeds = list(range(seed, seed + runs))
    results = run_all(run_calibration, seeds, processes, "Rendering and calibrating …")
    if as_json:
        print(json.dumps(_report(results), indent=1))
    else:
        _print(results)


def _report(results: list[CalibrationResult]) -> dict[str, Any]:
    return {
        "software": __version__,
        "first_seed": results[0].seed,
        "within_gates": sum(result.within_gates for result in results),
        "runs": [result.model_dump(mode="json") for result in results],
    }


def _print(results: list[CalibrationResult]) -> None:
    console = Console()
    table = Table("seed", "mat", title="Calibrations of known cameras")
    for heading in ("width px", "focal %", "u %", "distortion px", "u px", "residual px"):
        table.add_column(heading, justify="right")
    for result in results:
        known = (str(result.seed), result.mat, str(result.width_px))
        if result.refused is not None:
            table.add_row(*known, f"[red]refused: {result.refused}[/red]")
            continue
        table.add_row(
            *known,
            f"{result.focal_error_percent:+.3f}",
            f"{result.u_focal_percent:.3f}",
            f"{result.distortion_error_px:.2f}",
            f"{result.u_distortion_px:.2f}",
            f"{result.residual_px:.3f}",
        )
    console.print(table)
    good = sum(result.within_gates for result in results)
    console.print(
        f"{good} of {len(results)} within {FOCAL_GATE_PERCENT} % of the focal length and "
        f"{DISTORTION_GATE_PX} px of distortion at the picture's border",
        highlight=False,
    )
