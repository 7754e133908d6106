"""How few regions teach a new type: `python -m training.finetune_curve --data DIR --out DIR`.

The type is marrow: the boards' masks mark it, and every release was trained with those pixels
left open, so that none has learnt of it. Fine-tuned with 16, 50 and 200 of its regions on boards
of training blocks; measured on boards of validation blocks, beside what was known before.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from rich.logging import RichHandler

from qc.datasets.model import DatasetPhoto, LabelledRegion
from qc.datasets.rings import trace_mask
from qc.defects.detector import Detector
from qc.defects.release import read_release
from qc.evaluation.pixels import PixelScores
from training.datasets.boards import MM_PER_PX, Board, load_board, load_classes, read_index
from training.datasets.catalogue import read_catalogue
from training.datasets.surfaces import board_surface
from training.finetune import FINETUNING, Lesson, known_types, teach
from training.judged import judge_boards, judge_composites
from training.labels import TYPES
from training.metrics import pixel_metrics

log = logging.getLogger("training")
NEW_TYPE = "marrow"
_CLASS = 6
_UNUSABLE = frozenset({3, 7, 10})
"""A crack somewhere in a knot, quartzity, overgrown: a reviewed photo would say what they are."""
_SEED = 11


def reviewed_board(board: Board, folder: Path) -> DatasetPhoto:
    """Write a board as a photo that somebody reviewed, marrow included."""
    pixels, classes = load_classes(board)
    masks = dict(zip(TYPES, load_board(board).target, strict=True)) | {NEW_TYPE: classes == _CLASS}
    path = folder / f"{board.image.stem}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return DatasetPhoto(
        path=path,
        name=path.name,
        width_px=pixels.shape[1],
        height_px=pixels.shape[0],
        regions=tuple(
            LabelledRegion(name, rings)
            for name, mask in masks.items()
            for rings in trace_mask(mask)
        ),
        item=f"block {board.block}",
        mm_per_px=MM_PER_PX,
    )


def take(boards: Sequence[Board], regions: int, folder: Path) -> list[DatasetPhoto]:
    """Take boards at random until they show so many regions of the new type."""
    order = np.random.default_rng(_SEED).permutation(len(boards))
    taken: list[DatasetPhoto] = []
    while order.size and _count(taken) < regions:
        taken.append(reviewed_board(boards[int(order[0])], folder))
        order = order[1:]
    return taken


def _teaches(board: Board) -> bool:
    return _CLASS in board.classes and not board.classes & _UNUSABLE


def _count(photos: Sequence[DatasetPhoto]) -> int:
    return sum(region.type == NEW_TYPE for photo in photos for region in photo.regions)


def measure(release: Path, boards: list[Board], composites: int) -> dict[str, float | None]:
    """AP over pixels of every type: on boards, and on composites on clean ones."""
    detector = Detector.load(release)
    thresholds = detector.release.thresholds
    judged = list(judge_boards(detector, boards))
    known = detector.types[: len(TYPES)]
    real = pixel_metrics(judged, known, thresholds)
    clean = [board for board in boards if not board.classes]
    made = pixel_metrics(
        list(judge_composites(detector, board_surface(clean), composites)), known, thresholds
    )
    row: dict[str, float | None] = {NEW_TYPE: None}
    if NEW_TYPE in detector.types:
        scores, by_name = PixelScores(), {board.image.name: board for board in boards}
        for one in judged:
            _, classes = load_classes(by_name[one.name])
            keep = ~np.isin(classes, [7, 10])
            probability = one.probability[detector.types.index(NEW_TYPE)]
            scores.add(probability[keep], classes[keep] == _CLASS)
        row[NEW_TYPE] = round(scores.average_precision(), 4)
    row |= {f"{name} on boards": figures["ap"] for name, figures in real.items()}
    return row | {f"{name} composited": figures["ap"] for name, figures in made.items()}


def main(
    data: Annotated[Path, typer.Option(help="Folder with wood_boards, …")],
    out: Annotated[Path, typer.Option(help="Folder of the runs and of curve.json.")],
    start_from: Annotated[Path, typer.Option(help="Release that is taught.")],
    regions: Annotated[list[int] | None, typer.Option(help="Regions to learn from.")] = None,
    steps: Annotated[int, typer.Option(min=0, help="0: the weights stay.")] = 600,
    bf16: Annotated[bool, typer.Option("--bf16", help="Where the processor has bfloat16.")] = False,
    every: Annotated[int, typer.Option(help="Measure on every n-th other board.")] = 5,
    composites: Annotated[int, typer.Option(help="Composited patches.")] = 160,
    patches: Annotated[int, typer.Option(help="To choose the blend and calibrate by.")] = 300,
) -> None:
    """Fine-tune with few regions and with many, and print the curve as JSON."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[RichHandler()])
    index = read_index(data / "wood_boards")
    validation = [board for board in index if board.split == "val"]
    others = [board for board in validation if _CLASS not in board.classes]
    boards = [board for board in validation if _CLASS in board.classes] + others[::every]
    catalogue = read_catalogue(data)
    learning = [board for board in catalogue.fitting if _teaches(board)]
    held_out = [board for board in catalogue.calibration if _teaches(board)]
    parent = read_release(start_from)
    rows: dict[str, Any] = {"before": measure(start_from, boards, composites)}
    config = FINETUNING.model_copy(
        update={
            "max_steps": steps,
            "minutes": 10_000,
            "threads": 1,
            "precision": "bf16" if bf16 else "fp32",
        }
    )
    for count in regions or [16, 50, 200]:
        folder = out / f"{count}"
        train = take(learning, count, folder / "photos")
        val = [reviewed_board(board, folder / "val") for board in held_out]
        lesson = Lesson(known_types(parent.types, train), train, val, catalogue)
        release = folder / "curve" / "0.0.1"
        if not (release / "release.json").exists():
            summary = {"regions": _count(train), "photos": len(train)}
            teach(lesson, start_from, release, folder / "run", config, summary, patches)
        rows[f"{_count(train)} regions on {len(train)} boards"] = measure(
            release, boards, composites
        )
        report = {
            "regions_in_val": _count(val),
            "start_from": parent.reference,
            "steps": steps,
            "boards": len(boards),
            "average_precision": rows,
        }
        (out / "curve.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    typer.run(main)
