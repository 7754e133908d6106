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
    patches = Patches([CompositeSource([procedural_surface], [1.0])], [1.0], 128, 12, seed=3)
    quantise(fp32, tmp_path / "int8.onnx", patches, 4)
    files = (fp32, tmp_path / "int8.onnx")
    large, small = (path.stat().st_size for path in files)
    assert small < 0.45 * large
    pixels = [patches.sample(index).pixels[None] for index in range(4, 12)]
    sessions = [Session(path, threads=1) for path in files]
    before, after = ([own.run(one) for one in pixels] for own in sessions)
    assert not np.array_equal(before, after)
    alike = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(before, after, strict=True)]
    assert np.median(alike) > 0.9  # a single patch may be as far as 0.7
