"""What is painted at one scale, shown to a network of another: the same millimetres."""

from __future__ import annotations

from pathlib import Path

import cv2
import networks
import numpy as np
import pytest
from numpy.typing import NDArray

from qc.defects.detector import Detector
from training.datasets.patches import at_scale
from training.judged import map_at_own_scale
from training.labels import TYPES, Sample
from training.synthesis import PAINTED_MM_PER_PX

DISC_MM, LINE_PX = 5.0, 2


def a_disc_and_a_line(_: np.random.Generator, side: int) -> Sample:
    """A disc of 5 mm radius, a line of 2 px across, and a stripe that nobody knows."""
    rows, columns = np.mgrid[:side, :side]
    target = np.zeros((len(TYPES), side, side), bool)
    target[0] = np.hypot(rows - side / 2, columns - side / 2) <= DISC_MM / PAINTED_MM_PER_PX
    target[1, :, 10 : 10 + LINE_PX] = True
    known = np.ones_like(target)
    known[:, :20] = False
    pixels = np.repeat(target[:2].any(axis=0)[..., None].astype(np.uint8) * 255, 3, axis=2)
    return Sample(pixels, target, known)


@pytest.mark.parametrize("mm_per_px", [0.15, 0.2, 0.3])
def test_a_patch_shows_as_many_millimetres_as_its_scale_says(mm_per_px: float) -> None:
    side = 240
    sample = at_scale(a_disc_and_a_line, mm_per_px)(np.random.default_rng(0), side)
    assert sample.pixels.shape == (side, side, 3)
    area_mm2 = sample.target[0].sum() * mm_per_px**2
    # A rim of a quarter of a pixel may join where the patch is reduced.
    assert area_mm2 == pytest.approx(np.pi * DISC_MM**2, rel=0.05)
    assert sample.target[1].any(axis=1).all()  # the line is nowhere lost
    width_mm = sample.target[1].sum(axis=1).mean() * mm_per_px
    assert width_mm == pytest.approx(LINE_PX * PAINTED_MM_PER_PX, abs=mm_per_px)
    unknown_mm = (~sample.known[0]).all(axis=1).sum() * mm_per_px
    assert unknown_mm == pytest.approx(20 * PAINTED_MM_PER_PX, abs=mm_per_px)


def test_at_the_painters_own_scale_nothing_is_resampled() -> None:
    assert at_scale(a_disc_and_a_line, PAINTED_MM_PER_PX) is a_disc_and_a_line


@pytest.mark.parametrize("times", [0.6, 1.0, 2.5])
def test_maps_meet_the_labels_at_the_labels_scale(tmp_path: Path, times: float) -> None:
    folder = networks.write_release(tmp_path / "0.0.1", networks.colours(), networks.COLOURS)
    detector = Detector.load(folder)
    truth: NDArray[np.uint8] = np.zeros((90, 120), np.uint8)
    cv2.circle(truth, (70, 40), 20, 255, -1)
    pixels = np.dstack([truth, np.zeros_like(truth), np.zeros_like(truth)])
    maps = map_at_own_scale(detector, pixels, times * detector.mm_per_px)
    assert maps.probability.shape == (3, 90, 120)
    found, true = maps.probability[0] >= 0.5, truth > 0
    assert (found & true).sum() / (found | true).sum() > 0.95
