"""Contrast to noise, against what theory says of fields whose noise is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from qc.evaluation.visibility import (
    GAP_PX,
    NOT_MEASURED,
    STRATA,
    clean_surface,
    contrast_to_noise,
    stratum,
)
from qc.photo.colour import srgb_to_lab

Mask = NDArray[np.bool_]


def _disc(shape: tuple[int, int], x: int, y: int, radius: float) -> Mask:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return np.asarray(np.hypot(rows - y, columns - x) <= radius)


def _measured(field: NDArray[np.floating], region: Mask) -> float:
    """Measure against the field's own noise, however fine."""
    return contrast_to_noise(field, region, clean_surface(region), rounding=0, just_noticeable=0)


def test_a_step_in_white_noise_has_the_ratio_of_its_means() -> None:
    region = _disc((160, 160), 80, 80, 8)
    ring = _disc((160, 160), 80, 80, 8 + GAP_PX + 8) & ~_disc((160, 160), 80, 80, 8 + GAP_PX)
    sigma, wanted = 2.5, 8.0
    step = wanted * sigma * np.sqrt(1 / region.sum() + 1 / ring.sum())
    found = []
    for seed in range(24):
        field = np.random.default_rng(seed).normal(50, sigma, (160, 160, 1))
        field[region] += step
        found.append(_measured(field, region))
    # Each has the noise of its own mean, 1 in 8, and of the few places that fit around it.
    assert np.mean(found) == pytest.approx(wanted, rel=0.1)
    assert np.std(found) < 0.35 * wanted


def test_clean_places_seldom_stand_out() -> None:
    rng = np.random.default_rng(1)
    field = rng.normal(0, 1, (220, 220, 3))
    places = [
        _measured(field, _disc((220, 220), *rng.integers(40, 180, 2).tolist(), 5))
        for _ in range(60)
    ]
    assert np.mean(np.array(places) >= 3.29) <= 0.05


def test_every_place_counted_one_by_one_gives_the_same() -> None:
    rng = np.random.default_rng(2)
    field = rng.normal(0, 1, (60, 64, 2)).cumsum(axis=1)
    region = np.zeros((60, 64), bool)
    region[25:28, 30:37] = True
    clean = clean_surface(region, rng.random((60, 64)) < 0.97)
    far = np.array(
        [
            [min(np.hypot(r - y, c - x) for y, x in np.argwhere(region)) for c in range(64)]
            for r in range(60)
        ]
    )
    ring = (far > GAP_PX) & (far <= GAP_PX + 4) & clean

    def contrast(inside: NDArray[np.floating], around: NDArray[np.floating]) -> list[float]:
        means = inside.mean(axis=0) - around.mean(axis=0)
        return [*means, np.log(inside[:, 0].std() / around[:, 0].std())]

    places = []
    rows, columns = np.argwhere(region | ring).T
    for down in range(-rows.min(), 60 - rows.max()):
        for right in range(-columns.min(), 64 - columns.max()):
            at = [np.argwhere(m) + np.array([down, right]) for m in (region, ring)]
            kept = [a[clean[a[:, 0], a[:, 1]]] for a in at]
            if all(len(k) >= 0.75 * len(a) for k, a in zip(kept, at, strict=True)):
                places.append(contrast(*(field[k[:, 0], k[:, 1]] for k in kept)))
    spread = 1.4826 * np.median(np.abs(places), axis=0)
    expected = np.max(np.abs(contrast(field[region], field[ring])) / spread)
    # OpenCV's distance is off by a pixel here and there on the ring.
    assert contrast_to_noise(field, region, clean, rounding=0, just_noticeable=0) == pytest.approx(
        expected, rel=0.15
    )


def test_brightness_and_gain_change_nothing() -> None:
    field = np.random.default_rng(3).normal(0, 1, (120, 120, 3))
    region = _disc((120, 120), 60, 60, 6)
    field[region] += 0.7
    plain = _measured(field, region)
    assert _measured(field + np.array([30, -4, 9]), region) == pytest.approx(plain, rel=1e-4)
    assert _measured(field * 7, region) == pytest.approx(plain, rel=1e-4)
    for turned in (np.rot90, np.flipud, np.fliplr):
        assert _measured(turned(field), turned(region)) == pytest.approx(plain, rel=1e-4)


