"""A release written again: the same weights, its maps where the network computes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from qc.defects.detector import Detector
from qc.defects.release import read_release
from qc.defects.session import Session
from training.network import enlarged
from training.reexport import reexport

pytestmark = pytest.mark.slow
RELEASE = Path(__file__).parents[2] / "models" / "detector" / "0.6.0"


def test_enlarging_is_left_to_who_needs_it_and_all_else_stays(tmp_path: Path) -> None:
    out = tmp_path / "detector" / "0.6.1"
    assert reexport(RELEASE, out) < 1e-4
    before, after = read_release(RELEASE), read_release(out)
    assert (after.version, after.metrics) == ("0.6.1", {})
    assert (after.types, after.thresholds) == (before.types, before.thresholds)
    assert after.training["judge"] == before.training["judge"]
    picture = np.random.default_rng(0).integers(0, 256, (1, 96, 160, 3), np.uint8)
    old, new = (Session(folder / "model.onnx").run(picture) for folder in (RELEASE, out))
    assert new.shape[2:] == (48, 80)
    log_odds = enlarged(torch.logit(torch.from_numpy(new).double()))
    np.testing.assert_allclose(torch.sigmoid(log_odds).numpy(), old, atol=1e-5)
    assert Detector.load(out).map(picture[0]).probability.shape == (len(after.types), 96, 160)
