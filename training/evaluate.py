"""Judge a release: `python -m training.evaluate --release DIR --data DIR`.

Everything is measured on the exported network, as it ships, on boards of the validation blocks,
on composites made on them and on clean textures that nothing was trained on, on those textures as
they are, and on rendered items where there are some.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from qc.defects.detector import Detector
from qc.defects.release import write_release
from training.datasets.boards import read_index
from training.datasets.surfaces import board_surface
from training.false_alarms import false_alarms
from training.judged import (
    Judged,
    judge_boards,
    judge_composites,
    judge_renders,
    judge_sound,
    unseen_wood,
)
from training.metrics import (
    any_defect_metrics,
    composite_metrics,
    image_metrics,
    pixel_metrics,
    sound_metrics,
)
from training.overview import Tile, contact_sheet

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)


@app.command()
def main(
    release: Annotated[Path, typer.Option(help="Folder of the release.")],
    data: Annotated[Path, typer.Option(help="Folder with wood_boards and wood_textures_eval.")],
    composites: Annotated[int, typer.Option(help="Composited patches.")] = 400,
    record: Annotated[bool, typer.Option(help="Write the metrics into release.json.")] = False,
    failures: Annotated[Path | None, typer.Option(help="JPEG of the worst pictures.")] = None,
    renders: Annotated[
        Path | None, typer.Option(help="Rendered items that it was not trained on.")
    ] = None,
    sound: Annotated[int, typer.Option(help="Patches of other wood without a defect.")] = 600,
    sound_renders: Annotated[
        Path | None, typer.Option(help="Rendered items, none of which has a defect.")
    ] = None,
) -> None:
    """Measure a release and print its metrics as JSON."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    detector = Detector.load(release)
    thresholds = detector.release.thresholds
    boards = [board for board in read_index(data / "wood_boards") if board.split == "val"]
    real = list(judge_boards(detector, boards))
    clean = [board for board in boards if not board.classes]
    other_wood = unseen_wood(data)
    surfaces = {
        "composites_on_validation_boards": board_surface(clean),
        "composites_on_other_wood": other_wood,
    }
    # One set of maps after the other: each takes more than a gigabyte.
    made: dict[str, dict[str, Any]] = {
        name: composite_metrics(detector, list(judge_composites(detector, surface, composites)))
        for name, surface in surfaces.items()
    }
    if renders:
        made["rendered_items"] = composite_metrics(detector, list(judge_renders(detector, renders)))
    made["sound_other_wood"] = sound_metrics(judge_sound(detector, other_wood, sound))
    if sound_renders:
        made["sound_renders"] = sound_metrics(judge_renders(detector, sound_renders))
    alarms, textures = false_alarms(detector, data / "wood_textures_eval")
    metrics = {
        "validation_boards": {
            "images": len(real),
            "pixels": pixel_metrics(real, detector.types, thresholds),
            "any_defect": any_defect_metrics(real),
            "image_auroc": image_metrics(real),
        },
        **made,
        "clean_textures": alarms,
    }
    print(json.dumps(metrics, indent=2))
    if record:
        kept = detector.release.metrics | metrics
        write_release(release, detector.release.model_copy(update={"metrics": kept}))
    if failures:
        worst = sorted(textures, key=lambda tile: -tile.error)[:6]
        contact_sheet([*worst, *_worst_boards(real)], failures)


def _worst_boards(judged: list[Judged]) -> list[Tile]:
    """The clean boards that alarm most and the cracked ones that alarm least."""
    clean = sorted((j for j in judged if not j.classes), key=lambda j: -j.score)[:6]
    cracked = [j for j in judged if 4 in j.classes]

    def response(one: Judged) -> float:
        crack = one.sample.target[0]
        return float(one.probability[0][crack].mean()) if crack.any() else 1.0

    missed = sorted(cracked, key=response)[:6]
    return [
        Tile(j.name, j.sample.pixels, j.maps.strongest, 0, np.asarray(j.sample.target.any(axis=0)))
        for j in (*clean, *missed)
    ]


if __name__ == "__main__":
    app()