def test_half_the_light_changes_little() -> None:
    rng = np.random.default_rng(4)
    linear = rng.normal(0.4, 0.02, (140, 140, 1)) * (1.0, 0.7, 0.4)
    region = _disc((140, 140), 70, 70, 6)
    linear[region] *= 0.96

    def photo(light: NDArray[np.floating]) -> NDArray[np.uint8]:
        return np.asarray(np.rint((1.055 * light ** (1 / 2.4) - 0.055) * 255), np.uint8)

    bright, dim = (_measured(srgb_to_lab(photo(share * linear)), region) for share in (1.0, 0.5))
    assert dim == pytest.approx(bright, rel=0.15)
    assert bright > 5


@pytest.mark.parametrize("across", [False, True])
def test_grain_is_noise_to_what_runs_along_it(across: bool) -> None:
    """Rows differ by 1 and pixels of a row by 0.1 (standard deviations): theory gives both."""
    shape, step = (150, 150), 1.5
    line = np.zeros(shape, bool)
    line[(slice(55, 95), 75) if across else (75, slice(55, 95))] = True
    rows, columns = np.mgrid[:150, :150]
    beyond = [np.clip(np.maximum(low - v, v - high), 0, None) for v, low, high in (
        (rows, *((55, 94) if across else (75, 75))), (columns, *((75, 75) if across else (55, 94)))
    )]  # fmt: skip
    far = np.hypot(*beyond)
    ring = (far > GAP_PX) & (far <= GAP_PX + 4)
    weight = line / line.sum() - ring / ring.sum()
    sigma = np.sqrt((weight.sum(axis=1) ** 2).sum() + 0.01 * (weight**2).sum())
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        field = (rng.normal(0, 1, (150, 1)) + rng.normal(0, 0.1, shape))[..., None]
        field[line] += step
        found.append(_measured(field, line))
    # The mean contrast is what can be asked: along the grain it drowns in its own noise.
    assert np.median(found) == pytest.approx(step / sigma, rel=0.4)
    assert (np.median(found) > 10) == across


def test_light_on_one_side_and_shade_on_the_other_shows() -> None:
    field = np.random.default_rng(6).normal(0, 1, (140, 140, 1))
    region = _disc((140, 140), 70, 70, 9)
    assert _measured(field, region) < 3.29
    field[region & (np.arange(140) < 70)] += 2
    field[region & (np.arange(140) >= 70)] -= 2
    assert _measured(field, region) > 5


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_on_an_even_surface_a_difference_counts_by_what_a_person_notices(channel: int) -> None:
    flat = np.full((100, 100, 3), 40.0)
    region = _disc((100, 100), 50, 50, 5)
    assert contrast_to_noise(flat, region, clean_surface(region)) == 0
    for difference, expected in ((1.0, 0), (2.2, 0), (2.4, 1), (3.6, 2)):
        seen = flat.copy()
        seen[region, channel] += difference
        ratio = contrast_to_noise(seen, region, clean_surface(region))
        assert ratio == pytest.approx(3.29 * difference / 2.3)
        assert STRATA.index(stratum(ratio)) == expected


def test_what_a_person_notices_changes_nothing_on_coarse_grain() -> None:
    field = np.random.default_rng(8).normal(0, 60, (140, 140, 3))
    region = _disc((140, 140), 70, 70, 4)
    field[region] += 40
    assert contrast_to_noise(field, region, clean_surface(region)) == pytest.approx(
        _measured(field, region), rel=1e-3
    )


def test_nothing_is_said_without_a_clean_surface() -> None:
    field = np.random.default_rng(7).normal(0, 1, (80, 80, 1))
    region = _disc((80, 80), 40, 40, 6)
    nothing = np.zeros_like(region)
    assert np.isnan(contrast_to_noise(field, region, nothing))
    assert np.isnan(contrast_to_noise(field, nothing, ~nothing))
    near = _disc((80, 80), 40, 40, 16) & clean_surface(region)
    assert np.isnan(contrast_to_noise(field, region, near))


def test_strata_meet_at_their_edges() -> None:
    ratios = (0.0, 3.28, 3.29, 4.99, 5.0, np.inf, np.nan)
    assert [STRATA.index(stratum(ratio)) for ratio in ratios] == [0, 0, 1, 1, 2, 2, 3]
    assert STRATA[-1] == NOT_MEASURED
