"""The output of a new type, learnt on a release's features, which stay as they are.

Beside the logistic regression on the finest features (`training.probe`) outputs that read every
level of the decoder are learnt, without and with layers of their own. What known types compute is
not touched, so nothing can be forgotten. Each is regularised (augmented patches, dropped
channels, decay of weights) and stopped where it is best on patches that nothing learns from; the
same patches choose between them and the regression.
"""

from __future__ import annotations

import copy
import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from qc.evaluation.pixels import PixelScores
from training.config import TrainingConfig
from training.losses import defect_loss
from training.network import DefectNetwork, OwnOutput, enlarged
from training.normalise import normalise
from training.train import Batch, rate_factor

log = logging.getLogger("training")
WIDTHS = (0, 24)
"""Of the outputs that are tried beside the regression; 0 has no layer between."""

REGRESSION = "regression"
_CHECKS = 4
"""Times that an output is measured while it learns."""

_DROPPED = 0.1
"""Share of the channels that a step leaves out."""

_RATE = 3e-3
_DECAY = 1e-2
_WARM_UP_STEPS = 20


@dataclass(frozen=True)
class Seen:
    """Patches as a network's decoder sees them, in half precision.

    Attributes:
        levels: what outputs read, `(N, channels, h, w)` each, in the network's order.
        target: `(N, types, H, W)` of the types that are learnt.
        known: same shape.
    """

    levels: tuple[Tensor, ...]
    target: Tensor
    known: Tensor

    def features(self, chosen: Tensor | slice) -> list[Tensor]:
        """Return the features of some patches in single precision."""
        return [level[chosen].float() for level in self.levels]


@torch.no_grad()
def see(network: DefectNetwork, batches: Iterable[Batch], channels: Sequence[int]) -> Seen:
    """Run a network over patches once for all; keep the labels of some types."""
    network.eval()
    levels: list[list[Tensor]] = []
    targets, knowns = [], []
    for pixels, target, known in batches:
        found = network.features(network.encoder(normalise(pixels)))
        levels = levels or [[] for _ in found]
        for kept, level in zip(levels, found, strict=True):
            kept.append(level.half())
        targets.append(target[:, list(channels)])
        knowns.append(known[:, list(channels)])
    # Level by level, so that gigabytes are not held twice.
    whole = tuple(torch.cat(levels.pop(0)) for _ in range(len(levels)))
    return Seen(whole, torch.cat(targets), torch.cat(knowns))


def choose_outputs(
    network: DefectNetwork,
    new: Sequence[str],
    training: Iterable[Batch],
    held_out: Iterable[Batch],
    config: TrainingConfig,
) -> dict[str, dict[str, float]]:
    """Give each new type the output that is best on the patches that nothing learns from.

    Args:
        network: a release's, with regressions as the last types' own outputs; changed in place.
        new: the last types, in their order.
        training: patches to learn from.
        held_out: to stop and choose by.
        config: of the run.

    Returns:
        Average precision of each kind of output, by type; a type of which no pixel is among the
        held-out patches keeps its regression, and nothing was tried.
    """
    if not new:
        return {}
    every = len(network.own) + network.head.out_channels
    channels = range(every - len(new), every)
    learnt, judged = see(network, training, channels), see(network, held_out, channels)
    tried: dict[str, dict[str, float]] = {}
    for place, name in enumerate(new):
        shown = (learnt.target[:, place] & learnt.known[:, place]).any()
        if not shown or not (judged.target[:, place] & judged.known[:, place]).any():
            tried[name] = {}
            continue
        number = len(network.own) - len(new) + place
        regression: nn.Module = network.own[number]
        best, scores = regression, {REGRESSION: average_precision(regression, judged, place)}
        for width in WIDTHS:
            output, score = learn_output(network.output(width), learnt, judged, place, config)
            if score > max(scores.values()):
                best = output
            scores[str(width)] = score
        network.own[number] = best
        tried[name] = scores
        log.info("output of %s: %s", name, "  ".join(f"{k} {v:.3f}" for k, v in scores.items()))
    return tried


