"""A release written again as today: `python -m training.reexport --release DIR --out DIR`.

Weights, judge and thresholds stay to the bit. What changes is what the graph leaves to others: up
to 0.6.0 it enlarged every map to the picture's own size, which most pictures do not need.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import torch
import typer

from qc.defects.detector import Detector
from qc.defects.release import model_sha256, read_release, write_release
from training.datasets.patches import CompositeSource, Patches
from training.datasets.surfaces import procedural_surface
from training.errors import TrainingDataError
from training.export import OPSET, check_parity, export_onnx
from training.released import ReleasedNetwork, stride_px
from training.weights import read_judge, read_network, restore

log = logging.getLogger("training")
_PICTURES, _SEED = 12, 0


def reexport(release: Path, out: Path) -> float:
    """Write a release again, and verify it; it has to be measured anew.

    Args:
        release: folder of the release.
        out: folder of the new one, named by its version.

    Returns:
        The largest difference of a probability between torch and onnxruntime.

    Raises:
        ReleaseError: the release was altered.
        TrainingDataError: it does not say how it judges, or torch and onnxruntime disagree.
    """
    said, judge = read_release(release), read_judge(release)
    if judge is None:
        raise TrainingDataError(
            f"{said.reference} does not say how it weighs what it sees", fix="Take a later one."
        )
    weights, offset = (torch.from_numpy(values).float() for values in judge)
    released = ReleasedNetwork(read_network(release), weights, offset).eval()
    restore(released, release / "model.onnx")
    out.mkdir(parents=True, exist_ok=True)
    export_onnx(released, out / "model.onnx")
    written = said.model_copy(
        update={
            "name": out.parent.name,
            "version": out.name,
            "created": datetime.now(UTC).date(),
            "stride_px": stride_px(weights.shape[1]),
            "sha256": model_sha256(out),
            "opset": OPSET,
            "training": said.training
            | {"written_again": f"python -m training.reexport --release {said.reference}"},
            "metrics": {},
        }
    )
    write_release(out, written)
    patches = Patches([CompositeSource([procedural_surface], [1.0])], [1.0], 256, _PICTURES, _SEED)
    pictures = [patches.sample(index).pixels for index in range(_PICTURES)]
    return check_parity(released, Detector.load(out), pictures)


def main(
    release: Annotated[Path, typer.Option(help="Release that is written again.")],
    out: Annotated[Path, typer.Option(help="Folder of the new one, named by its version.")],
) -> None:
    """Write a release again as releases are today."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    worst = reexport(release, out)
    log.info("%s: torch and onnxruntime agree to %.1e; now measure it", out, worst)


if __name__ == "__main__":
    typer.run(main)
