"""Composites: the same seed gives the same sample, and a mask is where the picture changed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.labels import TYPES
from training.synthesis.composite.compose import PAINTERS, compose
from training.synthesis.composite.light import gleaming_edge, mirrored_lamps, round_stick
from training.synthesis.composite.material import material
from training.synthesis.composite.outline import random_outline
from training.synthesis.composite.scene import Scene
from training.synthesis.composite.stroke import coverage
from training.synthesis.composite.wood import grain_direction, islands, procedural_wood

SIDE = 160
SHEET = 1000


def _wood(seed: int) -> NDArray[np.float32]:
    return procedural_wood(np.random.default_rng(seed), (SIDE, SIDE), 0.5)


def _bar() -> NDArray[np.bool_]:
    item = np.zeros((SIDE, SIDE), bool)
    item[30:130, 20:140] = True
    return item


@pytest.mark.parametrize("seed", range(4))
def test_a_seed_makes_one_sample(seed: int) -> None:
    first, again, other = (
        compose(_wood(seed), np.random.default_rng(s)) for s in (seed, seed, seed + 100)
    )
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.target, again.target)
    assert not np.array_equal(first.pixels, other.pixels)


@pytest.mark.parametrize("kind", PAINTERS)
@pytest.mark.parametrize("seed", range(6))
def test_nothing_outside_the_item_is_touched_or_labelled(kind: str, seed: int) -> None:
    scene = Scene(_wood(seed), _bar(), 0.5)
    painted = PAINTERS[kind](scene, np.random.default_rng(seed))
    assert not painted.mask[~scene.item].any()
    assert np.array_equal(painted.scene.pixels[~scene.item], scene.pixels[~scene.item])


@pytest.mark.parametrize("kind", ["crack", "scratch", "hole"])
def test_masks_cover_what_changed_strongly(kind: str) -> None:
    """Almost all strong changes lie within 3 px of the mask, and the masked pixels do change.

    Strong is what changes by a fifth of the defect's own change: some scratches are faint.
    """
    inside = outside = masked = changed_masked = 0
    for seed in range(25):
        scene = Scene(np.full((SIDE, SIDE, 3), 0.6, np.float32), _bar(), 0.5)
        painted = PAINTERS[kind](scene, np.random.default_rng(seed))
        change = np.abs(painted.scene.pixels - scene.pixels).max(axis=2)
        changed = change > 0.2 * np.quantile(change[painted.mask], 0.9)
        near = np.zeros_like(painted.mask)
        for dy in range(-3, 4):
            for dx in range(-3, 4):
                near |= np.roll(painted.mask, (dy, dx), (0, 1))
        inside += int((changed & near).sum())
        outside += int((changed & ~near).sum())
        masked += int(painted.mask.sum())
        changed_masked += int((painted.mask & changed).sum())
    assert masked > 500
    assert inside > 8 * outside
    assert changed_masked > 0.6 * masked


def test_a_chip_takes_material_at_the_edge_only() -> None:
    scene = Scene(_wood(1), _bar(), 0.5)
    for seed in range(10):
        painted = PAINTERS["chip"](scene, np.random.default_rng(seed))
        lost = scene.item & ~painted.scene.item
        assert not (lost & ~painted.mask).any()
    whole = Scene(_wood(1), np.ones((SIDE, SIDE), bool), 0.5)
    assert not PAINTERS["chip"](whole, np.random.default_rng(0)).mask.any()


def test_types_to_choose_from_are_kept() -> None:
    for seed in range(12):
        sample = compose(_wood(seed), np.random.default_rng(seed), types=("stain",))
        others = [channel for channel, name in enumerate(TYPES) if name != "stain"]
        assert not sample.target[others].any()
    assert not compose(_wood(0), np.random.default_rng(0), types=()).target.any()


def test_coverage_is_the_area_of_the_line() -> None:
    points = np.array([[20.0, 50.0], [120.0, 50.0]])
    for width in (1.0, 2.5, 6.0):
        alpha = coverage((100, 140), points, np.full(2, width))
        assert alpha.sum() == pytest.approx(100 * width, rel=0.35)
        assert alpha.sum(axis=0)[40:100] == pytest.approx(width, abs=0.3)


def test_grain_is_found_along_stripes() -> None:
    y, x = np.mgrid[:80, :80].astype(np.float32)
    for angle in (0.0, 0.4, 1.2, 2.5):
        across = y * np.cos(angle) - x * np.sin(angle)
        stripes = np.repeat((0.5 + 0.3 * np.sin(across))[..., None], 3, axis=2).astype(np.float32)
        turned = (grain_direction(stripes) - angle + np.pi / 2) % np.pi - np.pi / 2
        assert abs(turned) < 0.05


def test_islands_close_and_lie_along_the_grain() -> None:
    """Flat-sawn wood: contours of a relief, of which some close within the picture."""
    closed, drawn_out = 0, 0
    for seed in range(12):
        relief = islands(np.random.default_rng(seed), (SHEET, SHEET), 0.0)
        high = (relief > np.quantile(relief, 0.7)).astype(np.uint8)
        count, _, boxes, _ = cv2.connectedComponentsWithStats(high)
        inside = (boxes[1:count, :2].min(axis=1) > 0) & (
            (boxes[1:count, :2] + boxes[1:count, 2:4]).max(axis=1) < SHEET
        )
        closed += bool(inside.any())
        drawn_out += np.abs(np.diff(relief, axis=0)).mean() > np.abs(np.diff(relief, axis=1)).mean()
    assert closed == 12
    assert drawn_out >= 9


def test_outlines_are_reproducible_and_partly_filled() -> None:
    shares = [random_outline(np.random.default_rng(s), (SIDE, SIDE)).mean() for s in range(30)]
    again = [random_outline(np.random.default_rng(s), (SIDE, SIDE)).mean() for s in range(30)]
    assert shares == again
    assert 0.2 < float(np.mean(shares)) < 0.95


def test_a_swallowed_defect_is_unknown_in_the_sample() -> None:
    """Of many samples some lose a defect; there all types are unknown and none is claimed."""
    samples = [compose(_wood(seed), np.random.default_rng(seed)) for seed in range(40)]
    unknown = [~sample.known.all(axis=0) for sample in samples]
    assert 1 <= sum(bool(lost.any()) for lost in unknown) < 20
    for sample, lost in zip(samples, unknown, strict=True):
        assert not sample.known[:, lost].any()
        assert not sample.target[:, lost].any()


def test_materials_are_reproducible_and_within_range() -> None:
    for seed in range(24):
        first, again = (material(np.random.default_rng(seed), (64, 80)) for _ in range(2))
        assert np.array_equal(first, again)
        assert first.shape == (64, 80, 3)
        assert first.dtype == np.float32
        assert 0 <= first.min() <= first.max() <= 1


def test_what_the_camera_hides_is_neither_asked_for_nor_clean(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A camera that sees nothing but grey: the light showed the defects, the photos do not."""
    monkeypatch.setattr(
        "training.synthesis.composite.compose._EFFECTS",
        lambda pixels, _: np.full_like(pixels, 128),
    )
    samples = [compose(_wood(seed), np.random.default_rng(seed)) for seed in range(12)]
    assert not any(sample.target.any() for sample in samples)
    assert sum(not sample.known.all() for sample in samples) > 4


