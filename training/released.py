"""What a release computes: the network at one scale or two, and the judge that weighs them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.network import INPUT_MULTIPLE, DefectNetwork, enlarged, joined
from training.stem import ByteStem
from training.weights import folded

SCALES = 2
"""At which a network may look: the picture as it is, and at half its size."""


def stride_px(scales: int) -> int:
    """Return what height and width of the input of a network at so many scales are multiples of."""
    return INPUT_MULTIPLE << (scales - 1)


def logits_at_scales(network: nn.Module, images: Tensor, scales: int = SCALES) -> Tensor:
    """Run a network on the picture as it is and, of two scales, on the picture at half its size.

    What is too large or too faint at one scale is often plain at the other, and the shape that
    harmless grain has at one scale it seldom has at both.

    Args:
        network: gives logits `(N, types, H, W)`.
        images: normalised `(N, 3, H, W)`, H and W multiples of `stride_px(scales)`.
        scales: 1 or 2.

    Returns:
        Logits `(N, types, scales, H, W)`, the finest scale first.
    """
    finest: Tensor = network(images)
    if scales == 1:
        return finest[:, :, None]
    coarse = network(functional.avg_pool2d(images, 2))
    return torch.stack([finest, enlarged(coarse)], dim=2)


class ReleasedNetwork(nn.Module):
    """uint8 `(N, H, W, 3)` → calibrated probabilities `(N, types, H / 2, W / 2)`.

    `weights` `(types, scales)` and `offset` `(types,)` are the judge's: per type
    `probability = sigmoid(Σ weight · logit + offset)`. What has one column of weights looks once.
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
        """Return calibrated probabilities, where the network computes them.

        Who needs them at every pixel enlarges them; most pictures show nothing worth it.
        Outputs are joined last: what runs before is the same to the bit whatever stands beside it.
        """
        planes = image.permute(0, 3, 1, 2).to(torch.float32)
        fine, *coarser = self.weights.unbind(dim=2)
        judged = [
            weight * logits + offset
            for weight, logits, offset in zip(
                self._by_part(fine), self._parts(planes), self._by_part(self.offset), strict=True
            )
        ]
        for coarse in coarser:
            parts = self._parts(functional.avg_pool2d(planes, 2))
            judged = [
                finer + enlarged(weight * logits)
                for finer, weight, logits in zip(judged, self._by_part(coarse), parts, strict=True)
            ]
        return torch.sigmoid(joined(judged))

    def _parts(self, planes: Tensor) -> list[Tensor]:
        return self.network.parts(self.network.encoder(planes))

    def _by_part(self, values: Tensor) -> tuple[Tensor, ...]:
        """Split `(1, types, 1, 1)` as the network's outputs are."""
        if not len(self.network.own):
            return (values,)
        count = values.shape[1]
        shared = count - len(self.network.own)
        return (values[:, :shared], *(values[:, c : c + 1] for c in range(shared, count)))
