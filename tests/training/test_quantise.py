"""The int8 candidate: a quarter of the size, and still the same network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from qc.defects.session import Session
from training.datasets.patches import CompositeSource, Patches
from training.datasets.surfaces import procedural_surface
from training.export import export_onnx
from training.labels import TYPES
from training.network import DefectNetwork, load_encoder_weights
from training.quantise import quantise
from training.released import SCALES, ReleasedNetwork

pytestmark = pytest.mark.slow


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_candidate_is_small_and_says_much_the_same(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = DefectNetwork(len(TYPES))
    load_encoder_weights(network)
    weights, offset = torch.full((len(TYPES), SCALES), 0.5), torch.full((len(TYPES),), 4.0)
    patches = Patches([CompositeSource([procedural_surface], [1.0])], [1.0], 128, 8, seed=3)
    export_onnx(ReleasedNetwork(network, weights, offset).eval(), tmp_path / "fp32.onnx")
    quantise(tmp_path / "fp32.onnx", tmp_path / "int8.onnx", patches, 4)
    sizes = {name: (tmp_path / f"{name}.onnx").stat().st_size for name in ("fp32", "int8")}
    assert sizes["int8"] < 0.45 * sizes["fp32"]
    pixels = patches.sample(6).pixels[None]
    before, after = (Session(tmp_path / f"{n}.onnx", threads=1).run(pixels) for n in sizes)
    assert not np.array_equal(before, after)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.9