def test_a_gleaming_edge_parts_two_faces() -> None:
    """A line alone would be a scratch: on an even surface a face beside it is lit otherwise."""
    even, whole = np.full((SIDE, SIDE, 3), 0.5, np.float32), np.ones((SIDE, SIDE), bool)
    parted = 0
    for seed in range(20):
        lit = gleaming_edge(even, Scene(even, whole, 0.0), np.random.default_rng(seed))
        counts, _ = np.histogram(lit[..., 0], bins=100, range=(0, 1))
        one, other = np.sort(counts)[::-1][:2] / counts.sum()
        parted += one > 0.05 and other > 0.05
    assert parted >= 17  # where the edge crosses a corner, one face hardly shows


def test_tiny_lamps_are_mirrored_beside_the_outline_only() -> None:
    """Elsewhere a bright point of less than a millimetre is a bubble's glint, and a defect."""
    item = _bar()
    even = np.full((SIDE, SIDE, 3), 0.3, np.float32)
    depth = cv2.distanceTransform(item.astype(np.uint8), cv2.DIST_L2, 5)
    tiny = 0
    for seed in range(120):
        lit = mirrored_lamps(even, Scene(even, item, 0.0), np.random.default_rng(seed))
        shown = ((lit[..., 0] > 0.35) & item).astype(np.uint8)
        count, _, stats, centres = cv2.connectedComponentsWithStats(shown, connectivity=8)
        for place in range(1, count):
            x, y = np.rint(centres[place]).astype(int)
            if stats[place, cv2.CC_STAT_AREA] < 28:
                tiny += 1
                assert depth[y, x] < 16
    assert tiny >= 3


def test_lamps_run_along_a_round_stick() -> None:
    """What is seen across the stick is the same at both halves of its length, and not even."""
    even = np.full((SIDE, SIDE, 3), 0.4, np.float32)
    stick = np.zeros((SIDE, SIDE), bool)
    stick[64:94, 8:152] = True
    alike = []
    for seed in range(20):
        lit = round_stick(even, Scene(even, stick, 0.0), np.random.default_rng(seed))
        first, second = lit[64:94, 25:75].mean(axis=(1, 2)), lit[64:94, 85:135].mean(axis=(1, 2))
        assert np.ptp(first) > 0.05
        alike.append(np.corrcoef(first, second)[0, 1])
    assert min(alike) > 0.5  # a lamp may be brighter at one half
    assert np.median(alike) > 0.9


@pytest.mark.parametrize("width", [120, 160])
def test_what_is_no_stick_is_not_lit_as_one(width: int) -> None:
    even = np.full((SIDE, SIDE, 3), 0.4, np.float32)
    item = np.zeros((SIDE, SIDE), bool)
    item[:width, 10:150] = True
    lit = round_stick(even, Scene(even, item, 0.0), np.random.default_rng(1))
    assert np.array_equal(lit, even)


def test_a_lamp_is_a_point_in_a_round_end() -> None:
    """In the middle of the end's rounding it is brighter than the stick before it, now and then."""
    even = np.full((SIDE, SIDE, 3), 0.3, np.float32)
    stick = np.zeros((SIDE, SIDE), np.uint8)
    cv2.line(stick, (-40, 80), (110, 80), 1, 20)
    shown = 0
    for seed in range(40):
        lit = round_stick(even, Scene(even, stick > 0, 0.0), np.random.default_rng(seed))[..., 0]
        end, before = lit[73:88, 103:118], lit[73:88, 70:85]
        shown += bool(end.max() > before.max() + 0.1)
    assert 8 <= shown <= 38
