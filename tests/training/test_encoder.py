"""The released encoder computes what torch computes from the published weights."""

from __future__ import annotations

import goods
import pytest

from qc.defects.normality.encoder import Encoder
from training.encoder import TOLERANCE, NormalityNetwork, check_parity
from training.errors import TrainingDataError


def test_torch_and_onnxruntime_agree() -> None:
    network = NormalityNetwork().eval()
    encoder = Encoder.load(goods.ENCODER)
    assert check_parity(network, encoder, seed=3) < TOLERANCE
    with_other_weights = NormalityNetwork().eval()
    next(with_other_weights.parameters()).data.add_(0.01)
    with pytest.raises(TrainingDataError, match="disagree"):
        check_parity(with_other_weights, encoder)
