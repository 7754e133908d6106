"""What `qc bench` commands that run trials have in common: their options and progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import track

from qc.proof.processes import in_processes

PROOF_SEED = 100_000
"""Trials from this seed on are for proof alone; whoever tunes uses smaller ones."""

Seed = Annotated[int, typer.Option(min=0, help="First seed; tune on seeds below the default.")]
Processes = Annotated[int, typer.Option(min=1, help="Processes.")]

T = TypeVar("T")


def run_all(run: Callable[[int], T], seeds: list[int], processes: int, saying: str) -> list[T]:
    """Run a trial for each seed under a progress bar."""
    return list(
        track(
            in_processes(run, seeds, processes),
            saying,
            total=len(seeds),
            console=Console(stderr=True),
            transient=True,
        )
    )
