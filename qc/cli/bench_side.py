"""`qc bench side`: heights before an upright mat against the truth of rendered scenes."""

from __future__ import annotations

import json
from collections.abc import Callable
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
from qc.proof.light import BLACK_LACQUER
from qc.proof.report import group_of, grouped, retaken
from qc.proof.run import DimensionResult
from qc.proof.scene import render_file
from qc.proof.side import draw_side
from qc.proof.side_run import SideResult, inspect_side, run_side

_WORST = 8

_GROUPINGS: dict[str, Callable[[SideResult, DimensionResult], str]] = {
    "what is known": lambda r, _: _known(r),
    "family": lambda r, _: r.family,
    "material": lambda r, _: r.material,
}


def side(
    scenes: Annotated[int, typer.Option(min=1, help="How many scenes.")] = 60,
    seed: Seed = PROOF_SEED,
    processes: Processes = 2,
    out: Annotated[Path | None, typer.Option(help="Folder for report.json.")] = None,
    only: Only = None,
    keep: Annotated[bool, typer.Option(help="With --only: write photos and overlays.")] = False,
    resume: Resume = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure heights before a rendered upright mat: error, coverage of U95.

    Bowls, trays, boards, boxes and domed lids, low ones on a block, touching the mat or at a
    stated distance; mats on a bracket or leaning by up to 2°, margins off by up to 1 mm, cameras
    0.45 to 0.9 m away that look down by 5 to 20°. Bowls, trays and boards are photographed from
    above as well, their sizes measured on the height that was found.
    """
    require_folder(out, only, keep=keep, resume=resume)
    seeds = [only] if only is not None else list(range(seed, seed + scenes))
    results = results_of(run_side, SideResult, seeds, processes, out, resume=resume)
    report = report_of(results, _summarise(results))
    if out:
        write_json(out / "report.json", report)
        if keep and only is not None:
            _keep(only, out)
    if as_json:
        print(json.dumps(report, indent=1))
    else:
        _print(report["summary"], results)


def _known(result: SideResult) -> str:
    if result.material == BLACK_LACQUER.name:
        return "black lacquer"
    if result.condition == "nothing":
        return "print and margin assumed"
    if result.family == "lid":
        return "domed lid"
    if result.family == "bulging bowl":
        return "top depth stated"
    if result.stated_gap:
        return "gap stated"
    return "touching, on a bracket" if result.bracket else "touching, leans by up to 2°"


def _summarise(results: list[SideResult]) -> dict[str, Any]:
    seen = [(result, result.height) for result in results if result.height]
    above = [(result, size) for result, _ in seen for size in result.sizes]
    groups = {name: grouped(seen, key) for name, key in _GROUPINGS.items()}
    groups["sizes from above, on the height found"] = grouped(above, lambda r, _: _known(r))
    return {
        "scenes": len(results),
        **retaken(result.retakes for result in results),
        "heights": len(seen),
        "all": group_of(size for _, size in seen).model_dump() if seen else None,
        "groups": groups,
    }


def _keep(seed: int, folder: Path) -> None:
    """Write a scene's photos, and what the inspector saw in them."""
    trial = draw_side(seed)
    files = {name: render_file(scene) for name, scene in trial.scenes.items()}
    photos = {name: decode_photo(data) for name, data in files.items()}
    inspection = inspect_side(trial, photos)
    for name, data in files.items():
        (folder / f"{seed}-{name}.jpg").write_bytes(data)
        overlay = draw_overlay(photos[name], inspection, name)
        (folder / f"{seed}-{name}-overlay.png").write_bytes(overlay)
    truth = {
        "spec": trial.spec.model_dump(mode="json"),
        "station": trial.station.model_dump(mode="json") if trial.station else None,
        "height_mm": trial.height_mm,
        "inspection": inspection.model_dump(mode="json"),
    }
    write_json(folder / f"{seed}.json", truth)


def _print(summary: dict[str, Any], results: list[SideResult]) -> None:
    console = Console(highlight=False)
    for grouping, groups in summary["groups"].items():
        console.print(groups_table(grouping, groups))
    seen = [(result, result.height) for result in results if result.height]
    seen.sort(key=lambda one: -abs(one[1].error_mm) / one[1].gate_mm)
    largest = [
        (result.seed, f"{result.family}, {result.material}, {_known(result)}", size)
        for result, size in seen[:_WORST]
    ]
    console.print(sizes_table("Largest errors of heights, in parts of the gate", largest))
    console.print(
        f"{summary['scenes']} scenes, {summary['retaken']} retaken {summary['retakes_by_reason']}, "
        f"{summary['heights']} heights"
    )
