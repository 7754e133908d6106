"""Measure normality on textured surfaces: `python -m training.normality_surfaces --data DATA`.

Each line is one surface: cloth, leather, stone, paint, turned or brushed work that no photo shows,
and photographed wood. Good photos are learnt; others are tested against hardly visible defects of
two sorts: those that a detector is trained on, and disturbances that none ever saw. Development
and held-out lines share neither seeds nor pictures.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from qc.defects.normality import Encoder, Line, Normality, teach
from qc.evaluation.pixels import score_auroc
from qc.photo import Photo
from training.datasets.surfaces import read_hires, read_pictures
from training.synthesis.disturbance import DISTURBANCES
from training.synthesis.surface_lines import (
    Piece,
    SurfaceLine,
    greyed,
    material_line,
    photographed_line,
)

_FIRST_TESTED = 1000
"""Number of the first good piece that is tested; those below are learnt from."""

_HELD_OUT_SEEDS = 100


def surface_lines(data: Path, *, held_out: bool) -> list[SurfaceLine]:
    """Return the lines of either part; photos are not square."""
    more = _HELD_OUT_SEEDS if held_out else 0
    boards = read_hires(data / "wood_boards_hires", "val" if held_out else "train")
    textures = read_pictures(data / "wood_textures_cc0" / "clean", 0.4, 1.5)
    own = (0, 2) if held_out else (1, 3)
    return [
        material_line("pebbled", 11 + more, (400, 640)),
        material_line("woven", 32 + more, (384, 704)),
        greyed(material_line("stone", 13 + more, (448, 576))),
        greyed(material_line("turned", 14 + more, (400, 640))),
        material_line("brushed", 35 + more, (320, 768)),
        material_line("painted", 16 + more, (400, 640)),
        photographed_line("sawn boards", boards, 1.2, 18 + more, (640, 352)),
        *(
            photographed_line(f"texture {n}", [textures[n]], 1.3, 20 + n + more, (400, 640))
            for n in own
        ),
    ]


def measure(
    line: SurfaceLine, encoder: Encoder, good: int, tested: int, size_px: int
) -> dict[str, float]:
    """Learn from good pieces and return image AUROC for each sort of defect."""
    taught = teach(
        [str(number) for number in range(good)],
        lambda number: _photo(line.good(number), str(number)),
        Line("surface", size_px=size_px, keep_outliers=True),
        encoder,
    )
    clean = _scores(taught, line.good, range(_FIRST_TESTED, _FIRST_TESTED + tested))
    sorts: dict[str, Callable[[int], Piece]] = {
        "painted defects": line.defective,
        "disturbances": lambda number: line.defective(number, DISTURBANCES),
    }
    result = {}
    for sort, draw in sorts.items():
        scores = np.append(clean, _scores(taught, draw, range(tested)))
        result[sort] = round(score_auroc(scores, np.arange(len(scores)) >= tested), 3)
    result["alarms on good"] = round(float((clean > taught.threshold).mean()), 3)
    return result


def _scores(
    taught: Normality, draw: Callable[[int], Piece], numbers: Sequence[int]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    photos = (_photo(draw(number), f"{number}") for number in numbers)
    return np.array([taught.judge(photo).score for photo in photos])


def _photo(piece: Piece, name: str) -> Photo:
    height, width = piece.mask.shape
    return Photo(piece.pixels, name, width, height, None, None)


def main(
    data: Annotated[Path, typer.Option(help="Folder with wood_boards_hires, wood_textures_cc0.")],
    encoder: Annotated[list[Path] | None, typer.Option(help="Releases; repeatable.")] = None,
    held_out: Annotated[bool, typer.Option("--held-out", help="The held-out lines.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Lines; all without.")] = None,
    good: Annotated[int, typer.Option(help="Photos to learn from.")] = 50,
    tested: Annotated[int, typer.Option(help="Photos of each sort that are tested.")] = 40,
    size: int = 384,
    threads: Annotated[int, typer.Option(help="0 leaves them to onnxruntime.")] = 0,
) -> None:
    """Print a line of JSON for each line and encoder, and the means."""
    rows: dict[str, list[dict[str, float]]] = {}
    lines = [
        line for line in surface_lines(data, held_out=held_out) if not only or line.name in only
    ]
    for folder in encoder or [Path("models/encoder/0.2.0")]:
        inspector = Encoder.load(folder, threads=threads)
        for line in lines:
            row = measure(line, inspector, good, tested, size)
            rows.setdefault(inspector.reference, []).append(row)
            _say({"line": line.name, "encoder": inspector.reference, **row})
    for reference, found in rows.items():
        means = {name: round(float(np.mean([r[name] for r in found])), 3) for name in found[0]}
        _say({"line": f"mean of {len(found)}", "encoder": reference, **means})


def _say(row: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    typer.run(main)
