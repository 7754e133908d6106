"""The first convolution of a release: bytes in, the same features out."""

from __future__ import annotations

import pytest
import torch

from training.labels import TYPES
from training.network import DefectNetwork, enlarged
from training.normalise import normalise
from training.released import SCALES, ReleasedNetwork, logits_at_scales, stride_px
from training.stem import ByteStem, of_normalised
from training.weights import folded


@pytest.fixture(scope="module")
def network() -> DefectNetwork:
    torch.manual_seed(0)
    fresh = DefectNetwork(len(TYPES)).train()
    with torch.no_grad():
        fresh(torch.randn(2, 3, 64, 64))
    return fresh.eval()


def test_bytes_give_the_features_of_normalised_planes_up_to_the_borders(
    network: DefectNetwork,
) -> None:
    stem = folded(network).encoder.conv_stem
    pictures = torch.randint(0, 256, (2, 64, 96, 3), dtype=torch.uint8)
    with torch.no_grad():
        expected = stem(normalise(pictures))
        found = ByteStem(stem)(pictures.permute(0, 3, 1, 2).float())
    assert torch.allclose(found, expected, atol=1e-4)


def test_a_stem_survives_bytes_and_back(network: DefectNetwork) -> None:
    stem = folded(network).encoder.conv_stem
    raw = ByteStem(stem)
    weight, bias = of_normalised(raw.byte_weight, raw.byte_bias)
    assert torch.allclose(weight, stem.weight, atol=1e-6)
    assert torch.allclose(bias, stem.bias, atol=1e-5)


def test_a_stem_without_its_normalisation_is_refused(network: DefectNetwork) -> None:
    with pytest.raises(ValueError, match="folded first"):
        ByteStem(network.encoder.conv_stem)


@pytest.mark.parametrize("scales", range(1, SCALES + 1))
def test_a_release_weighs_the_logits_of_its_scales(network: DefectNetwork, scales: int) -> None:
    """Against the definition: sigmoid(Σ weight · logit + offset) on normalised pictures.

    A release gives them where the network computes them; enlarging the sum is linear.
    """
    weights, offset = torch.rand(len(TYPES), scales), torch.rand(len(TYPES)) - 2
    stride = stride_px(scales)
    pictures = torch.randint(0, 256, (1, 3 * stride, 2 * stride, 3), dtype=torch.uint8)
    with torch.no_grad():
        found = ReleasedNetwork(network, weights, offset)(pictures)
        logits = logits_at_scales(network, normalise(pictures), scales)
    margin = (logits * weights[None, :, :, None, None]).sum(2) + offset[None, :, None, None]
    assert found.shape[2:] == (3 * stride // 2, stride)
    assert torch.allclose(enlarged(torch.logit(found)), margin, atol=1e-4)
