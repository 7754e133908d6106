"""Whether a composited defect can be seen, against what theory says of known noise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from training.synthesis.composite.noise import streak_noise
from training.synthesis.composite.visible import (
    LEAST_DETECTABILITY,
    details,
    detectability,
    invisible,
)

SIDE = 160
WHOLE = np.ones((SIDE, SIDE), bool)


def _line(down: int, across: int) -> NDArray[np.bool_]:
    region = np.zeros((SIDE, SIDE), bool)
    region[80 - down // 2 : 80 + down // 2, 80 - across // 2 : 80 + across // 2] = True
    return region


def _in_three_channels(field: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.repeat(field[..., None], 3, axis=2).astype(np.float32)


@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_in_white_noise_it_is_the_signals_energy_over_the_noise(sigma: float) -> None:
    region = _line(20, 6)
    signal = _in_three_channels(1.5 * region)
    noise = np.random.default_rng(3).normal(0, sigma, (SIDE, SIDE, 3)).astype(np.float32)
    expected = 1.5 * np.sqrt(3 * region.sum()) / sigma
    assert detectability(signal, noise, region, WHOLE) == pytest.approx(expected, rel=0.08)


def test_twice_the_signal_is_twice_as_detectable() -> None:
    region = _line(4, 30)
    signal = _in_three_channels(1.0 * region)
    noise = np.random.default_rng(4).normal(0, 1, (SIDE, SIDE, 3)).astype(np.float32)
    once = detectability(signal, noise, region, WHOLE)
    assert detectability(2 * signal, noise, region, WHOLE) == pytest.approx(2 * once, rel=1e-4)


def test_a_line_along_the_grain_hides_in_it() -> None:
    """Grain runs along x: of two equal lines the one across it is far plainer."""
    grain = _in_three_channels(streak_noise(np.random.default_rng(5), (SIDE, SIDE), 80, 3, 0.0))
    along, across = _line(2, 40), _line(40, 2)
    hidden, plain = (
        detectability(_in_three_channels(1.0 * line), grain, line, WHOLE)
        for line in (along, across)
    )
    assert plain > 2 * hidden


def test_what_lies_beside_the_item_does_not_count() -> None:
    rng = np.random.default_rng(6)
    pixels = rng.integers(90, 110, (SIDE, SIDE, 3), np.uint8)
    item = np.zeros((SIDE, SIDE), bool)
    item[30:130, 50:110] = True
    other = pixels.copy()
    other[~item] = rng.integers(0, 255, (int((~item).sum()), 3), np.uint8)
    assert np.array_equal(details(pixels, item), details(other, item))
    assert not details(pixels, item)[~item].any()


def test_an_even_item_has_no_details_up_to_its_edge() -> None:
    item = np.zeros((SIDE, SIDE), bool)
    item[30:130, 50:110] = True
    even = np.where(item[..., None], np.uint8(200), np.uint8(20))
    assert np.abs(details(np.repeat(even, 3, axis=2), item)).max() < 0.05


def test_where_too_little_is_around_nothing_is_called_hidden() -> None:
    item = _line(24, 24)
    noise = np.random.default_rng(7).normal(0, 5, (SIDE, SIDE, 3)).astype(np.float32)
    trace = _in_three_channels(0.01 * item)
    assert detectability(trace, noise, item, item) == float("inf")


def test_what_light_has_swallowed_is_neither_asked_for_nor_clean() -> None:
    """Three patches that changed by 40, by 2 and over the whole item; only the first stays."""
    twin = np.full((60, 60, 3), 120, np.uint8)
    whole = np.ones((60, 60), bool)
    pixels, target = twin.copy(), np.zeros((2, 60, 60), bool)
    pixels[5:15, 5:15] += 40
    pixels[30:40, 30:40] += 2
    target[0, 5:15, 5:15] = target[1, 30:40, 30:40] = True
    lost = invisible(target, pixels, twin, whole)
    assert not lost[5:15, 5:15].any()
    assert lost[30:40, 30:40].all()
    assert lost.sum() == 100
    target[1] = True
    assert invisible(target, pixels + np.uint8(50), twin, whole).all()


@pytest.mark.parametrize(("amplitude", "hidden"), [(4, False), (60, True)])
def test_a_faint_line_is_lost_in_coarse_grain_alone(amplitude: int, hidden: bool) -> None:
    """The same change of twelve grey levels, on nearly even wood and on zebrano."""
    grain = streak_noise(np.random.default_rng(8), (SIDE, SIDE), 120, 5, 0.0)
    twin = np.clip(128 + amplitude * _in_three_channels(grain) / 2, 0, 200).astype(np.uint8)
    line = _line(4, 40)
    pixels = twin + (12 * line[..., None]).astype(np.uint8)
    surface = details(twin, WHOLE)
    seen = detectability(details(pixels, WHOLE) - surface, surface, line, WHOLE)
    assert (seen < LEAST_DETECTABILITY) is hidden
    assert bool(invisible(line[None], pixels, twin, WHOLE).any()) is hidden
