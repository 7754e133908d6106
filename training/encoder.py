"""Release the encoder of normality: `python -m training.encoder OUT --detector RELEASE`.

A detector's network describes patches by two levels of its encoder and says how suspicious they
are to it. With preprocessing before it and the exact nearest neighbour in a memory after it, that
becomes one ONNX graph. Nothing is trained here.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import onnx
import torch
import typer
from torch import Tensor, nn
from torch.nn import functional

from qc.defects.normality.encoder import PATCH_PX, Encoder, EncoderRelease
from qc.defects.release import model_sha256, read_release, write_release
from training.errors import TrainingDataError
from training.network import INPUT_MULTIPLE
from training.normalise import normalise
from training.weights import folded, read_judge, read_network

log = logging.getLogger("training")
OPSET = 18
LEVELS = (2, 3)
"""Levels of the encoder that describe a patch: 40 channels at stride 8 and 112 at stride 16."""

TOLERANCE = 2e-3
"""Largest difference of a feature or a distance between torch and onnxruntime. Features reach
±30, and a distance near 0 is the root of a difference of two large numbers."""

Outputs = tuple[Tensor, Tensor, Tensor, Tensor]


class NormalityNetwork(nn.Module):
    """Features of every patch of a picture, its nearest neighbour in a memory, and a suspicion.

    Patches lie 8 px apart. A distance is that of `(features - mean) @ projection` to the nearest
    row of `memory`; all pairs are compared, through one matrix product. The suspicion is the
    detector's highest logit of any type in the patch, at the finer of its scales alone.
    """

    gain: Tensor
    offset: Tensor

    def __init__(self, detector: Path) -> None:
        """Take the network of a detector's release, a folder."""
        super().__init__()
        judge = read_judge(detector)
        if judge is None:
            raise TrainingDataError(f"{detector} has no judge", fix="Use a released detector.")
        weights, offset = (torch.from_numpy(part).float() for part in judge)
        self.network = folded(read_network(detector))
        # What the judge gives the coarser scale, whose pass is left out, counts for the finer.
        self.register_buffer("gain", weights.sum(1)[None, :, None, None])
        self.register_buffer("offset", offset[None, :, None, None])

    def forward(self, image: Tensor, mean: Tensor, projection: Tensor, memory: Tensor) -> Outputs:
        """Describe and compare.

        Args:
            image: uint8 `(N, H, W, 3)` sRGB, H and W multiples of 32.
            mean: `(C,)`.
            projection: `(C, D)`.
            memory: `(M, D)`.

        Returns:
            features `(N, H/8, W/8, C)`, distances `(N, H/8, W/8)`, the row of the nearest, and the
            suspicion `(N, H/8, W/8)`.
        """
        features, suspicion = self.describe(image)
        patches = (features - mean) @ projection
        # |p - m|² = |p|² + (-2 p, 1)·(m, |m|²): all that depends on a pair is one product.
        left = torch.cat([-2 * patches, torch.ones_like(patches[..., :1])], dim=-1)
        right = torch.cat([memory, memory.square().sum(-1, keepdim=True)], dim=-1)
        pairs = left @ right.transpose(0, 1)
        squared = pairs.amin(-1) + patches.square().sum(-1)
        return features, squared.clamp(min=0).sqrt(), pairs.argmin(-1), suspicion

    def describe(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return features `(N, H/8, W/8, C)` and suspicion of uint8 `(N, H, W, 3)`."""
        levels = self.network.encoder(normalise(image))
        fine, coarse = (levels[number] for number in LEVELS)
        enlarged = functional.interpolate(
            coarse, scale_factor=2.0, mode="bilinear", align_corners=False
        )
        features = torch.cat([fine, enlarged], dim=1).permute(0, 2, 3, 1)
        logits = (self.gain * self.network.decoded(levels) + self.offset).amax(1, keepdim=True)
        return features, functional.max_pool2d(logits, PATCH_PX // 2)[:, 0]


def export_onnx(network: NormalityNetwork, path: Path) -> None:
    """Write the network as one ONNX file of dynamic picture and memory."""
    network.eval()
    for module in network.modules():
        if isinstance(module, nn.Hardtanh):  # ReLU6 is one
            module.inplace = False  # the same result; torch takes a minute to find that out
    channels = _channels(network)
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
        output_names=["features", "distance", "nearest", "suspicion"],
        dynamic_shapes=({0: n, 1: h, 2: w}, {}, {1: d}, {0: m, 1: d}),
        verbose=False,
    )
    if program is None:
        raise TrainingDataError("torch exported nothing", fix="Check the versions of torch.")
    program.save(str(path), include_initializers=True, external_data=False)
    onnx.checker.check_model(str(path))


@torch.no_grad()
def check_parity(network: NormalityNetwork, encoder: Encoder, seed: int = 0) -> float:
    """Compare features, distances and suspicion of torch and onnxruntime on several pictures.

    Returns:
        The largest difference.

    Raises:
        TrainingDataError: they disagree.
    """
    rng = np.random.default_rng(seed)
    channels = encoder.release.channels
    worst = 0.0
    for height, width in ((32, 32), (160, 96), (384, 384)):
        coarse = rng.integers(0, 256, (1, height // 16, width // 16, 3), dtype=np.uint8)
        image = coarse.repeat(16, axis=1).repeat(16, axis=2)
        mean = rng.normal(size=channels).astype(np.float32)
        projection = (rng.normal(size=(channels, 20)) / channels).astype(np.float32)
        memory = rng.normal(size=(50, 20)).astype(np.float32)
        expected = network(*(torch.from_numpy(v) for v in (image, mean, projection, memory)))
        found = encoder.compare(image[0], mean, projection, memory)
        pairs = (
            (found.features, expected[0]),
            (found.distance, expected[1]),
            (found.suspicion, expected[3]),
        )
        for ours, theirs in pairs:
            worst = max(worst, float(np.abs(ours - theirs[0].numpy()).max()))
    if worst > TOLERANCE:
        raise TrainingDataError(
            f"torch and onnxruntime disagree by {worst:.1e}",
            fix="Do not release it; check the versions of torch and onnxruntime.",
        )
    return worst


@torch.no_grad()
def _channels(network: NormalityNetwork) -> int:
    side = INPUT_MULTIPLE
    return network.describe(torch.zeros((1, side, side, 3), dtype=torch.uint8))[0].shape[-1]


def main(
    out: Annotated[Path, typer.Argument(help="Folder of the release, named by its version.")],
    detector: Annotated[Path, typer.Option(help="Folder of the detector's release.")],
) -> None:
    """Export the encoder and verify it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parent = read_release(detector)
    network = NormalityNetwork(detector).eval()
    out.mkdir(parents=True, exist_ok=True)
    export_onnx(network, out / "model.onnx")
    release = EncoderRelease(
        name=out.parent.name,
        version=out.name,
        created=datetime.now(UTC).date(),
        channels=_channels(network),
        stride_px=INPUT_MULTIPLE,
        input="uint8 (N, H, W, 3) sRGB, H and W multiples of 32; mean, projection, memory",
        sha256=model_sha256(out),
        opset=OPSET,
        training={"network": parent.reference, "levels": LEVELS, "trained_further": False},
        licences=parent.licences,
    )
    write_release(out, release)
    (out.parent / "ACTIVE").write_text(out.name + "\n", encoding="utf-8")
    worst = check_parity(network, Encoder.load(out))
    size_mb = (out / "model.onnx").stat().st_size / 1e6
    log.info("%s: %.1f MB, torch and onnxruntime agree to %.1e", out, size_mb, worst)


if __name__ == "__main__":
    typer.run(main)
