"""Calibration: from the logits at all scales to probabilities that mean what they say."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import nn

from qc.evaluation.pixels import PixelScores
from training.datasets.patches import Patches
from training.labels import TYPES
from training.normalise import normalise
from training.released import SCALES, logits_at_scales

_PIXELS_PER_PATCH = 2000


@dataclass
class Calibration:
    """Per type: probability = sigmoid(Σ weight · logit + offset).

    Attributes:
        weights: `(types, scales)`, none of them negative.
        offset: `(types,)`.
        thresholds: calibrated probability of best F1.
        error: expected calibration error after fitting.
        threshold_at_1_percent: probability that one in a hundred clean pixels reaches.
    """

    weights: NDArray[np.float64]
    offset: NDArray[np.float64]
    thresholds: dict[str, float] = field(default_factory=dict)
    error: dict[str, float] = field(default_factory=dict)
    threshold_at_1_percent: float = 1.0


def fit_logistic(
    logits: NDArray[np.floating], target: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    """Fit weights and offset by maximum likelihood; no weight is negative.

    For one column of logits this is Platt's calibration (1999).

    Args:
        logits: `(N, scales)`.
        target: `(N,)`.
    """
    columns = logits.shape[1]

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = logits @ parameters[:columns] + parameters[columns]
        value = float(np.mean(np.logaddexp(0, margin) - target * margin))
        residual = 1 / (1 + np.exp(-margin)) - target
        return value, np.append(logits.T @ residual / len(residual), np.mean(residual))

    begin = np.append(np.full(columns, 1 / columns), 0.0)
    bounds = [(0.0, 20.0)] * columns + [(-12.0, 12.0)]
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x[:columns]), float(found.x[columns])


def _rescaled(
    logits: NDArray[np.floating],
    target: NDArray[np.bool_],
    weights: NDArray[np.float64],
    offset: float,
) -> tuple[NDArray[np.float64], float]:
    """Fit gain and offset of a judge whose weighing of the scales stays."""
    margin = logits @ weights + offset
    gain, shift = fit_logistic(margin[:, None], target)
    if not gain[0] > 0:  # these pixels say that it is worth nothing; it was, elsewhere
        return weights, offset
    return gain[0] * weights, gain[0] * offset + shift


@torch.no_grad()
def calibrate(
    network: nn.Module,
    patches: Patches,
    indices: range,
    types: tuple[str, ...] = TYPES,
    before: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    *,
    unchanged: bool = False,
    scales: int = SCALES,
) -> Calibration:
    """Fit every type on pixels of patches that the network did not learn from.

    A type of which they hold no pixel keeps the mean of its logits: fitted, it would fall silent.

    Args:
        network: gives logits.
        patches: to draw from.
        indices: of the patches.
        types: of the outputs.
        before: weights `(known, scales)` and offset `(known,)` of the release that was fine-tuned.
            Its types, the first ones, keep how they weigh the scales: few patches would choose
            worse. Only gain and offset are fitted, which change no order of pixels.
        unchanged: the release's weights are, so its types keep gain and offset as well.
        scales: at which the network looks; as `before`, where that is given.
    """
    network.eval()
    scales = before[0].shape[1] if before else scales
    rng = np.random.default_rng(0)
    logits: list[list[NDArray[np.float32]]] = [[] for _ in types]
    truths: list[list[NDArray[np.bool_]]] = [[] for _ in types]
    clean: list[NDArray[np.float32]] = []
    for index in indices:
        sample = patches.sample(index)
        images = normalise(torch.from_numpy(sample.pixels)[None])
        maps = logits_at_scales(network, images, scales)[0].flatten(2).numpy()
        chosen = rng.integers(maps.shape[2], size=_PIXELS_PER_PATCH)
        # Sawn boards leave some types open everywhere, and are clean all the same.
        sound = (sample.known.any(axis=0) & ~sample.target.any(axis=0)).ravel()[chosen]
        clean.append(maps[:, :, chosen[sound]])
        for channel in range(len(types)):
            keep = chosen[sample.known[channel].ravel()[chosen]]
            logits[channel].append(maps[channel][:, keep].T)
            truths[channel].append(sample.target[channel].ravel()[keep])
    result = Calibration(np.full((len(types), scales), 1 / scales), np.zeros(len(types)))
    if before:
        result.weights[: len(before[0])], result.offset[: len(before[1])] = before
    for channel, name in enumerate(types):
        values, truth = np.concatenate(logits[channel]), np.concatenate(truths[channel])
        if not truth.any():
            result.thresholds[name] = 0.5
            continue
        if before and channel < len(before[0]):
            own, shift = before[0][channel], float(before[1][channel])
            weights, offset = (own, shift) if unchanged else _rescaled(values, truth, own, shift)
        else:
            weights, offset = fit_logistic(values.astype(np.float64), truth)
        result.weights[channel], result.offset[channel] = weights, offset
        probability = 1 / (1 + np.exp(-(values @ weights + offset)))
        scores = PixelScores()
        scores.add(probability, truth)
        result.thresholds[name] = round(scores.best_threshold(), 4)
        result.error[name] = round(scores.calibration_error(), 4)
    margins = np.einsum("csp,cs->cp", np.concatenate(clean, axis=2), result.weights)
    worst = (margins + result.offset[:, None]).max(axis=0)
    result.threshold_at_1_percent = float(1 / (1 + np.exp(-np.quantile(worst, 0.99))))
    return result
