"""What an unknown scale costs: `python -m training.measured_scale --release DIR --data DIR`.

Composites on clean wood that nothing was trained on, and validation boards, are enlarged as a
close or a large photo shows them, and judged as they are and in copies (`qc.defects.unscaled`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from qc.defects.detector import DefectMap, Detector
from qc.defects.unscaled import map_unscaled
from qc.evaluation.pixels import PixelScores, score_auroc
from training.datasets.boards import MM_PER_PX as BOARD_MM_PER_PX
from training.datasets.boards import load_board, read_index
from training.datasets.patches import CompositeSource, Patches, enlarged
from training.judged import unseen_wood
from training.labels import Sample

Judge = Callable[[NDArray[np.uint8]], DefectMap]
_SEED = 9_500_000
_SIDE_PX = 320


def measure(
    samples: Iterator[Sample],
    judges: Mapping[str, Judge],
) -> dict[str, tuple[float, float]]:
    """Pixel AP of any defect and image AUROC, by how the pictures are judged."""
    pixels = {name: PixelScores() for name in judges}
    scores: dict[str, list[float]] = {name: [] for name in judges}
    defective: list[bool] = []
    for sample in samples:
        truth = np.asarray(sample.target.any(axis=0))
        known = np.asarray(sample.known.all(axis=0))
        defective.append(bool(truth.any()))
        for name, judge in judges.items():
            maps = judge(sample.pixels)
            pixels[name].add(maps.any_type[known], truth[known])
            scores[name].append(maps.score)
    return {
        name: (
            pixels[name].average_precision(),
            score_auroc(np.array(scores[name]), np.array(defective)),
        )
        for name in judges
    }


def main(
    release: Annotated[list[Path], typer.Option(help="Folder of a release; may be given again.")],
    data: Annotated[Path, typer.Option(help="Folder with wood_boards and wood_textures_eval.")],
    factor: Annotated[list[float] | None, typer.Option(help="1 and 3 where not given.")] = None,
    count: Annotated[int, typer.Option(help="Composites, and boards.")] = 60,
) -> None:
    """Measure releases on enlarged pictures and print the table."""
    patches = Patches([CompositeSource([unseen_wood(data)], [1.0])], [1.0], _SIDE_PX, count, _SEED)
    boards = [board for board in read_index(data / "wood_boards") if board.split == "val"]
    boards = boards[:: max(1, len(boards) // count)][:count]
    rows = [
        ["enlarged", "release", "looked at", "composites AP", "AUROC", "boards AP", "AUROC"],
        ["---"] * 7,
    ]
    for times in factor or [1.0, 3.0]:
        for folder in release:
            detector = Detector.load(folder)
            judges: dict[str, Judge] = {
                "as it is": detector.map,
                "in copies": partial(map_unscaled, detector),
            }
            hint = Console(stderr=True)
            made = track(range(count), f"{folder.name} × {times:g}", console=hint)
            real = track(boards, f"{folder.name} × {times:g}", console=hint)
            on_wood = measure((enlarged(patches.sample(i), times) for i in made), judges)
            shown = times * BOARD_MM_PER_PX / detector.mm_per_px
            on_boards = measure((enlarged(load_board(board), shown) for board in real), judges)
            rows += [
                [f"{times:g} ×", detector.reference, name]
                + [f"{value:.3f}" for value in (*on_wood[name], *on_boards[name])]
                for name in judges
            ]
    print("\n".join("| " + " | ".join(row) + " |" for row in rows))


if __name__ == "__main__":
    typer.run(main)
