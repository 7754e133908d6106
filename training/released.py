"""What a release computes: the network at two scales, and the judge that weighs them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.network import INPUT_MULTIPLE, DefectNetwork, enlarged
from training.stem import ByteStem
from training.weights import folded

SCALES = 2
STRIDE = INPUT_MULTIPLE * 2 ** (SCALES - 1)
"""Height and width of a released network's input are multiples of this."""


def logits_at_scales(network: nn.Module, images: Tensor) -> Tensor:
    """Run a network on the picture as it is and on the picture at half its size.

    What is too large or too faint at one scale is often plain at the other, and the shape that
    harmless grain has at one scale it seldom has at both.

    Args:
        network: gives logits `(N, types, H, W)`.
        images: normalised `(N, 3, H, W)`, H and W multiples of `STRIDE`.

    Returns:
        Logits `(N, types, SCALES, H, W)`, the finest scale first.
    """
    finest: Tensor = network(images)
    coarse = network(functional.avg_pool2d(images, 2))
    return torch.stack([finest, enlarged(coarse)], dim=2)


class ReleasedNetwork(nn.Module):
    """uint8 `(N, H, W, 3)` → calibrated probabilities `(N, types, H, W)`.

    `weights` `(types, SCALES)` and `offset` `(types,)` are the judge's: per type
    `probability = sigmoid(Σ weight · logit + offset)`.
    """

    weights: Tensor
    offset: Tensor

    def __init__(self, network: DefectNetwork, weights: Tensor, offset: Tensor) -> None:
        super().__init__()
        self.network = folded(network)
        self.network.encoder.conv_stem = ByteStem(self.network.encoder.conv_stem)
        self.register_buffer("weights", weights[None, :, :, None, None])
        self.register_buffer("offset", offset[None, :, None, None])

    def forward(self, image: Tensor) -> Tensor:
        """Return calibrated probabilities.

        Enlarging is linear, so the judge weighs the logits before it, where they are fewest.
        """
        planes = image.permute(0, 3, 1, 2).to(torch.float32)
        fine, coarse = self.weights.unbind(dim=2)
        finest = fine * self.network.halved(planes) + self.offset
        coarser = coarse * self.network.halved(functional.avg_pool2d(planes, 2))
        return torch.sigmoid(enlarged(finest + enlarged(coarser)))
