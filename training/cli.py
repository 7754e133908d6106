"""`qc train`: fine-tune a release. Nothing of torch is imported before the command runs."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from training.errors import TrainingDataError


def train(
    snapshot: Annotated[Path, typer.Option(help="Folder of a snapshot (qc snapshot create).")],
    start_from: Annotated[Path, typer.Option("--from", help="Folder of the release to teach.")],
    out: Annotated[
        Path, typer.Option(help="Folder of the new release: …/NAME/VERSION, e.g. workshop/1.0.0.")
    ],
    run: Annotated[
        Path | None, typer.Option(help="Folder of checkpoints; the same run resumes.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The releases' own training data, replayed if given.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="Time to train.")] = 50.0,
    keep_weights: Annotated[
        bool,
        typer.Option("--keep-weights", help="Learn new types alone; known ones stay as they are."),
    ] = False,
    bf16: Annotated[
        bool, typer.Option("--bf16", help="Half as long where the processor has bfloat16.")
    ] = False,
) -> None:
    """Teach a release what reviews said; old data is replayed so that it forgets nothing.

    A new type needs 16 labelled regions. Register the new release and compare it with the old one
    on the snapshot's test part: qc release compare OLD NEW --data SNAPSHOT --split test.
    """
    try:
        from training.finetune import FINETUNING, finetune
    except ImportError as error:
        raise TrainingDataError(
            f"training needs {error.name}, which is not installed",
            fix="Install it on a machine for training: pip install 'teliti[training]'.",
        ) from error
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    changes = {"minutes": minutes, "precision": "bf16" if bf16 else "fp32"}
    config = FINETUNING.model_copy(update=changes | ({"max_steps": 0} if keep_weights else {}))
    folder = run or out.with_name(f"{out.name}-run")
    finetune(snapshot, start_from, out, folder, data=data, config=config)
    print(out)
