"""From the bytes of a picture to what the network sees; exported inside the ONNX graph."""

from __future__ import annotations

import torch
from torch import Tensor

MEAN = (0.5, 0.5, 0.5)
STD = (0.5, 0.5, 0.5)
"""The constants with which the encoder's ImageNet weights were trained."""


def normalise(pixels: Tensor) -> Tensor:
    """Turn uint8 `(N, H, W, 3)` sRGB into normalised float32 `(N, 3, H, W)`."""
    scaled = pixels.to(torch.float32) / 255
    mean = torch.tensor(MEAN, device=pixels.device)
    std = torch.tensor(STD, device=pixels.device)
    return ((scaled - mean) / std).permute(0, 3, 1, 2).contiguous()
