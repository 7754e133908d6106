"""Instances of drawn shapes, whose sizes plane geometry knows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from qc.defects.detector import DefectMap
from qc.defects.regions import Region, find_regions

SIDE_PX = 240
CENTRE = np.array([118.3, 121.7])

Mask = NDArray[np.bool_]


def _bar(length_px: float, width_px: float, angle_deg: float) -> Mask:
    """Return the pixels whose centres lie in a turned rectangle."""
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX]
    angle = np.radians(angle_deg)
    along = (x - CENTRE[0]) * np.cos(angle) + (y - CENTRE[1]) * np.sin(angle)
    across = (y - CENTRE[1]) * np.cos(angle) - (x - CENTRE[0]) * np.sin(angle)
    return (np.abs(along) <= length_px / 2) & (np.abs(across) <= width_px / 2)


def _disc(radius_px: float) -> Mask:
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX]
    return np.hypot(x - CENTRE[0], y - CENTRE[1]) <= radius_px


def _maps(**probability: NDArray[np.floating]) -> DefectMap:
    return DefectMap(tuple(probability), np.stack(list(probability.values())).astype(np.float32))


def _one(regions: list[Region]) -> Region:
    (region,) = regions
    return region


def _follows(region: Region, mask: Mask) -> bool:
    """Tell whether the polygon, filled by Pillow, is the mask to within one pixel."""
    image = Image.new("1", (SIDE_PX, SIDE_PX))
    ImageDraw.Draw(image).polygon([(x, y) for x, y in region.polygon], fill=1, outline=1)
    filled = np.asarray(image)
    around = np.ones((3, 3), bool)
    return bool(
        (ndimage.binary_dilation(filled, around) >= mask).all()
        and (ndimage.binary_dilation(mask, around) >= filled).all()
    )


@settings(max_examples=60, deadline=None)
@given(st.floats(40, 200), st.floats(3, 30), st.floats(0, 180))
@example(150, 4, 30)
@example(200, 3, 31)
@example(200, 3, 45)
@example(200, 3, 0)
def test_a_line_has_its_length_width_and_area(
    length_px: float, width_px: float, angle_deg: float
) -> None:
    mask = _bar(length_px, width_px, angle_deg)
    region = _one(find_regions(_maps(crack=0.9 * mask)))
    assert region.type == "crack"
    assert region.probability == pytest.approx(0.9)
    # The longest extent of a rectangle is its diagonal; the raster costs a pixel.
    assert region.length == pytest.approx(np.hypot(length_px, width_px), abs=1.5)
    assert region.width == pytest.approx(width_px, abs=1.5)
    assert region.area == pytest.approx(length_px * width_px, abs=length_px + width_px)
    assert _follows(region, mask)


@settings(max_examples=30, deadline=None)
@given(st.floats(4, 100), st.floats(0.05, 0.6))
def test_a_disc_has_its_size_in_mm(radius_px: float, mm_per_px: float) -> None:
    mask = _disc(radius_px)
    region = _one(find_regions(_maps(stain=0.8 * mask), scale=mm_per_px))
    diameter_mm = 2 * radius_px * mm_per_px
    assert region.length == pytest.approx(diameter_mm, abs=1.5 * mm_per_px)
    assert region.width == pytest.approx(diameter_mm, abs=1.5 * mm_per_px)
    assert region.area == pytest.approx(mask.sum() * mm_per_px**2)
    assert _follows(region, mask)


def test_the_polygon_lies_in_the_picture_not_in_the_window() -> None:
    mask = np.zeros((SIDE_PX, SIDE_PX), bool)
    mask[200:210, 30:50] = True
    region = _one(find_regions(_maps(chip=mask.astype(float))))
    assert region.polygon.min(axis=0).tolist() == [30, 200]
    assert region.polygon.max(axis=0).tolist() == [49, 209]
    assert (region.length, region.width, region.area) == (
        pytest.approx(np.hypot(19, 9) + 1),
        10,
        200,
    )


def test_touching_types_stay_two_instances() -> None:
    crack, stain = np.zeros((2, SIDE_PX, SIDE_PX))
    crack[100:110, 50:100] = 0.9
    stain[100:110, 90:160] = 0.7  # the last ten columns of the crack are both
    first, second = find_regions(_maps(crack=crack, stain=stain))
    assert (first.type, first.area) == ("crack", 500)
    assert (second.type, second.area) == ("stain", 600)


def test_equal_lines_apart_are_two_instances() -> None:
    crack = np.zeros((SIDE_PX, SIDE_PX))
    crack[100:104, 20:220] = crack[120:124, 20:220] = 0.9
    assert [region.area for region in find_regions(_maps(crack=crack))] == [800, 800]


def test_a_crack_that_fades_in_between_stays_one() -> None:
    crack = np.zeros((SIDE_PX, SIDE_PX))
    crack[100:104, 20:220] = 0.35
    crack[100:104, 20:60] = crack[100:104, 180:220] = 0.95
    region = _one(find_regions(_maps(crack=crack)))
    assert region.length == pytest.approx(200, abs=1)
    assert region.probability == pytest.approx(0.95)


def test_a_fading_crack_without_the_low_threshold_is_two() -> None:
    crack = np.zeros((SIDE_PX, SIDE_PX))
    crack[100:104, 20:220] = 0.35
    crack[100:104, 20:60] = crack[100:104, 180:220] = 0.95
    assert len(find_regions(_maps(crack=crack), low=0.4)) == 2


def test_one_dark_grain_line_does_not_cut_a_crack() -> None:
    crack = np.where(_bar(150, 8, 0), 0.9, 0.0)
    crack[:, 120] = 0
    assert _one(find_regions(_maps(crack=crack))).length == pytest.approx(150, abs=1.5)


@pytest.mark.parametrize("probability", [0.3, 0.45, 0.499])
def test_a_blob_without_a_seed_is_nothing(probability: float) -> None:
    assert find_regions(_maps(stain=probability * _disc(30))) == []


def test_a_seed_makes_the_blob_an_instance_of_its_own_strength() -> None:
    stain = 0.4 * _disc(30)
    stain[120:124, 116:120] = 0.99
    region = _one(find_regions(_maps(stain=stain)))
    assert region.area == _disc(30).sum()
    assert 0.4 < region.probability < 0.5  # sixteen hot pixels of 2,800 decide nothing


def test_what_might_be_one_or_the_other_is_an_instance_all_the_same() -> None:
    blob = _disc(12)
    maps = _maps(stain=0.45 * blob, dent=0.4 * blob, hole=0.05 * blob)
    region = _one(find_regions(maps))
    assert region.type == "stain"
    assert region.probability == pytest.approx(1 - 0.55 * 0.6 * 0.95)
    assert find_regions(_maps(stain=0.45 * blob)) == []


def test_a_defect_of_any_type_is_as_probable_as_not_none_of_them() -> None:
    probability = np.random.default_rng(5).random((6, 31, 17), np.float32)
    maps = DefectMap(tuple("abcdef"), probability)
    assert np.allclose(maps.any_type, 1 - np.prod(1 - probability, axis=0), atol=1e-6)
    assert (maps.any_type >= probability.max(axis=0) - 1e-6).all()


@pytest.mark.parametrize(("size_px", "count"), [((1, 3), 0), ((2, 2), 1), ((1, 4), 1)])
def test_specks_of_noise_are_nothing(size_px: tuple[int, int], count: int) -> None:
    hole = np.zeros((SIDE_PX, SIDE_PX))
    hole[50 : 50 + size_px[0], 60 : 60 + size_px[1]] = 1
    regions = find_regions(_maps(hole=hole))
    assert len(regions) == count
    assert all(region.area == np.prod(size_px) for region in regions)


def test_only_allowed_pixels_count() -> None:
    allowed = np.zeros((SIDE_PX, SIDE_PX), bool)
    allowed[:, :120] = True
    region = _one(find_regions(_maps(crack=0.9 * _bar(150, 8, 0)), allowed))
    assert region.polygon[:, 0].max() == 119
    assert find_regions(_maps(crack=0.9 * _bar(150, 8, 0)), ~_bar(160, 16, 0)) == []


def test_an_instance_must_reach_where_it_is_asked_to() -> None:
    deep = np.zeros((SIDE_PX, SIDE_PX), bool)
    deep[121, 118] = True
    crack = _maps(crack=0.9 * _bar(150, 8, 0))
    assert len(find_regions(crack, reaching=deep)) == 1
    assert find_regions(crack, reaching=~_bar(160, 16, 0)) == []


def test_the_most_probable_comes_first() -> None:
    probability = np.zeros((SIDE_PX, SIDE_PX))
    for at, strength in ((20, 0.6), (80, 0.95), (140, 0.75)):
        probability[at : at + 20, 50:70] = strength
    found = [region.probability for region in find_regions(_maps(dent=probability))]
    assert found == pytest.approx([0.95, 0.75, 0.6])


def test_nothing_is_found_in_nothing() -> None:
    assert find_regions(_maps(crack=np.zeros((SIDE_PX, SIDE_PX)))) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 2]), st.integers(0, 1), st.integers(0, 1))
def test_what_surrounds_the_suspicious_pixels_changes_nothing(
    seed: int, factor: int, odd_down: int, odd_across: int
) -> None:
    """A pixel that is suspicious and no instance, in the farthest corners, is looked at or not."""
    rng = np.random.default_rng(seed)
    raster = np.zeros((3, 40, 56), np.float32)
    top, left = rng.integers(0, 25, 2)
    spots = ndimage.gaussian_filter(rng.random((3, 15, 15)), (0, 1.5, 1.5))
    raster[:, top : top + 15, left : left + 15] = 0.99 * (spots / spots.max()) ** 4
    shape = (40 * factor - odd_down, 56 * factor - odd_across)
    alone = DefectMap(("crack", "hole", "stain"), raster, shape)
    cornered = raster.copy()
    cornered[1, [0, 0, -1, -1], [0, -1, 0, -1]] = 0.31
    among = DefectMap(alone.types, cornered, shape)
    allowed = ndimage.binary_dilation(alone.any_type > 0.001, iterations=2)
    found, expected = (find_regions(maps, allowed) for maps in (alone, among))
    assert [(r.type, r.probability, r.area) for r in found] == [
        (r.type, r.probability, r.area) for r in expected
    ]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.polygon, other.polygon)
    rows, columns = slice(7, shape[0] - 5), slice(2, shape[1] - 9)
    np.testing.assert_array_equal(
        among.within((rows, columns)), among.probability[:, rows, columns]
    )
