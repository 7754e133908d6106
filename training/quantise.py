"""An int8 candidate of a release: `python -m training.quantise --release DIR --data DIR --out DIR`.

Static quantisation: the ranges of all activations are measured on patches of blocks that nothing
was trained on. A candidate is no release: judge it by `training.evaluate` and
`qc bench detector`, and keep it only where it is faster and loses next to nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import onnx
import typer
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from qc.defects.release import model_sha256, read_release, write_release
from training.config import TrainingConfig
from training.datasets.catalogue import read_catalogue
from training.datasets.patches import Patches

log = logging.getLogger("training")


class _Pictures(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime is untyped
    """Feeds patches to the measurement of ranges."""

    def __init__(self, patches: Patches, count: int, name: str) -> None:
        self._feeds: Iterator[dict[str, NDArray[np.uint8]]] = (
            {name: patches.sample(index).pixels[None]} for index in range(count)
        )

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """Return the next patch, or None after the last."""
        return next(self._feeds, None)


def quantise(model: Path, out: Path, patches: Patches, count: int) -> None:
    """Write `model` with int8 convolutions to `out`; the judge's sigmoid stays fp32."""
    with TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(model), str(prepared), skip_symbolic_shape=True)
        name = onnx.load(str(prepared)).graph.input[0].name
        quantize_static(
            str(prepared),
            str(out),
            _Pictures(patches, count, name),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Add", "Resize", "Clip", "Concat", "AveragePool"],
            per_channel=True,
            reduce_range=True,  # seven bits: eight overflow the sums of processors without VNNI
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )


def main(
    release: Annotated[Path, typer.Option(help="Folder of the fp32 release.")],
    data: Annotated[Path, typer.Option(help="Folder with wood_boards, …")],
    out: Annotated[Path, typer.Option(help="Folder of the candidate.")],
    patches: Annotated[int, typer.Option(help="Patches on which ranges are measured.")] = 80,
) -> None:
    """Quantise a release and write the candidate with a release file of its own."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parent = read_release(release)
    config = TrainingConfig.model_validate(parent.training["config"])
    out.mkdir(parents=True, exist_ok=True)
    held_out = read_catalogue(data).calibration_patches(config, patches)
    quantise(release / "model.onnx", out / "model.onnx", held_out, patches)
    changes: dict[str, Any] = {
        "sha256": model_sha256(out),
        "name": f"{parent.name}-int8",
        "metrics": {},
    }
    write_release(out, parent.model_copy(update=changes))
    before, after = ((folder / "model.onnx").stat().st_size / 1e6 for folder in (release, out))
    log.info("%s: %.1f MB, from %.1f MB", out, after, before)


if __name__ == "__main__":
    typer.run(main)
