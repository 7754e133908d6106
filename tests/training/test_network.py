"""The defect network: its shapes, and what half precision may do to it."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from training.config import EncoderName
from training.network import INPUT_MULTIPLE, DefectNetwork, load_encoder_weights
from training.weights import load_release

RELEASED_BEFORE = Path(__file__).parents[2] / "models" / "detector" / "0.4.0" / "model.onnx"
"""Its finest mixers are 5 × 5."""


@pytest.mark.parametrize("size", [(1, 1), (2, 3)])
def test_maps_have_the_size_of_the_picture(size: tuple[int, int]) -> None:
    height, width = (INPUT_MULTIPLE * n for n in size)
    with torch.no_grad():
        logits = DefectNetwork(3).eval()(torch.zeros(1, 3, height, width))
    assert logits.shape == (1, 3, height, width)


@pytest.mark.parametrize("name", get_args(EncoderName))
def test_every_encoder_takes_its_imagenet_weights(name: EncoderName) -> None:
    """Each file's first and last batch normalisation of the blocks are where they belong."""
    network = DefectNetwork(2, encoder_name=name).eval()
    load_encoder_weights(network)
    own = network.encoder.state_dict()
    means = [value for key, value in own.items() if key.endswith("running_mean")]
    assert len(means) > 40
    assert all(mean.abs().sum() > 0 for mean in means)  # 0 is where no weights came
    with torch.no_grad():
        levels = network.encoder(torch.randn(1, 3, 64, 64))
    assert all(1e-3 < float(level.std()) < 1e2 for level in levels)
    assert network(torch.randn(1, 3, 64, 64)).shape == (1, 2, 64, 64)


def test_half_precision_spares_depthwise_convolutions_only() -> None:
    torch.manual_seed(0)
    network = DefectNetwork(2).eval()
    kinds: dict[bool, set[torch.dtype]] = {True: set(), False: set()}

    def note(module: nn.Module, _: object, output: Tensor) -> None:
        assert isinstance(module, nn.Conv2d)
        kinds[module.groups > 1].add(output.dtype)

    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(note)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        network(torch.randn(1, 3, 64, 64))
    assert kinds == {True: {torch.float32}, False: {torch.bfloat16}}


def test_gradients_flow_through_half_precision() -> None:
    network = DefectNetwork(2).train()
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(torch.randn(2, 3, 64, 64))
    functional.softplus(logits.float()).sum().backward()
    moved = [p.grad for p in network.parameters() if p.grad is not None]
    assert len(moved) == len(list(network.parameters()))
    assert all(grad.dtype == torch.float32 and torch.isfinite(grad).all() for grad in moved)


def test_a_release_with_wider_mixers_gives_their_middle() -> None:
    network = DefectNetwork(9)
    load_release(network, RELEASED_BEFORE, tuple("abcdefghi"))
    stored = {
        item.name: numpy_helper.to_array(item)
        for item in onnx.load(str(RELEASED_BEFORE)).graph.initializer
    }
    wide = stored["network.mixers.0.depthwise.weight"]
    own = network.get_parameter("mixers.0.depthwise.weight").detach().numpy()
    assert wide.shape[2:] == (5, 5)
    assert np.array_equal(own, wide[:, :, 1:4, 1:4])
