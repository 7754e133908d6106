"""Outputs fitted anew: only those that are asked for change, and only where they get better."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from training.config import TrainingConfig
from training.datasets.patches import CompositeSource, Patches
from training.datasets.surfaces import procedural_surface
from training.labels import TYPES
from training.refit import refit
from training.train import validate
from training.weights import read_network

pytestmark = pytest.mark.slow
RELEASE = Path(__file__).parents[2] / "models" / "detector" / "0.6.0"
SCRATCH = TYPES.index("scratch")
OTHERS = [c for c in range(len(TYPES)) if c != SCRATCH]


@pytest.mark.parametrize("spoilt", [True, False])
def test_a_spoilt_output_is_found_again_and_the_others_stay(spoilt: bool) -> None:
    config = TrainingConfig(batch=4, frequency={"scratch": 50.0})
    source = CompositeSource([procedural_surface], [1.0], config.frequency)
    network = read_network(RELEASE).eval()
    with torch.no_grad():
        if spoilt:  # as labels do that call scratches clean
            network.head.weight[SCRATCH].neg_()
        before = {name: value.clone() for name, value in network.state_dict().items()}
        held_out = list(DataLoader(Patches([source], [1.0], 96, 12, 5), 4))
        found = refit(network, Patches([source], [1.0], 96, 16, 6), held_out, config)
    after = network.state_dict()
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed <= {"head.weight", "head.bias"}
    assert torch.equal(after["head.weight"][OTHERS], before["head.weight"][OTHERS])
    assert torch.equal(after["head.bias"][OTHERS], before["head.bias"][OTHERS])
    assert found["after"]["scratch"] >= found["before"]["scratch"]
    assert found["after"] == pytest.approx(validate(network, held_out, torch.device("cpu")))
    if spoilt:
        assert changed == {"head.weight", "head.bias"}
        assert found["after"]["scratch"] > 5 * found["before"]["scratch"]


def test_a_type_is_composited_as_often_as_is_asked() -> None:
    source = CompositeSource([procedural_surface], [1.0], {"scratch": 1e6})
    patches = Patches([source], [1.0], 64, 12, 1)
    shown = {
        name
        for index in range(12)
        for name, own in zip(TYPES, patches.sample(index).target, strict=True)
        if own.any()
    }
    assert shown == {"scratch"}
