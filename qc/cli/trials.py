"""What `qc bench` commands that run trials have in common: their options and progress."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import track
from rich.table import Table

from qc import __version__
from qc.errors import TelitiError
from qc.proof.processes import in_processes
from qc.proof.run import DimensionResult, SeededResult

PROOF_SEED = 100_000
"""Trials from this seed on are for proof alone; whoever tunes uses smaller ones."""

Seed = Annotated[int, typer.Option(min=0, help="First seed; tune on seeds below the default.")]
Processes = Annotated[int, typer.Option(min=1, help="Processes.")]
Only = Annotated[int | None, typer.Option(help="Run the scene of this one seed.")]
Resume = Annotated[
    bool, typer.Option(help="With --out: go on where an interrupted run there stopped.")
]

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=SeededResult)


def run_all(
    run: Callable[[int], T],
    seeds: list[int],
    processes: int,
    saying: str,
    keep: Callable[[T], None] | None = None,
) -> list[T]:
    """Run a trial for each seed under a progress bar; each result is kept at once."""
    results = []
    for result in track(
        in_processes(run, seeds, processes),
        saying,
        total=len(seeds),
        console=Console(stderr=True),
        transient=True,
    ):
        if keep:
            keep(result)
        results.append(result)
    return results


class Kept(Generic[M]):
    """Results of trials in a file, one a line: what an interrupted run leaves behind."""

    def __init__(self, file: Path, kind: type[M], *, resume: bool) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self.results: list[M] = []
        if not resume:
            file.write_text("", encoding="utf-8")
        elif file.exists():
            # A line that the interruption cut off is run again.
            lines = file.read_text(encoding="utf-8").split("\n")[:-1]
            file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
            self.results = [kind.model_validate_json(line) for line in lines]

    def add(self, result: M) -> None:
        """Write a result down at once."""
        with self._file.open("a", encoding="utf-8") as out:
            out.write(result.model_dump_json() + "\n")


def require_folder(out: Path | None, only: int | None, *, keep: bool, resume: bool) -> None:
    """Make sure that there is a folder for what is to be kept or gone on with.

    Raises:
        TelitiError: there is none, or `keep` is asked for more than one scene.
    """
    if keep and (only is None or out is None):
        raise TelitiError("--keep needs --only and --out", fix="Name a seed and a folder.")
    if resume and out is None:
        raise TelitiError("--resume needs --out", fix="Name the folder of the run to go on with.")


def report_of(results: Sequence[R], summary: dict[str, Any]) -> dict[str, Any]:
    """Return what a bench says as JSON: its summary, and every trial."""
    return {
        "software": __version__,
        "first_seed": results[0].seed,
        "summary": summary,
        "trials": [result.model_dump(mode="json") for result in results],
    }


def write_json(file: Path, document: dict[str, Any]) -> None:
    """Write a document of a bench."""
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def groups_table(grouping: str, groups: Mapping[str, Mapping[str, Any]]) -> Table:
    """Lay out one grouping of a summary (`qc.proof.report.group_of`), a group a row."""
    table = Table(grouping, title=f"By {grouping}")
    for heading in ("n", "bias mm", "error 95 % mm", "of gate", "of aim", "in U95 %", "U95 mm"):
        table.add_column(heading, justify="right")
    for heading in ("check", "wrong pass"):
        table.add_column(heading, justify="right")
    for label, group in sorted(groups.items()):
        of_gate = f"{group['error95_of_gate']:.2f}"
        table.add_row(
            label,
            str(group["dimensions"]),
            f"{group['bias_mm']:+.2f}",
            f"{group['error95_mm']:.2f}",
            f"[red]{of_gate}[/red]" if group["error95_of_gate"] > 1 else of_gate,
            f"{group['error95_of_aim']:.2f}",
            f"{group['coverage_percent']:.0f}",
            f"{group['median_u95_mm']:.2f}",
            str(group["checks"]),
            str(group["wrong_passes"]),
        )
    return table


def sizes_table(title: str, rows: Sequence[tuple[int, str, DimensionResult]]) -> Table:
    """Lay out sizes beside their truth: each with its trial's seed and what was measured."""
    table = Table("seed", "what", title=title)
    for heading in ("true mm", "error mm", "U95 mm", "gate mm"):
        table.add_column(heading, justify="right")
    for seed, what, size in rows:
        table.add_row(
            str(seed),
            what,
            f"{size.true_mm:.1f}",
            f"{size.error_mm:+.2f}",
            f"{size.u95_mm:.2f}",
            f"{size.gate_mm:.2f}",
        )
    return table


def results_of(
    run: Callable[[int], R],
    kind: type[R],
    seeds: list[int],
    processes: int,
    out: Path | None,
    *,
    resume: bool,
) -> list[R]:
    """Run the trials that were not run yet; with a folder, each is written down at once."""
    saying = "Rendering and measuring …"
    if out is None:
        return run_all(run, seeds, processes, saying)
    kept = Kept(out / "trials.jsonl", kind, resume=resume)
    known = {result.seed: result for result in kept.results}
    left = [seed for seed in seeds if seed not in known]
    known |= {r.seed: r for r in run_all(run, left, processes, saying, kept.add)}
    return [known[seed] for seed in seeds]
