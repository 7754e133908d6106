"""`qc bench detector`: how long the network takes for one tile."""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from qc.defects.detector import Detector
from qc.defects.release import active_folder
from qc.errors import ReleaseError

_SIDE_PX = 512


def detector(
    releases: Annotated[
        list[Path] | None, typer.Argument(help="Folders of releases; the active one by default.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the network.")] = 2,
    runs: Annotated[int, typer.Option(min=1, help="Counted runs, after two warm-ups.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Time the detector on one tile of 512 × 512 px: median, best and worst of several runs.

    Several releases take turns, so that what else the machine does weighs on all alike.
    """
    folders = releases or [active for active in [active_folder()] if active]
    loaded = [Detector.load(folder, threads=threads) for folder in folders]
    if not loaded:
        raise ReleaseError("no detector release is active", fix="Name a release's folder.")
    tile = np.random.default_rng(0).integers(0, 256, (_SIDE_PX, _SIDE_PX, 3), np.uint8)
    spent: list[list[float]] = [[] for _ in loaded]
    console = Console(stderr=True)
    for run in track(range(runs + 2), "Timing …", console=console, transient=True):
        for own, network in zip(spent, loaded, strict=True):
            start = time.perf_counter()
            network.map(tile)
            if run >= 2:
                own.append(1e3 * (time.perf_counter() - start))
    rows = [
        {
            "release": network.reference,
            "median_ms": statistics.median(own),
            "min_ms": min(own),
            "max_ms": max(own),
        }
        for network, own in zip(loaded, spent, strict=True)
    ]
    if as_json:
        print(json.dumps({"tile_px": _SIDE_PX, "threads": threads, "runs": runs, "rows": rows}))
        return
    table = Table("release", title=f"{_SIDE_PX} × {_SIDE_PX} px, {threads} threads, {runs} runs")
    for heading in ("median ms", "best ms", "worst ms"):
        table.add_column(heading, justify="right")
    for row, own in zip(rows, spent, strict=True):
        figures = (statistics.median(own), min(own), max(own))
        table.add_row(str(row["release"]), *(f"{value:.1f}" for value in figures))
    Console().print(table)
