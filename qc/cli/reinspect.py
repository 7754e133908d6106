"""`qc reinspect`: an archive of photos once more, by another spec, release, memory or judge."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from qc.archive import Engine, Ledger, Setup, engine, find_items
from qc.cli.inspect import JudgeFiles, MemoryFiles
from qc.cli.learn import EncoderFolder, StationFile
from qc.cli.status import EXIT_DATA
from qc.defects.release import active_folder
from qc.geometry.station import read_station
from qc.judge import read_judges
from qc.spec.examples import find_spec


def reinspect(
    archive: Annotated[
        Path,
        typer.Argument(help="Folder of photos; of a spec with several views: ITEM/VIEW.jpg."),
    ],
    spec: Annotated[str, typer.Option(help="Spec file (YAML) or the id of an example spec.")],
    out: Annotated[Path, typer.Option(help="File of results (JSON lines); it goes on if there.")],
    name: Annotated[
        Engine, typer.Option("--engine", help="This process, or Ray Data (the extra `scale`).")
    ] = "local",
    workers: Annotated[int, typer.Option(min=1, help="Processes of the engine ray.")] = 2,
    station: StationFile = None,
    release: Annotated[
        Path | None, typer.Option(help="Folder of a detector release other than the active one.")
    ] = None,
    normality: MemoryFiles = None,
    encoder: EncoderFolder = None,
    judge: JudgeFiles = None,
) -> None:
    """Inspect an archive again. Stop it at any time; the same command goes on.

    Each item is a line with its name and its inspection, or with what is wrong with its photos;
    then the exit status is 65. Both engines write the same bytes. Whether the station's calibration
    has expired is not asked.
    """
    requirements = find_spec(spec)
    setup = Setup(
        requirements,
        read_station(station) if station else None,
        release or active_folder(),
        tuple(normality or ()),
        encoder,
        tuple(read_judges(judge or [], requirements.id).items()),
    )
    # Once to count and to refuse what is no archive, then again: a long one is not held.
    count = sum(1 for _ in find_items(archive, requirements))
    with Ledger(out, setup.terms()) as ledger:
        left = (item for item in find_items(archive, requirements) if item.name not in ledger.done)
        for line in track(
            engine(name, setup, left, workers),
            "Inspecting …",
            total=count,
            completed=len(ledger.done),
            console=Console(stderr=True),
            transient=True,
        ):
            ledger.add(line)
    counts = _count(out)
    print(f"{out}: " + ", ".join(f"{counts[word]} {word}" for word in sorted(counts)))
    if counts["error"]:
        raise typer.Exit(EXIT_DATA)


def _count(path: Path) -> Counter[str]:
    """Count verdicts, and what could not be inspected as `error`."""
    counts = Counter[str]()
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            counts["error" if "error" in record else record["inspection"]["verdict"]] += 1
    return counts
