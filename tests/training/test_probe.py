"""The first output of a new type, against another solver and on a network."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from training.network import DefectNetwork
from training.normalise import normalise
from training.probe import fill_new_outputs, regress


def test_the_regression_is_where_another_solver_ends() -> None:
    generator = torch.Generator().manual_seed(3)
    features = torch.randn(800, 5, generator=generator) * torch.tensor([1, 2, 5, 0.5, 1])
    margin = features @ torch.tensor([1.0, -0.5, 0.0, 2.0, 0.3]) - 1
    truth = torch.rand(800, generator=generator) < torch.sigmoid(margin)

    weight, offset = regress(features, truth)

    mean, scale = features.mean(0).double().numpy(), features.std(0).double().numpy()
    x, y = (features.double().numpy() - mean) / scale, truth.numpy()

    def loss(parameters: np.ndarray) -> float:
        value = x @ parameters[:5] + parameters[5]
        fit = np.mean(np.logaddexp(0, np.where(y, -value, value)))
        return float(fit + 1e-3 * np.sum(parameters[:5] ** 2))

    best = minimize(loss, np.zeros(6), method="Nelder-Mead", options={
        "xatol": 1e-6, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000
    }).x  # fmt: skip
    np.testing.assert_allclose(weight.numpy() * scale, best[:5], atol=2e-3)
    assert float(offset) + float(mean @ weight.double().numpy()) == pytest.approx(best[5], abs=2e-3)


@pytest.mark.parametrize("own", [(), (0,)])
def test_a_new_output_sees_its_type_and_leaves_the_others_alone(own: tuple[int, ...]) -> None:
    """The new type is red; the network is untrained, and its features tell red from grey."""
    torch.manual_seed(0)
    network = DefectNetwork(2, own=own).eval()
    pixels = torch.full((2, 64, 64, 3), 128, dtype=torch.uint8)
    pixels[:, 16:48, 8:40] = torch.tensor([220, 30, 30], dtype=torch.uint8)
    target = torch.zeros(2, 2, 64, 64, dtype=torch.bool)
    target[:, 1, 16:48, 8:40] = True
    known = torch.ones_like(target)
    with torch.no_grad():
        before = network(normalise(pixels))[:, 0]
        fill_new_outputs(network, [(pixels, target, known)], [1])
        after = network(normalise(pixels))
    assert torch.equal(after[:, 0], before)
    inside, outside = after[:, 1][target[:, 1]], after[:, 1][~target[:, 1]]
    assert inside.quantile(0.1) > outside.quantile(0.9)


def test_a_type_that_is_never_shown_stays_silent() -> None:
    network = DefectNetwork(1).eval()
    weight = network.head.weight.clone()
    nothing = torch.zeros(1, 1, 64, 64, dtype=torch.bool)
    pixels = torch.zeros(1, 64, 64, 3, dtype=torch.uint8)
    fill_new_outputs(network, [(pixels, nothing, ~nothing)], [0])
    assert torch.equal(network.head.weight, weight)
