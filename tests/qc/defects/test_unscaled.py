"""Photos without a scale: which copies are looked at, and what becomes of their answers."""

from __future__ import annotations

import cv2
import networks
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from qc.defects.detector import Detector
from qc.defects.unscaled import FAMILIAR_SIDE_PX, copies, map_unscaled


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    folder = tmp_path_factory.mktemp("colours") / "0.0.1"
    return Detector.load(
        networks.write_release(folder, networks.colours(), networks.COLOURS, stride_px=32)
    )


def test_a_small_photo_is_looked_at_as_it_is(colours: Detector) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (224, 612, 3), dtype=np.uint8)
    found = map_unscaled(colours, pixels)
    assert np.array_equal(found.probability, colours.map(pixels).probability)


def test_what_all_copies_show_alike_stays(colours: Detector) -> None:
    """A photo of one colour looks the same from near and from afar."""
    pixels = np.full((1025, 1301, 3), (40, 128, 250), np.uint8)
    found = map_unscaled(colours, pixels)
    assert found.probability.shape == (3, 1025, 1301)
    expected = np.array([40, 128, 250], np.float32)[:, None, None] / 255
    assert np.allclose(found.probability, expected, atol=1e-5)


def test_the_copies_log_odds_are_averaged(colours: Detector) -> None:
    """Against scipy, for a pattern that halving turns into its mean."""
    pixels = np.full((1024, 1024, 3), 100, np.uint8)
    pixels[::2, ::2] = 200
    pixels[1::2, 1::2] = 200
    found = map_unscaled(colours, pixels).probability[0]
    for place, level in (((500, 500), 200), ((500, 501), 100)):
        expected = expit((logit(level / 255) + logit(150 / 255)) / 2)
        assert found[place] == pytest.approx(expected, abs=2e-3)


def test_a_broad_mark_stays_in_its_place(colours: Detector) -> None:
    pixels = np.full((900, 1100, 3), 20, np.uint8)
    cv2.rectangle(pixels, (301, 402), (420, 499), (220, 220, 220), -1)
    marked = map_unscaled(colours, pixels).probability[0] > 0.5
    rows, columns = np.nonzero(marked)
    assert abs(rows.min() - 402) <= 2
    assert abs(rows.max() - 499) <= 2
    assert abs(columns.min() - 301) <= 2
    assert abs(columns.max() - 420) <= 2


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_every_halving_adds_a_copy_and_the_last_is_familiar(height: int, width: int) -> None:
    count = copies(height, width)
    longer = max(height, width)
    assert count >= 1
    assert longer / 2 ** (count - 1) <= FAMILIAR_SIDE_PX * 2**0.5 + 1e-9
    if count > 1:
        assert longer / 2 ** (count - 1) >= FAMILIAR_SIDE_PX / 2**0.5 - 1e-9
        assert copies(height // 2, width // 2) in {count - 1, count}
