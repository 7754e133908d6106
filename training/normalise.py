"""From the bytes of a picture to what the network sees; exported inside the ONNX graph."""

from __future__ import annotations

import torch
from torch import Tensor

MEAN = (0.5, 0.5, 0.5)
STD = (0.5, 0.5, 0.5)
"""The constants with which the encoder's ImageNet weights were trained."""


def normalise(pixels: Tensor) -> Tensor:
    """Turn uint8 `(N, H, W, 3)` sRGB into normalised float32 `(N, 3, H, W)`."""
    mean, std = (torch.tensor(value, device=pixels.device)[:, None, None] for value in (MEAN, STD))
    planes = pixels.permute(0, 3, 1, 2).to(torch.float32)
    return (planes * (1 / (255 * std)) - mean / std).contiguous()
