"""The released encoder computes what torch computes from the weights of its detector."""

from __future__ import annotations

import json
from pathlib import Path

import goods
import numpy as np
import pytest

from qc.defects.detector import Detector
from qc.defects.normality.encoder import Encoder
from training.encoder import TOLERANCE, NormalityNetwork, check_parity
from training.errors import TrainingDataError

DETECTOR = Path(__file__).parents[2] / "models" / "detector" / "0.4.0"


def test_the_release_says_whose_network_it_is() -> None:
    training = json.loads((goods.ENCODER / "release.json").read_text())["training"]
    assert training["network"] == Detector.load(DETECTOR).reference


def test_what_the_detector_finds_is_suspicious() -> None:
    """The finer scale alone says nearly what both scales of the detector say."""
    pixels = goods.photo(3, spot_at=(128, 96)).pixels
    _, suspicion = Encoder.load(goods.ENCODER).suspect(pixels)
    defective = Detector.load(DETECTOR).map(pixels).any_type
    cells = defective.reshape(suspicion.shape[0], 8, suspicion.shape[1], 8).max(axis=(1, 3))
    logits = np.log(cells / (1 - cells))
    assert np.corrcoef(suspicion.ravel(), logits.ravel())[0, 1] > 0.9


def test_torch_and_onnxruntime_agree() -> None:
    network = NormalityNetwork(DETECTOR).eval()
    encoder = Encoder.load(goods.ENCODER)
    assert check_parity(network, encoder, seed=3) < TOLERANCE
    with_other_weights = NormalityNetwork(DETECTOR).eval()
    next(with_other_weights.parameters()).data.add_(0.01)
    with pytest.raises(TrainingDataError, match="disagree"):
        check_parity(with_other_weights, encoder)
