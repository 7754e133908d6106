"""`qc evaluate`: how well an inspector tells good photos from defective ones."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from qc.cli.evaluate_detector import detector
from qc.cli.learn import EncoderFolder, load_encoder
from qc.cli.photos import read_photo
from qc.defects.normality import Normality, load
from qc.errors import EvaluationError
from qc.evaluation.folder import GOOD, LabelledPhoto, read_labelled
from qc.evaluation.pixels import DISTANCE, PixelScores, score_auroc

app = typer.Typer(help="Measure on photos whose truth is known.", no_args_is_help=True)
app.command("detector")(detector)


@app.callback()
def _evaluate() -> None:
    """Measure on photos whose truth is known."""


@app.command()
def normality(
    memory: Annotated[Path, typer.Argument(help="File of a memory, from qc learn.")],
    folder: Annotated[
        Path, typer.Argument(help="Folder with test/good, test/TYPE and perhaps ground_truth/TYPE.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every score.")] = False,
    encoder: EncoderFolder = None,
) -> None:
    """Measure a memory: image and pixel AUROC, AUPRO, alarms and time per photo.

    Pixels are compared where ground_truth has masks and the memory knows whole photos. The time
    is that of a photo already decoded.
    """
    inspector = load(memory, load_encoder(encoder))
    photos = read_labelled(folder).photos
    if not any(photo.kind == GOOD for photo in photos):
        raise EvaluationError(f"{folder} has no good photo", fix="Add photos of good items.")
    console = Console(stderr=True)
    inspector.judge(read_photo(photos[0].path))  # the first call prepares the network
    pixels = PixelScores(DISTANCE)
    rows = [
        _judge(inspector, photo, pixels)
        for photo in track(photos, "Judging …", console=console, transient=True)
    ]
    report = {"memory": inspector.reference, "threshold": inspector.threshold, **_summary(rows)}
    report |= {"pixel_auroc": _figure(pixels.auroc()), "aupro": _figure(pixels.aupro())}
    if as_json:
        print(json.dumps(report | {"scores": rows}, indent=2))
    else:
        for name, value in report.items():
            print(f"{name.replace('_', ' ')}: {value}")


def _judge(inspector: Normality, photo: LabelledPhoto, pixels: PixelScores) -> dict[str, Any]:
    decoded = read_photo(photo.path)
    start = time.perf_counter()
    judged = inspector.judge(decoded)
    seconds = time.perf_counter() - start
    truth = _truth(photo, (decoded.height_px, decoded.width_px))
    if truth is not None and inspector.card.mm_per_px is None:
        pixels.add_map(inspector.photo_map(decoded), truth)
    return {
        "photo": str(photo.path),
        "kind": photo.kind,
        "score": round(judged.score, 5),
        "alarm": judged.alarm,
        "ms": round(1e3 * seconds, 1),
    }


def _truth(photo: LabelledPhoto, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    """Where the photo differs from a good one; None where no mask says it."""
    if photo.labels is None:
        return None
    masks = photo.labels.masks(shape)
    return np.any(list(masks.values()), axis=0) if masks else np.zeros(shape, bool)


def _summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    kinds = np.array([row["kind"] for row in rows])
    scores = np.array([row["score"] for row in rows])
    alarms = np.array([row["alarm"] for row in rows])
    defective = kinds != GOOD
    types = sorted(set(kinds[defective].tolist()))
    return {
        "photos": {kind: int((kinds == kind).sum()) for kind in [GOOD, *types]},
        "image_auroc": _figure(score_auroc(scores, defective)),
        "image_auroc_by_type": {
            kind: _figure(
                score_auroc(
                    scores[~defective | (kinds == kind)], defective[~defective | (kinds == kind)]
                )
            )
            for kind in types
        },
        "alarms_on_good": _figure(float(alarms[~defective].mean())),
        "alarms_on_defective": _figure(float(alarms[defective].mean())) if types else None,
        "ms_per_photo": statistics.median(row["ms"] for row in rows),
    }


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
