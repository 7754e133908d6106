"""The item's surface before the detector: the outline is none of its defects."""

from __future__ import annotations

import cv2
import networks
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from qc.defects.detector import DefectMap, Detector
from qc.defects.surface import find_defects, hide_surroundings, surface_regions

MM_PER_PX = 0.1
BLUE = (20, 40, 200)
"""The mat's field: the network takes its blue for holes."""

Y, X = np.mgrid[0:200, 0:260]
ITEM = (np.abs(X - 130) < 90) & (np.abs(Y - 100) < 60)
"""18 mm by 12 mm."""

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    folder = tmp_path_factory.mktemp("colours") / "0.0.1"
    return Detector.load(
        networks.write_release(folder, networks.colours(), networks.COLOURS, mm_per_px=MM_PER_PX)
    )


def _item(**painted: NDArray[np.bool_]) -> Pixels:
    """Return a dark item on the mat, with masks painted in the colours of their types."""
    pixels = np.full((*ITEM.shape, 3), BLUE, np.uint8)
    pixels[ITEM] = 30
    for name, mask in painted.items():
        pixels[mask] = np.eye(3, dtype=np.uint8)[networks.COLOURS.index(name)] * 230
    return pixels


def _along_outline(width_px: int) -> NDArray[np.bool_]:
    inner = (np.abs(X - 130) < 90 - width_px) & (np.abs(Y - 100) < 60 - width_px)
    return ITEM & ~inner


def test_a_clean_item_on_the_mat_has_no_defect(detector: Detector) -> None:
    assert detector.map(_item()).probability.max() > 0.5  # the mat itself would alarm
    assert find_defects(detector, _item(), ITEM)[0] == []


def test_a_crack_inside_has_its_size_and_place(detector: Detector) -> None:
    crack = (np.abs(X - 130) < 40) & (np.abs(Y - 100) < 3)
    (found,), _ = find_defects(detector, _item(crack=crack), ITEM)
    assert found.type == "crack"
    assert found.length == pytest.approx(7.9, abs=0.15)
    assert found.width == pytest.approx(0.5, abs=0.1)
    assert found.polygon.mean(axis=0) == pytest.approx((130, 100), abs=1)


def test_a_crack_that_reaches_the_edge_is_kept_whole(detector: Detector) -> None:
    crack = ITEM & (X > 180) & (np.abs(Y - 100) < 3)
    (found,), _ = find_defects(detector, _item(crack=crack), ITEM)
    assert found.length == pytest.approx(3.9, abs=0.2)
    assert found.polygon[:, 0].max() >= 218


def test_only_the_box_around_the_item_is_looked_at(
    detector: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []

    def recorded(pixels: Pixels, asked: NDArray[np.bool_] | None = None) -> DefectMap:
        looked_at.append(pixels.shape)
        return Detector.map(detector, pixels, asked)

    monkeypatch.setattr(detector, "map", recorded)
    find_defects(detector, _item(), ITEM)
    assert looked_at == [(119 + 2 * 5, 179 + 2 * 5, 3)]


@pytest.mark.parametrize("depth_mm", [0.2, 0.4, 0.6])
def test_an_alarm_along_the_outline_only_is_the_outline(
    detector: Detector, depth_mm: float
) -> None:
    pixels = _item(stain=_along_outline(round(depth_mm / MM_PER_PX)))
    assert detector.map(pixels).probability[1].max() > 0.5
    assert find_defects(detector, pixels, ITEM)[0] == []


def test_a_stain_all_along_the_rim_that_is_wider_than_the_outline_is_kept(
    detector: Detector,
) -> None:
    (found,), _ = find_defects(detector, _item(stain=_along_outline(20)), ITEM)
    assert found.type == "stain"
    assert found.area == pytest.approx(_along_outline(20).sum() * MM_PER_PX**2, rel=0.07)


def test_a_stain_over_the_whole_item_is_kept(detector: Detector) -> None:
    (found,), _ = find_defects(detector, _item(stain=ITEM), ITEM)
    assert found.area == pytest.approx(ITEM.sum() * MM_PER_PX**2, rel=0.02)


def test_a_gap_in_the_outline_still_shows(detector: Detector) -> None:
    """What is item by its outline but shows the mat is missing material."""
    gap = ITEM & (X > 200) & (np.abs(Y - 100) < 10)
    pixels = _item()
    pixels[gap] = BLUE
    (found,), _ = find_defects(detector, pixels, ITEM)
    assert found.type == "hole"
    assert found.width == pytest.approx(1.9, abs=0.3)


@settings(max_examples=40, deadline=None)
@given(arrays(np.bool_, (24, 18)), st.floats(0.05, 0.5), st.integers(0, 23), st.integers(0, 17))
def test_only_what_reaches_beyond_the_rim_counts(
    item: NDArray[np.bool_], mm_per_px: float, y: int, x: int
) -> None:
    """The rim is what lies within 0.7 mm of a pixel beside the item."""
    item = cv2.dilate(item.astype(np.uint8), np.ones((9, 9))).astype(bool)
    spot = np.zeros((1, *item.shape), np.float32)
    spot[0, max(0, y - 1) : y + 2, max(0, x - 1) : x + 2] = 1
    depth_px = cv2.distanceTransform(item.astype(np.uint8), cv2.DIST_L2, 3)
    beyond = item & (spot[0] > 0) & (depth_px * mm_per_px > 0.7)
    found = surface_regions(DefectMap(("stain",), spot), item, mm_per_px)
    assert bool(found) == (beyond.any() and (item & (spot[0] > 0)).sum() >= 4)


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.uint8, (24, 18, 3)),
    arrays(np.bool_, (24, 18)),
    st.integers(0, 255),
)
def test_nothing_of_the_surroundings_remains(
    pixels: Pixels, item: NDArray[np.bool_], other: int
) -> None:
    before = pixels.copy()
    hidden = hide_surroundings(pixels, item)
    assert (pixels == before).all()
    if not item.any():
        assert (hidden == pixels).all()
        return
    elsewhere = np.where(item[..., None], pixels, np.uint8(other))
    assert (hide_surroundings(elsewhere, item) == hidden).all()
    # What remains of the item is the item; all else is one colour.
    changed = (hidden != pixels).any(axis=2) | ~item
    assert len(np.unique(hidden[changed], axis=0)) <= 1


def test_the_filling_is_the_items_median() -> None:
    pixels = _item()
    pixels[ITEM & (X < 100)] = (90, 60, 30)
    hidden = hide_surroundings(pixels, ITEM)
    assert (hidden[~ITEM] == np.median(pixels[ITEM], axis=0)).all()
    inside = (np.abs(X - 130) < 88) & (np.abs(Y - 100) < 58)
    assert (hidden[inside] == pixels[inside]).all()
