"""Calibration: from the network's logits to probabilities that mean what they say."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import nn

from training.datasets.patches import Patches
from training.labels import TYPES
from training.metrics import PixelScores, calibration_error
from training.normalise import normalise

_PIXELS_PER_PATCH = 2000


@dataclass
class Calibration:
    """Per type: probability = sigmoid(slope · logit + offset).

    Attributes:
        slope: `(types,)`.
        offset: `(types,)`.
        thresholds: calibrated probability of best F1.
        error: expected calibration error after fitting.
    """

    slope: NDArray[np.float64]
    offset: NDArray[np.float64]
    thresholds: dict[str, float] = field(default_factory=dict)
    error: dict[str, float] = field(default_factory=dict)


def fit_platt(logits: NDArray[np.floating], target: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit slope and offset by maximum likelihood (Platt, 1999); the slope stays positive."""

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slope = np.exp(parameters[0])
        margin = slope * logits + parameters[1]
        value = float(np.mean(np.logaddexp(0, margin) - target * margin))
        residual = 1 / (1 + np.exp(-margin)) - target
        return value, np.array([np.mean(residual * logits) * slope, np.mean(residual)])

    found = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(-3, 3), (-12, 12)])
    return float(np.exp(found.x[0])), float(found.x[1])


@torch.no_grad()
def calibrate(network: nn.Module, patches: Patches, indices: range) -> Calibration:
    """Fit every type on pixels of patches that the network did not learn from."""
    network.eval()
    rng = np.random.default_rng(0)
    logits: list[list[NDArray[np.float32]]] = [[] for _ in TYPES]
    truths: list[list[NDArray[np.bool_]]] = [[] for _ in TYPES]
    for index in indices:
        sample = patches.sample(index)
        maps = network(normalise(torch.from_numpy(sample.pixels)[None]))[0].numpy()
        chosen = rng.integers(maps[0].size, size=_PIXELS_PER_PATCH)
        for channel in range(len(TYPES)):
            keep = chosen[sample.known[channel].ravel()[chosen]]
            logits[channel].append(maps[channel].ravel()[keep])
            truths[channel].append(sample.target[channel].ravel()[keep])
    result = Calibration(np.ones(len(TYPES)), np.zeros(len(TYPES)))
    for channel, name in enumerate(TYPES):
        values, truth = np.concatenate(logits[channel]), np.concatenate(truths[channel])
        slope, offset = fit_platt(values.astype(np.float64), truth)
        result.slope[channel], result.offset[channel] = slope, offset
        probability = 1 / (1 + np.exp(-(slope * values + offset)))
        scores = PixelScores()
        scores.add(probability, truth)
        result.thresholds[name] = round(scores.best_threshold(), 4)
        result.error[name] = round(calibration_error(probability, truth), 4)
    return result
