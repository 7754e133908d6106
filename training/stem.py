"""The first convolution of a release, which reads bytes: normalising is part of its weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.network import HalvingConv, pad_to_halve
from training.normalise import MEAN, STD

_STRIDE = 2


class ByteStem(nn.Module):
    """Convolves planes of 0…255 as the network's stem does normalised ones, in one pass.

    `byte_weight` `(C, 3, 3, 3)` and `byte_bias` `(C,)`. Beyond the picture lies the colour that
    normalises to 0, so that the result is the same at the borders too.
    """

    byte_weight: Tensor
    byte_bias: Tensor

    def __init__(self, stem: HalvingConv) -> None:
        """Take the weights of a stem whose normalisation was folded.

        Raises:
            ValueError: the stem has no bias, so nothing was folded into it.
        """
        super().__init__()
        if stem.bias is None:
            raise ValueError("the stem's normalisation must be folded first")
        mean, std = _constants(stem.weight)
        weight = stem.weight.detach() / (255 * std)
        self.register_buffer("byte_weight", weight)
        self.register_buffer(
            "byte_bias", stem.bias.detach() - (stem.weight.detach() * mean / std).sum((1, 2, 3))
        )

    def forward(self, planes: Tensor) -> Tensor:
        """Return features `(N, C, H / 2, W / 2)` of planes `(N, 3, H, W)`, 0…255."""
        padded = pad_to_halve(planes, self.byte_weight.shape[-1], _STRIDE, value=255 * MEAN[0])
        return functional.conv2d(padded, self.byte_weight, self.byte_bias, stride=_STRIDE)


def of_normalised(byte_weight: Tensor, byte_bias: Tensor) -> tuple[Tensor, Tensor]:
    """Return weight and bias of the stem of normalised planes that a `ByteStem` was made of."""
    mean, std = _constants(byte_weight)
    weight = byte_weight * (255 * std)
    return weight, byte_bias + (weight * mean / std).sum((1, 2, 3))


def _constants(like: Tensor) -> tuple[Tensor, Tensor]:
    mean, std = (torch.tensor(value, dtype=like.dtype)[:, None, None] for value in (MEAN, STD))
    return mean, std
