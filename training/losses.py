"""The loss: binary cross-entropy per pixel plus soft Dice per type, where the label is known."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

POSITIVE_WEIGHT = 3.0
"""Of a defect pixel in the cross-entropy; calibration removes the bias this causes."""


def defect_loss(logits: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """Compare logits with labels.

    Args:
        logits: `(N, types, H, W)`.
        target: bool, same shape: the defect is here.
        known: bool, same shape: the label says something here.
    """
    truth, mask = target.to(logits.dtype), known.to(logits.dtype)
    weight = mask * (1 + (POSITIVE_WEIGHT - 1) * truth)
    pixelwise = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    cross_entropy = (pixelwise * weight).sum() / weight.sum().clamp(min=1) * logits.shape[1]
    probability = torch.sigmoid(logits) * mask
    over = (0, 2, 3)
    overlap = (probability * truth).sum(over)
    total = (probability.square() + truth * mask).sum(over)
    present = (truth * mask).sum(over) > 0
    dice = 1 - 2 * overlap / (total + 1)
    return cross_entropy + (dice * present).sum() / present.sum().clamp(min=1)
