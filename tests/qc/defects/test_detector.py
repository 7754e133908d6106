"""Tiles, borders and sizes against networks whose answer scipy and arithmetic know."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import networks
import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Resampling
from scipy import ndimage

from qc.defects import tiling
from qc.defects.detector import Detector, score_of
from qc.defects.session import Session
from qc.defects.tiling import OVERLAP_PX, TILE_AREA_PX
from qc.errors import ReleaseError

REACH_PX = 4


def _load(folder: Path, network: onnx.ModelProto, stride_px: int = 1) -> Detector:
    return Detector.load(
        networks.write_release(folder / "0.0.1", network, networks.COLOURS, stride_px=stride_px)
    )


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return _load(tmp_path_factory.mktemp("colours"), networks.colours(), stride_px=32)


@pytest.fixture(scope="module")
def averages(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return _load(tmp_path_factory.mktemp("averages"), networks.averages(2 * REACH_PX + 1))


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return _load(tmp_path_factory.mktemp("halves"), networks.halves(), stride_px=32)


def _noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(height * 10_000 + width).integers(
        0, 256, (height, width, 3), dtype=np.uint8
    )


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many tiles in a picture that is quick to look at."""
    monkeypatch.setattr(tiling, "TILE_AREA_PX", 512 * 512)


@pytest.mark.usefixtures("small_tiles")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(1, 1200), st.integers(1, 600), st.booleans())
@example(1, 1, False)
@example(512, 512, False)
@example(513, 512, True)
def test_every_pixel_of_any_size_is_mapped_once(
    colours: Detector, long_px: int, short_px: int, lying: bool
) -> None:
    pixels = _noise(*((short_px, long_px) if lying else (long_px, short_px)))
    maps = colours.map(pixels)
    assert maps.types == networks.COLOURS
    assert maps.probability.dtype == np.float32
    np.testing.assert_allclose(maps.probability, pixels.transpose(2, 0, 1) / 255, atol=1e-6)


