"""`qc bench geometry`: millimetres against the truth of rendered scenes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from qc.cli.trials import (
    PROOF_SEED,
    Only,
    Processes,
    Resume,
    Seed,
    groups_table,
    report_of,
    require_folder,
    results_of,
    sizes_table,
    write_json,
)
from qc.overlay import draw_overlay
from qc.photo import decode_photo
from qc.proof.draw import CONDITIONS, VIEW, draw_trial
from qc.proof.plots import corner_plot, coverage_plot, error_plot
from qc.proof.report import CORNER_BIAS_GATE_PX, CORNER_RMS_GATE_PX, summarise, worst
from qc.proof.run import TrialResult, inspect_trial, run_trial
from qc.proof.scene import render_file

_WORST = 12


def geometry(
    scenes: Annotated[int, typer.Option(min=1, help="How many scenes.")] = 200,
    seed: Seed = PROOF_SEED,
    processes: Processes = 2,
    out: Annotated[Path | None, typer.Option(help="Folder for report.json and plots.")] = None,
    only: Only = None,
    keep: Annotated[bool, typer.Option(help="With --only: write photo, truth, overlay.")] = False,
    resume: Resume = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure items in rendered scenes whose truth is known: error, coverage of U95, corners.

    Bowls, spoons, trays, chopsticks and boards of three woods and lacquer, 0.5 to 1.0 m away,
    tilt to 20°, photos of 5 to 12 MP. A scene follows from its seed alone.
    """
    require_folder(out, only, keep=keep, resume=resume)
    seeds = [only] if only is not None else list(range(seed, seed + scenes))
    results = results_of(run_trial, TrialResult, seeds, processes, out, resume=resume)
    report = report_of(results, summarise(results))
    if out:
        write_json(out / "report.json", report)
        for name, plot in _plots(results).items():
            (out / name).write_text(plot, encoding="utf-8")
        if keep and only is not None:
            _keep(only, out)
    if as_json:
        print(json.dumps(report, indent=1))
    else:
        _print(report["summary"], results)


def _plots(results: list[TrialResult]) -> dict[str, str]:
    errors = {f"error-{name}.svg": error_plot(results, name) for name in CONDITIONS}
    return errors | {"coverage.svg": coverage_plot(results), "corners.svg": corner_plot(results)}


def _keep(seed: int, folder: Path) -> None:
    """Write a scene's photo, what is true of it, and what the inspector saw."""
    trial = draw_trial(seed)
    data = render_file(trial.scene)
    photo = decode_photo(data)
    inspection = inspect_trial(trial, photo)
    (folder / f"{seed}.jpg").write_bytes(data)
    (folder / f"{seed}-overlay.png").write_bytes(draw_overlay(photo, inspection, VIEW))
    truth = {
        "truth": run_trial(seed).model_dump(mode="json"),
        "spec": trial.spec.model_dump(mode="json"),
        "station": trial.station.model_dump(mode="json") if trial.station else None,
        "inspection": inspection.model_dump(mode="json"),
    }
    write_json(folder / f"{seed}.json", truth)


def _print(summary: dict[str, Any], results: list[TrialResult]) -> None:
    console = Console()
    for grouping, groups in summary["groups"].items():
        console.print(groups_table(grouping, groups))
    largest = [
        (
            trial.seed,
            f"{size.name} #{size.part}: {trial.family}, {trial.material}, {trial.condition}",
            size,
        )
        for trial, size in worst(results, _WORST)
    ]
    console.print(sizes_table("Largest errors", largest))
    if corners := summary["corners"]:
        console.print(
            f"corners: RMS median {corners['median_rms_px']:.3f} px, 95 % "
            f"{corners['rms95_px']:.3f} px (gate {CORNER_RMS_GATE_PX}), "
            f"largest |bias| {corners['largest_bias_px']:.3f} px (gate {CORNER_BIAS_GATE_PX})",
            highlight=False,
        )
    console.print(
        f"{summary['scenes']} scenes, {summary['retaken']} retaken {summary['retakes_by_reason']}, "
        f"{summary['dimensions_missing']} dimensions not measured",
        highlight=False,
    )
