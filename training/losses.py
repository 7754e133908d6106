"""The loss: binary cross-entropy per pixel plus soft Dice per type, where the label is known.

Dice is taken over the batch and over every patch alone (the mean of both): over the batch, large
and plain defects hide small and faint ones, which a region counts as much as.
"""

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
    weight = mask + (POSITIVE_WEIGHT - 1) * (truth * mask)
    pixelwise = functional.binary_cross_entropy_with_logits(logits, truth, weight, reduction="sum")
    cross_entropy = pixelwise / weight.sum().clamp(min=1) * logits.shape[1]
    probability = torch.sigmoid(logits) * mask
    # einsum sums products without storing them: a fifth of a step's time on a CPU.
    overlap = torch.einsum("nthw,nthw->nt", probability, truth)
    positive = torch.einsum("nthw,nthw->nt", truth, mask)
    total = torch.einsum("nthw,nthw->nt", probability, probability) + positive
    over_batch = _dice(overlap.sum(0), total.sum(0), positive.sum(0))
    return cross_entropy + (over_batch + _dice(overlap, total, positive)) / 2


def _dice(overlap: Tensor, total: Tensor, positive: Tensor) -> Tensor:
    """Return the mean of one minus Dice over the entries that hold a defect."""
    present = positive > 0
    dice = 1 - 2 * overlap / (total + 1)
    return (dice * present).sum() / present.sum().clamp(min=1)