@pytest.mark.usefixtures("small_tiles")
def test_tiled_equals_untiled(averages: Detector) -> None:
    """A tile lacks what lies beyond its border: there its weight must be next to nothing."""
    pixels = _noise(700, 1100)
    side_px = 2 * REACH_PX + 1
    whole = pixels.astype(np.float64) / 255
    count = ndimage.uniform_filter(np.ones(pixels.shape[:2]), side_px, mode="constant")
    untiled = np.stack(
        [ndimage.uniform_filter(whole[..., c], side_px, mode="constant") / count for c in range(3)]
    )
    error = np.abs(averages.map(pixels).probability - untiled)
    assert error.max() < 0.01  # while the average itself varies by 0.03
    assert np.mean(error > 1e-5) < 0.05


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 200), st.integers(1, 200))
@example(1, 1)
@example(1, 2)
@example(33, 64)
def test_what_is_computed_at_half_the_size_is_enlarged(
    halves: Detector, height: int, width: int
) -> None:
    """Bilinearly, as Pillow does; the chance of any defect is worked out before."""
    pixels = _noise(height, width)
    maps = halves.map(pixels)
    even = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="symmetric") / 255
    means = even.reshape(len(even) // 2, 2, -1, 2, 3).mean(axis=(1, 3)).transpose(2, 0, 1)

    def enlarged(values: NDArray[np.float64]) -> NDArray[np.float32]:
        size = (2 * values.shape[1], 2 * values.shape[0])
        shown = Image.fromarray(values.astype(np.float32)).resize(size, Resampling.BILINEAR)
        return np.asarray(shown)[:height, :width]

    if (height, width) != (1, 1):  # there every second pixel is all of them
        assert maps.raster.shape == means.shape
    expected = np.stack([enlarged(values) for values in means])
    np.testing.assert_allclose(maps.probability, expected, atol=1e-5)
    np.testing.assert_allclose(maps.any_type, enlarged(1 - np.prod(1 - means, axis=0)), atol=1e-5)
    np.testing.assert_array_equal(maps.strongest, maps.probability.max(axis=0))


@pytest.mark.usefixtures("small_tiles")
def test_tiles_at_half_the_size_show_no_seam(halves: Detector, colours: Detector) -> None:
    """A slope is the same at every size, but for its ends."""
    slope = np.linspace(0, 255, 1100).astype(np.uint8)
    pixels = np.repeat(np.repeat(slope[None, :, None], 700, axis=0), 3, axis=2)
    difference = halves.map(pixels).probability - colours.map(pixels).probability
    assert np.abs(difference).max() < 1.5 / 255


@pytest.mark.usefixtures("small_tiles")
def test_tiles_where_nothing_is_asked_are_not_looked_at(colours: Detector) -> None:
    pixels = np.full((600, 1500, 3), 255, np.uint8)
    asked = np.zeros((600, 1500), np.bool_)
    asked[580:, 1490:] = True
    probability = colours.map(pixels, asked).probability
    assert (probability[:, asked] == 1).all()
    assert (probability[:, :, :300] == 0).all()
    assert (colours.map(pixels, np.zeros_like(asked)).probability == 0).all()


@given(st.integers(1, 700), st.integers(0, 700), st.integers(0, 700), st.sampled_from([1, 64]))
@example(400, 0, 0, 64)
@example(790, 20, 770, 64)
def test_the_window_holds_what_is_asked(length: int, one: int, other: int, stride: int) -> None:
    first, last = sorted(min(place, length - 1) for place in (one, other))
    asked = np.zeros((length, 1), np.bool_)
    asked[[first, last]] = True
    window, _ = tiling.around(asked, stride)
    side = window.stop - window.start
    assert 0 <= window.start <= first <= last < window.stop <= length
    assert side == length or side % stride == 0
    assert side <= last - first + 2 * 5 + stride
    beside = (first - window.start, window.stop - 1 - last)
    assert side == length or min(beside) >= 5 or window.start == 0 or window.stop == length


def test_where_it_is_asked_has_the_pictures_size(colours: Detector) -> None:
    with pytest.raises(ValueError, match=r"asked must be \(8, 9\), got \(9, 8\)"):
        colours.map(np.zeros((8, 9, 3), np.uint8), np.ones((9, 8), np.bool_))


@given(st.integers(1, 4000), st.integers(1, 4000), st.sampled_from([1, 32]))
@example(1024, 1024, 32)
@example(1025, 1024, 32)
@example(1, 100_000, 32)
def test_tiles_are_small_enough_and_overlap_enough(height: int, width: int, stride_px: int) -> None:
    tiles = tiling.cut(height, width, stride_px)
    padded = {tuple(-(-n // stride_px) * stride_px for n in tile.share.shape) for tile in tiles}
    assert len(padded) == 1
    assert np.prod(padded.pop()) <= TILE_AREA_PX
    for axis, length in enumerate((height, width)):
        spans = sorted({(tile.window[axis].start, tile.window[axis].stop) for tile in tiles})
        assert (spans[0][0], spans[-1][1]) == (0, length)
        assert all(a[1] - b[0] >= OVERLAP_PX for a, b in pairwise(spans))


@pytest.mark.parametrize(
    "shape", [(0, 8, 3), (8, 0, 3), (8, 8), (8, 8, 1), (8, 8, 4), (1, 8, 8, 3)]
)
def test_other_shapes_are_refused(colours: Detector, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"must be \(H, W, 3\), got \("):
        colours.map(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("content", [b"", b"not a network", b"\x08\x08" * 40])
def test_a_file_that_is_no_network_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ReleaseError, match=r"model\.onnx cannot be run.*trusted copy"):
        Session(path)


def test_a_network_of_another_number_of_types_is_refused(tmp_path: Path) -> None:
    """One map must never be taken for the map of every type."""
    folder = networks.write_release(tmp_path / "0.0.1", networks.darkness(), ("crack", "stain"))
    with pytest.raises(ReleaseError, match="2 types"):
        Detector.load(folder)


@given(
    size=st.integers(1, 1500),
    levels=st.sampled_from([2, 30, 10**6]),
    seed=st.integers(0, 2**32 - 1),
)
@example(size=320, levels=10**6, seed=0)
@example(size=319, levels=10**6, seed=0)
def test_a_score_is_the_mean_of_the_twenty_most_suspicious_pixels(
    size: int, levels: int, seed: int
) -> None:
    drawn = np.random.default_rng(seed).integers(0, levels, size)
    probability = (drawn / levels).astype(np.float32)
    strongest = np.sort(probability)[-20:]
    assert score_of(probability) == pytest.approx(strongest.mean(dtype=np.float64), abs=1e-6)
    in_rows = probability[: size // 4 * 4].reshape(4, -1)
    assert score_of(in_rows) == score_of(in_rows.ravel())
