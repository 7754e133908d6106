"""`qc dataset`: labelled photos in the formats of other tools, checked before they are used."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from qc.cli.status import EXIT_DATA
from qc.datasets import checks
from qc.datasets.card import Findings, dataset_card
from qc.datasets.checks import Progress
from qc.datasets.formats import WRITERS, read_dataset
from qc.datasets.model import Dataset, DatasetPhoto
from qc.defects.detector import Detector
from qc.errors import DatasetError

app = typer.Typer(
    help="Labelled photos: convert, check, and show what is in them.", no_args_is_help=True
)

Source = Annotated[
    Path,
    typer.Argument(
        help="COCO file or folder, or a folder in the layout of YOLO, of MVTec AD, or with images "
        "and masks."
    ),
]
ReleaseFolder = Annotated[
    Path | None, typer.Option(help="Folder of a detector release other than the active one.")
]
Format = StrEnum("Format", {name: name for name in WRITERS})  # type: ignore[misc]  # members come from a table


@app.command()
def convert(
    source: Source,
    to: Annotated[Format, typer.Option(help="Format to write.")],
    out: Annotated[Path, typer.Option(help="Folder to write; it must be empty.")],
) -> None:
    """Write a data set in another format; COCO opens in CVAT and Label Studio and loses nothing."""
    dataset = read_dataset(source)
    losses = WRITERS[to](dataset, out)
    count = sum(1 for _ in dataset.regions())
    print(f"{out}: {len(dataset.photos)} photos, {count} regions of {len(dataset.types)} types")
    for what, times in sorted((losses.counts if losses else {}).items()):
        print(f"{to} cannot hold: {what} ({times} times)")


@app.command()
def check(
    source: Source,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    labels: Annotated[
        bool, typer.Option("--labels", help="List labels that the detector surely contradicts.")
    ] = False,
    release: ReleaseFolder = None,
) -> None:
    """Check for leakage between parts, near-duplicates, class balance and label errors.

    The exit status is 65 where something leaks: figures measured on such parts are too good.
    """
    dataset = read_dataset(source)
    findings = _findings(dataset, labels or release is not None, release)
    leaking = [pair for pair in findings.duplicates if pair.leaks]
    if as_json:
        print(json.dumps(_as_json(findings), indent=2))
    else:
        _print(findings)
    if findings.leaks or leaking:
        raise typer.Exit(EXIT_DATA)


@app.command()
def card(
    source: Source,
    out: Annotated[Path, typer.Option(help="Folder for index.html.")],
    labels: Annotated[
        bool, typer.Option("--labels", help="Show labels that the detector surely contradicts.")
    ] = False,
    release: ReleaseFolder = None,
) -> None:
    """Write a data set's card: one HTML page with counts, checks and pictures."""
    dataset = read_dataset(source)
    findings = _findings(dataset, labels or release is not None, release)
    out.mkdir(parents=True, exist_ok=True)
    page = out / "index.html"
    page.write_text(dataset_card(source.stem, dataset, findings), encoding="utf-8")
    print(page)


def _findings(dataset: Dataset, asked: bool, release: Path | None) -> Findings:
    found = None
    if asked:
        found = checks.label_errors(dataset, load_detector(release), progress("Asking …"))
    return Findings(
        balance=checks.balance(dataset),
        leaks=checks.leaks(dataset),
        duplicates=checks.near_duplicates(dataset, progress("Comparing …")),
        disagreements=found,
    )


def progress(word: str) -> Progress:
    """Show how far a walk over photos is."""

    def walk(photos: Iterable[DatasetPhoto]) -> Iterable[DatasetPhoto]:
        return track(list(photos), word, console=Console(stderr=True), transient=True)

    return walk


def load_detector(release: Path | None) -> Detector:
    """Load the release that is named, else the active one.

    Raises:
        DatasetError: none is named and none is active.
        ReleaseError: it is incomplete or altered.
    """
    detector = Detector.load(release) if release else Detector.load_active()
    if detector is None:
        raise DatasetError("no detector release is active", fix="Give one with --release.")
    return detector


def _as_json(findings: Findings) -> dict[str, Any]:
    doubts = findings.disagreements
    return {
        "balance": [row.model_dump() for row in findings.balance],
        "leaks": [leak.model_dump() for leak in findings.leaks],
        "near_duplicates": [pair.model_dump() for pair in findings.duplicates],
        "labels_in_doubt": None if doubts is None else [one.model_dump() for one in doubts],
    }


def _print(findings: Findings) -> None:
    table = Table("part", "type")
    for head in ("photos", "regions", "items"):
        table.add_column(head, justify="right")
    for row in findings.balance:
        figures = (str(row.photos), str(row.regions), str(row.items))
        table.add_row(row.split, row.type or "good", *figures)
    Console().print(table)
    for leak in findings.leaks:
        print(f"leak: {leak.kind} {leak.name} is in {', '.join(leak.splits)}")
    for pair in findings.duplicates:
        word = "leak" if pair.leaks else "near-duplicate"
        print(f"{word}: {pair.first} and {pair.second} ({pair.correlation:.3f})")
    for one in findings.disagreements or ():
        label, found = one.label or "nothing", one.found or "nothing"
        print(
            f"doubt: {one.photo} {one.box}: {one.kind}, {label} labelled, {found} found "
            f"({one.probability:.2f})"
        )
