"""The loss against its definition, written out."""

from __future__ import annotations

import pytest
import torch

from training.losses import POSITIVE_WEIGHT, defect_loss


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_is_weighted_cross_entropy_plus_dice(seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    logits = torch.randn((2, 3, 8, 9), generator=draw, requires_grad=True)
    target = torch.rand(logits.shape, generator=draw) < 0.3
    known = torch.rand(logits.shape, generator=draw) < 0.8
    target[:, 2] = False  # a type that does not occur has no Dice
    probability = torch.sigmoid(logits)
    entropy, weight = torch.tensor(0.0), 0.0
    for p, t, k in zip(probability.flatten(), target.flatten(), known.flatten(), strict=True):
        if k:
            entropy = entropy - (POSITIVE_WEIGHT * torch.log(p) if t else torch.log(1 - p))
            weight += POSITIVE_WEIGHT if t else 1

    def dice(rows: list[int], channel: int) -> torch.Tensor:
        keep = known[rows, channel]
        p, t = probability[rows, channel][keep], target[rows, channel][keep].float()
        return 1 - 2 * (p * t).sum() / (p.square().sum() + t.sum() + 1)

    over_batch = sum(dice([0, 1], channel) for channel in range(2)) / 2
    one_by_one = sum(dice([row], channel) for row in range(2) for channel in range(2)) / 4
    expected = entropy / weight * 3 + (over_batch + one_by_one) / 2
    found = defect_loss(logits, target, known)
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)
    (slope,) = torch.autograd.grad(found, logits)
    assert not slope[~known].any()