def learn_output(
    output: OwnOutput, learnt: Seen, judged: Seen, place: int, config: TrainingConfig
) -> tuple[OwnOutput, float]:
    """Train an output.

    Args:
        output: silent; trained in place.
        learnt: patches to learn from.
        judged: patches by which to stop.
        place: of the type among those that the patches are labelled with.
        config: steps, patches of a step and seed.

    Returns:
        The output at its best, and its average precision there.
    """
    means, scales = _moments(learnt)
    count, steps = len(learnt.target), config.output_steps
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        optimiser = torch.optim.AdamW(output.parameters(), lr=_RATE, weight_decay=_DECAY)
        best, score = output, -math.inf
        waiting = torch.empty(0, dtype=torch.int64)
        for step in range(steps):
            for group in optimiser.param_groups:
                group["lr"] = _RATE * rate_factor(step, step / steps, _WARM_UP_STEPS)
            if len(waiting) < min(config.batch, count):
                waiting = torch.randperm(count)
            chosen, waiting = waiting[: config.batch], waiting[config.batch :]
            levels = [
                functional.dropout2d((level - mean) / scale, _DROPPED)
                for level, mean, scale in zip(learnt.features(chosen), means, scales, strict=True)
            ]
            one = slice(place, place + 1)
            loss = defect_loss(
                enlarged(output(levels)), learnt.target[chosen, one], learnt.known[chosen, one]
            )
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            if (step + 1) % max(1, steps // _CHECKS) == 0 or step + 1 == steps:
                plain = on_features(output, means, scales)
                found = average_precision(plain, judged, place)
                if found > score:
                    best, score = plain, found
    return best, score


def _moments(seen: Seen) -> tuple[list[Tensor], list[Tensor]]:
    """Mean and standard deviation of each channel at each level, `(channels, 1, 1)`."""
    means, scales = [], []
    for level in seen.levels:
        values = level[:: max(1, len(level) // 64)].float()
        means.append(values.mean((0, 2, 3))[:, None, None])
        scales.append(values.std((0, 2, 3)).clamp(min=1e-3)[:, None, None])
    return means, scales


@torch.no_grad()
def on_features(output: OwnOutput, means: Sequence[Tensor], scales: Sequence[Tensor]) -> OwnOutput:
    """Return an output for features as they are, of one for `(features - mean) / scale`."""
    plain = copy.deepcopy(output)
    for place, (mean, scale) in enumerate(zip(means, scales, strict=True)):
        linear = plain.linear[place].get_parameter("weight")
        linear.div_(scale)
        # A constant stays one when it is enlarged, so the finest level can have all of them.
        plain.linear[0].get_parameter("bias").sub_((linear * mean).sum())
        if plain.width:
            lateral = plain.laterals[place].get_parameter("weight")
            lateral.div_(scale)
            beside = plain.laterals[place % len(plain.mixers)].get_parameter("bias")
            beside.sub_((lateral * mean).sum((1, 2, 3)))
    return plain


@torch.no_grad()
def average_precision(output: nn.Module, seen: Seen, place: int) -> float:
    """Pixel AP of an output on patches, as `training.train.validate` has it."""
    scores = PixelScores()
    for first in range(0, len(seen.target), 16):
        chosen = slice(first, first + 16)
        probability = torch.sigmoid(enlarged(output(seen.features(chosen))))[:, 0]
        keep = seen.known[chosen, place]
        scores.add(probability[keep].numpy(), seen.target[chosen, place][keep].numpy())
    return scores.average_precision()


class _Saved(TypedDict):
    """Own outputs in a file: their widths, and their weights by name."""

    widths: list[int]
    outputs: dict[str, Tensor]


def save_outputs(network: DefectNetwork, path: Path) -> None:
    """Write the own outputs of a network."""
    widths = [cast("OwnOutput", output).width for output in network.own]
    saved: _Saved = {"widths": widths, "outputs": network.own.state_dict()}
    torch.save(saved, path)


def install_outputs(network: DefectNetwork, path: Path) -> None:
    """Give a network the own outputs that were written, in the place of as many of its own."""
    saved: _Saved = torch.load(path, map_location="cpu", weights_only=True)
    network.own = nn.ModuleList(network.output(width) for width in saved["widths"])
    network.own.load_state_dict(saved["outputs"])
