"""The int8 candidate: a quarter of the size, and still the same network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qc.defects.release import active_folder
from qc.defects.session import Session
from training.datasets.patches import CompositeSource, Patches
from training.datasets.surfaces import procedural_surface
from training.quantise import quantise

pytestmark = pytest.mark.slow


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_candidate_is_small_and_says_much_the_same(tmp_path: Path) -> None:
    released = active_folder()
    assert released is not None
    fp32 = released / "model.onnx"
    patches = Patches([CompositeSource([procedural_surface], [1.0])], [1.0], 128, 8, seed=3)
    quantise(fp32, tmp_path / "int8.onnx", patches, 4)
    files = (fp32, tmp_path / "int8.onnx")
    large, small = (path.stat().st_size for path in files)
    assert small < 0.45 * large
    pixels = patches.sample(6).pixels[None]
    before, after = (Session(path, threads=1).run(pixels) for path in files)
    assert not np.array_equal(before, after)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.9
