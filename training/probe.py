"""A first output for a new type, from what the release's features already tell.

A logistic regression on the features before the head, fitted before anything else moves: training
then changes less of what was known (A. Kumar et al., Fine-tuning can distort pretrained features,
ICLR 2022), and a few labels tell a type from the first step on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from training.network import DefectNetwork
from training.normalise import normalise

_PIXELS = 400
"""Drawn of a patch, with and without the type each."""
_SHRINKAGE = 1e-3
_ITERATIONS = 200

Batch = tuple[Tensor, Tensor, Tensor]


@torch.no_grad()
def collect(
    network: DefectNetwork, batches: Iterable[Batch], channels: Sequence[int]
) -> dict[int, tuple[Tensor, Tensor]]:
    """Features `(N, width)` and labels `(N,)` of some pixels, for each channel."""
    taken: dict[int, tuple[list[Tensor], list[Tensor]]] = {c: ([], []) for c in channels}
    seen: list[Tensor] = []
    device = network.head.weight.device
    hook = network.head.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    generator = torch.Generator().manual_seed(0)
    network.eval()
    try:
        for pixels, target, known in batches:
            network(normalise(pixels.to(device)))
            features = seen.pop().cpu()
            for channel, (rows, labels) in taken.items():
                # The features have half the resolution of the labels.
                truth, mask = (t[:, channel, ::2, ::2] for t in (target, known))
                for sample, chosen in enumerate(_choose(truth, mask, generator)):
                    rows.append(features[sample].flatten(1).T[chosen])
                    labels.append(truth[sample].flatten()[chosen])
    finally:
        hook.remove()
    return {c: (torch.cat(rows), torch.cat(labels)) for c, (rows, labels) in taken.items()}


def _choose(truth: Tensor, mask: Tensor, generator: torch.Generator) -> Iterable[Tensor]:
    for own, open_to in zip(truth.flatten(1), mask.flatten(1), strict=True):
        both = []
        for wanted in (own & open_to, ~own & open_to):
            at = wanted.nonzero().flatten()
            both.append(at[torch.randperm(len(at), generator=generator)[:_PIXELS]])
        yield torch.cat(both)


def regress(features: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Weights `(width,)` and offset `()` of a regression with a small ridge."""
    mean, scale = features.mean(0), features.std(0).clamp(min=1e-3)
    scaled, labels = (features - mean) / scale, truth.float()
    weight = torch.zeros(features.shape[1], requires_grad=True)
    offset = torch.zeros((), requires_grad=True)
    solver = torch.optim.LBFGS(
        [weight, offset], max_iter=_ITERATIONS, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        solver.zero_grad()
        value = functional.binary_cross_entropy_with_logits(scaled @ weight + offset, labels)
        value = value + _SHRINKAGE * weight.square().sum()
        value.backward()
        return value

    solver.step(loss)
    own = (weight / scale).detach()
    return own, (offset - mean @ own).detach()


@torch.no_grad()
def fill_new_outputs(
    network: DefectNetwork, batches: Iterable[Batch], channels: Sequence[int]
) -> None:
    """Give outputs that start from silence the best that the features allow as they are.

    A type without a pixel in the batches stays silent.
    """
    for channel, (features, truth) in collect(network, batches, channels).items():
        if not truth.any() or truth.all():
            continue
        with torch.enable_grad():
            weight, offset = regress(features, truth)
        output, row = network.finest_linear(channel)
        output.weight[row, :, 0, 0] = weight.to(output.weight)
        output.get_parameter("bias")[row] = offset.to(output.weight)
