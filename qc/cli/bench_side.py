"""`qc bench side`: heights before an upright mat against the truth of rendered scenes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from qc import __version__
from qc.cli.trials import PROOF_SEED, Kept, Processes, Seed, run_all
from qc.errors import TelitiError
from qc.overlay import draw_overlay
from qc.photo import decode_photo
from qc.proof.light import BLACK_LACQUER
from qc.proof.report import group_of
from qc.proof.run import DimensionResult
from qc.proof.scene import render_file
from qc.proof.side import draw_side
from qc.proof.side_run import SideResult, inspect_side, run_side

_WORST = 8

_GROUPINGS: dict[str, Callable[[SideResult], str]] = {
    "what is known": lambda r: _known(r),
    "family": lambda r: r.family,
    "material": lambda r: r.material,
}


def side(
    scenes: Annotated[int, typer.Option(min=1, help="How many scenes.")] = 60,
    seed: Seed = PROOF_SEED,
    processes: Processes = 2,
    out: Annotated[Path | None, typer.Option(help="Folder for report.json.")] = None,
    only: Annotated[int | None, typer.Option(help="Run the scene of this one seed.")] = None,
    keep: Annotated[bool, typer.Option(help="With --only: write photos and overlays.")] = False,
    resume: Annotated[
        bool, typer.Option(help="With --out: go on where an interrupted run there stopped.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure heights before a rendered upright mat: error, coverage of U95.

    Bowls, trays, boards, boxes and domed lids, low ones on a block, touching the mat or at a
    stated distance; mats on a bracket or leaning by up to 2°, margins off by up to 1 mm, cameras
    0.45 to 0.9 m away that look down by 5 to 20°. Bowls, trays and boards are photographed from
    above as well, their sizes measured on the height that was found.
    """
    if keep and (only is None or out is None):
        raise TelitiError("--keep needs --only and --out", fix="Name a seed and a folder.")
    if resume and out is None:
        raise TelitiError("--resume needs --out", fix="Name the folder of the run to go on with.")
    seeds = [only] if only is not None else list(range(seed, seed + scenes))
    results = _results(seeds, processes, out, resume=resume)
    report: dict[str, Any] = {
        "software": __version__,
        "first_seed": seeds[0],
        "summary": _summarise(results),
        "trials": [result.model_dump(mode="json") for result in results],
    }
    if out:
        (out / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        if keep and only is not None:
            _keep(only, out)
    if as_json:
        print(json.dumps(report, indent=1))
    else:
        _print(report["summary"], results)


def _results(
    seeds: list[int], processes: int, out: Path | None, *, resume: bool
) -> list[SideResult]:
    saying = "Rendering and measuring …"
    if out is None:
        return run_all(run_side, seeds, processes, saying)
    kept = Kept(out / "trials.jsonl", SideResult, resume=resume)
    known = {result.seed: result for result in kept.results}
    left = [seed for seed in seeds if seed not in known]
    known |= {r.seed: r for r in run_all(run_side, left, processes, saying, kept.add)}
    return [known[seed] for seed in seeds]


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
    groups = {
        name: {
            label: group_of(size for one, size in seen if key(one) == label).model_dump()
            for label in dict.fromkeys(key(one) for one, _ in seen)
        }
        for name, key in _GROUPINGS.items()
    }
    above: dict[str, list[DimensionResult]] = {}
    for result in results:
        if result.height:
            for size in result.sizes:
                above.setdefault(_known(result), []).append(size)
    groups["sizes from above, on the height found"] = {
        label: group_of(sizes).model_dump() for label, sizes in above.items()
    }
    retakes: dict[str, int] = {}
    for result in results:
        for code in result.retakes:
            retakes[code] = retakes.get(code, 0) + 1
    return {
        "scenes": len(results),
        "retaken": sum(bool(result.retakes) for result in results),
        "retakes_by_reason": retakes,
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
    (folder / f"{seed}.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


def _print(summary: dict[str, Any], results: list[SideResult]) -> None:
    console = Console(highlight=False)
    for grouping, groups in summary["groups"].items():
        table = Table(grouping, title=f"By {grouping}")
        for heading in ("n", "bias mm", "error 95 % mm", "of gate", "in U95 %", "U95 mm"):
            table.add_column(heading, justify="right")
        for heading in ("check", "wrong pass"):
            table.add_column(heading, justify="right")
        for label, group in sorted(groups.items()):
            table.add_row(
                label,
                str(group["dimensions"]),
                f"{group['bias_mm']:+.2f}",
                f"{group['error95_mm']:.2f}",
                f"{group['error95_of_gate']:.2f}",
                f"{group['coverage_percent']:.0f}",
                f"{group['median_u95_mm']:.2f}",
                str(group["checks"]),
                str(group["wrong_passes"]),
            )
        console.print(table)
    bad = Table("seed", "what", title="Largest errors of heights, in parts of the gate")
    for heading in ("true mm", "error mm", "U95 mm", "gate mm"):
        bad.add_column(heading, justify="right")
    seen = [(result, result.height) for result in results if result.height]
    for result, size in sorted(seen, key=lambda one: -abs(one[1].error_mm) / one[1].gate_mm)[
        :_WORST
    ]:
        bad.add_row(
            str(result.seed),
            f"{result.family}, {result.material}, {_known(result)}",
            f"{size.true_mm:.1f}",
            f"{size.error_mm:+.2f}",
            f"{size.u95_mm:.2f}",
            f"{size.gate_mm:.2f}",
        )
    console.print(bad)
    console.print(
        f"{summary['scenes']} scenes, {summary['retaken']} retaken {summary['retakes_by_reason']}, "
        f"{summary['heights']} heights"
    )
