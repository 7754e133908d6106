"""`qc evaluate detector`: what the detector finds on photos whose defects are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from qc.cli.status import EXIT_DATA
from qc.defects.detector import Detector
from qc.defects.regions import HIGH
from qc.errors import EvaluationError, ReleaseError
from qc.evaluation.detection import Evaluation
from qc.evaluation.folder import read_labelled
from qc.evaluation.page import charts, page
from qc.evaluation.report import DetectorReport
from qc.evaluation.sizes import HEAD

_WORST = 8
"""Photos of each kind of error in the report."""


def detector(
    folder: Annotated[
        Path,
        typer.Argument(
            help="MVTec AD folder (test, ground_truth), COCO file or folder, or images and masks."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Folder for report.html, report.json and charts.")
    ] = None,
    release: Annotated[
        Path | None, typer.Option(help="Folder of a release other than the active one.")
    ] = None,
    mm_per_px: Annotated[
        float | None,
        typer.Option(min=0.001, help="Scale of the photos, if known; sizes are then in mm."),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(help="A label's type in the detector's words: color=stain. Repeatable."),
    ] = None,
) -> None:
    """Measure the detector: pixels, defects found, by length and type, calibration.

    A photo or label that cannot be used is named and counted; the exit status is then 65.
    """
    inspector = Detector.load(release) if release else Detector.load_active()
    if inspector is None:
        raise ReleaseError("no detector release is active", fix="Give one with --release.")
    evaluation = Evaluation(inspector, mm_per_px=mm_per_px, rename=_renamed(rename or []))
    labelled = read_labelled(folder)
    console = Console(stderr=True)
    judging = evaluation.run(labelled)
    total = len(labelled.photos)
    for _ in track(judging, "Judging …", total=total, console=console, transient=True):
        pass
    if not evaluation.judged:
        for problem in evaluation.problems:
            console.print(f"{problem.code}: {problem.message}", markup=False, soft_wrap=True)
        raise EvaluationError(
            f"none of {total} photos can be used", fix="Correct the problems listed."
        )
    found = evaluation.report()
    if report:
        _write_report(report, evaluation, found)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        _print(found)
    for problem in evaluation.problems:
        console.print(f"{problem.code}: {problem.message}", markup=False, soft_wrap=True)
    if evaluation.problems:
        raise typer.Exit(EXIT_DATA)


def _renamed(pairs: Sequence[str]) -> dict[str, str]:
    named = dict(pair.partition("=")[::2] for pair in pairs)
    if wrong := [pair for pair in pairs if "=" not in pair or not named[pair.partition("=")[0]]]:
        raise typer.BadParameter(f"{wrong[0]} is not of the form color=stain")
    return named


def _write_report(folder: Path, evaluation: Evaluation, found: DetectorReport) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    drawn = charts(evaluation)
    for name, chart in drawn.items():
        (folder / name).write_text(chart, encoding="utf-8")
    missed = sorted((j for j in evaluation.judged if j.missed), key=lambda j: -j.missed)
    false = sorted((j for j in evaluation.judged if j.false >= HIGH), key=lambda j: -j.false)
    pages = page(
        found,
        drawn.values(),
        [(f"{j.path.name}: {j.missed} missed", evaluation.draw(j)) for j in missed[:_WORST]],
        [(f"{j.path.name}: {j.false:.2f}", evaluation.draw(j)) for j in false[:_WORST]],
    )
    (folder / "report.html").write_text(pages, encoding="utf-8")
    (folder / "report.json").write_text(found.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _print(found: DetectorReport) -> None:
    console = Console()
    console.print(
        f"{found.release}: image AUROC {found.image_auroc}",
        highlight=False,
    )
    alarms = Table("photos", "number", "with an instance", "with a sure one")
    alarms.add_row("good", *found.good.cells)
    alarms.add_row("defective", *found.defective.cells)
    pixels = Table("pixels of", "AP", "AUROC", "AUPRO", "ECE")
    for name, row in found.pixels.items():
        pixels.add_row(name, *(str(v) for v in (row.ap, row.auroc, row.aupro, row.ece)))
    recall = Table("defects", "number", "at 0.1 false a photo", "at 1", "at 10")
    visibility = {
        f"contrast to noise {level}": group
        for level, group in found.recall_by_visibility.get("all", {}).items()
    }
    for name, group in (found.recall | found.recall_by_length | visibility).items():
        recall.add_row(name, *group.cells)
    sizes = Table("defects", *HEAD, title="sizes as found, over the label's")
    for name, said in found.sizes.items():
        sizes.add_row(name, *said.cells)
    for table in (alarms, pixels, recall, sizes):
        console.print(table)
