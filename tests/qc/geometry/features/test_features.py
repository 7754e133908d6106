"""Every feature on shapes whose size is known in closed form, wherever and however they lie."""

import numpy as np
import pytest
import shapes
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brute
from scipy.spatial.distance import cdist, pdist

from qc.geometry.features import FEATURES, FeatureError, Shape, find
from qc.spec.dimension import (
    Angle,
    HolePosition,
    Roundness,
    Size,
    Straightness,
    WidthAt,
    dimension_models,
)

LIES = st.tuples(st.floats(-np.pi, np.pi), st.floats(-150, 150), st.floats(-150, 150))


def size(feature, nominal_mm=10):
    return Size(name="x", feature=feature, nominal_mm=nominal_mm)


def angle(between, nominal_deg=90):
    limits = {"nominal_deg": nominal_deg, "lower_deg": nominal_deg - 5, "upper_deg": 175}
    return Angle(name="x", feature="angle", between=between, **limits)


def width_at(at_mm, end):
    return WidthAt(name="x", feature="width_at", nominal_mm=10, at_mm=at_mm, end=end)


def hole_position(distance_to):
    return HolePosition(name="x", feature="hole_position", nominal_mm=9, distance_to=distance_to)


def straightness(of, ends_mm=15):
    return Straightness(name="x", feature="straightness", of=of, upper_mm=1, ends_mm=ends_mm)


ROUND = Roundness(name="x", feature="roundness", upper_mm=1)

TRAY = shapes.box(120, 80, 9)
SKEW = shapes.quadrilateral([(60, -40), (66, 40), (-60, 40), (-60, -40)], [6, 8, 10, 12])
SPOON = shapes.stick(180, 12, 40)
HANDLE_HOLE = shapes.moved(shapes.circle(3), 0, 15, 1)
NEIGHBOUR = shapes.moved(shapes.circle(20), 0, 0, 75)
DIAGONAL = 2 * (np.hypot(60 - 9, 40 - 9) + 9)
TAPER_DEG = 2 * np.degrees(np.arctan(14 / 180))
CORNERS_DEG = [90, 90, 90 + np.degrees(np.arctan(6 / 80)), 90 - np.degrees(np.arctan(6 / 80))]

TRUTHS = {
    "length": (Shape(TRAY), size("length"), [120]),
    "width": (Shape(TRAY), size("width"), [80]),
    "diameter": (Shape(shapes.circle(75)), size("diameter"), [150]),
    "inside diameter": (Shape(TRAY, (shapes.circle(22),)), size("inside_diameter"), [44]),
    "min Feret": (Shape(TRAY), size("min_feret"), [80]),
    "max Feret": (Shape(TRAY), size("max_feret"), [DIAGONAL]),
    "corner radius": (Shape(SKEW), size("corner_radius"), [6, 8, 10, 12]),
    "hole diameter": (Shape(SPOON, (HANDLE_HOLE,)), size("hole_diameter"), [6]),
    "hole from narrow end": (Shape(SPOON, (HANDLE_HOLE,)), hole_position("narrow"), [15]),
    "hole from wide end": (Shape(SPOON, (HANDLE_HOLE,)), hole_position("wide"), [165]),
    "hole from edge": (
        Shape(TRAY, (shapes.moved(shapes.circle(4), 0, 20, 28),)),
        hole_position("edge"),
        [12],
    ),
    "width near the narrow end": (Shape(SPOON), width_at(45, "narrow"), [19]),
    "width near the wide end": (Shape(SPOON), width_at(45, "wide"), [33]),
    "round": (Shape(shapes.circle(60)), ROUND, [0]),
    "three lobes": (Shape(shapes.circle(60, 3, 0.2)), ROUND, [0.4]),
    "straight sides": (Shape(TRAY), straightness("sides"), [0, 0]),
    "straight axis": (Shape(SPOON), straightness("axis"), [0]),
    "corners": (Shape(SKEW), angle("corners"), CORNERS_DEG),
    "taper": (Shape(SPOON), angle("long_sides", 8), [TAPER_DEG]),
    "gap": (Shape(TRAY, next_mm=NEIGHBOUR), size("gap"), [15]),
}


def _lying(shape, lie, *, reverse=False, start=0):
    def put(points):
        points = np.roll(points, start, axis=0)
        return shapes.moved(points[::-1] if reverse else points, *lie)

    return Shape(
        put(shape.outline_mm),
        tuple(put(hole) for hole in shape.holes_mm),
        tuple(shapes.moved(np.array([[300.0, 100.0]]), *lie)[0]),
        None if shape.next_mm is None else put(shape.next_mm),
    )


def test_every_feature_has_a_truth_and_a_class_of_the_spec():
    assert {dimension.feature for _, dimension, _ in TRUTHS.values()} == set(FEATURES)
    # A count is no length, and a height is read before an upright mat.
    assert set(dimension_models()) == {*FEATURES, "count", "height"}


@pytest.mark.parametrize("name", TRUTHS)
@given(lie=LIES, reverse=st.booleans(), start=st.integers(0, 500))
@settings(max_examples=12, deadline=None)
def test_value_is_true_wherever_it_lies(name, lie, reverse, start):
    shape, dimension, truth = TRUTHS[name]
    found = find(_lying(shape, lie, reverse=reverse, start=start), dimension)
    assert sorted(f.value for f in found) == pytest.approx(sorted(truth), abs=0.03)


@pytest.mark.parametrize("name", TRUTHS)
def test_the_drawn_line_is_as_long_as_the_value(name):
    shape, dimension, _ = TRUTHS[name]
    for found in find(_lying(shape, (0.3, 5, 6)), dimension):
        assert found.path_mm.shape[1] == 2
        if len(found.path_mm) == 2:
            assert np.linalg.norm(np.diff(found.path_mm, axis=0)) == pytest.approx(
                found.value, abs=0.02
            )


@pytest.mark.parametrize("name", TRUTHS)
def test_noise_of_the_edges_hardly_matters(name):
    shape, dimension, truth = TRUTHS[name]
    rng = np.random.default_rng(3)
    noisy = Shape(
        shape.outline_mm + rng.normal(0, 0.02, shape.outline_mm.shape),
        tuple(hole + rng.normal(0, 0.02, hole.shape) for hole in shape.holes_mm),
        (300, 100),
        shape.next_mm,
    )
    values = sorted(found.value for found in find(noisy, dimension))
    # A taper is in degrees and an error of form counts the noise that its filter lets through.
    assert values == pytest.approx(sorted(truth), abs=0.1)


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=12, max_size=30))
@settings(max_examples=25, deadline=None)
def test_feret_diameters_against_brute_force(points):
    points = np.array(points)
    if np.linalg.svd(points - points.mean(axis=0))[1][1] < 1:
        return
    dense = Shape(np.repeat(points, 3, axis=0))

    turns = np.linspace(0, np.pi, 3601)
    widths = np.ptp(points @ np.array([np.cos(turns), np.sin(turns)]), axis=0)
    (least,), (greatest,) = (find(dense, size(f)) for f in ("min_feret", "max_feret"))
    # Averages over 1 mm lie inside of single points; the search itself must find the direction.
    axis = np.diff(least.path_mm, axis=0)[0] / least.value
    assert np.ptp(points @ axis) == pytest.approx(widths.min(), abs=0.1)
    axis = np.diff(greatest.path_mm, axis=0)[0] / greatest.value
    assert np.ptp(points @ axis) == pytest.approx(pdist(points).max())


def test_least_squares_circle_against_brute_force():
    outline = shapes.moved(shapes.circle(40, 2, 0.5), 0.3, 3, -2)
    outline = np.vstack([outline, outline[:200] * 1.001])  # more weight on one side

    def cost(centre):
        return np.linalg.norm(outline - centre, axis=1).var()

    centre = brute(cost, ((2, 4), (-3, -1)), Ns=41)
    deviation = np.linalg.norm(outline - centre, axis=1)
    (found,) = find(Shape(outline), ROUND)
    assert found.path_mm[:-1].mean(axis=0) == pytest.approx(centre, abs=2e-3)
    assert found.value == pytest.approx(np.ptp(deviation), abs=0.02)


def test_gap_against_brute_force():
    other = shapes.moved(shapes.box(50, 20, 3), 0.7, 90, 40)
    (found,) = find(Shape(TRAY, next_mm=other), size("gap"))
    assert found.value == pytest.approx(cdist(TRAY, other).min(), abs=0.05)


@pytest.mark.parametrize("bow_mm", [0.5, 2, 9])
def test_a_bent_stick_shows_its_bow(bow_mm):
    """A half wave of a sine less its regression line; 9 mm is more than the stick is thick."""
    stick = shapes.moved(shapes.stick(220, 5, 7, bow_mm), 0.8, 4, 5)
    x = np.linspace(0, 220, 4001)[273:-273]  # without 15 mm at each end
    sine = bow_mm * np.sin(np.pi * x / 220)
    truth = np.ptp(sine - np.polyval(np.polyfit(x, sine, 1), x))
    (found,) = find(Shape(stick), straightness("axis"))
    assert found.value == pytest.approx(truth, rel=0.02)


def test_the_far_wall_of_a_hole_does_not_count():
    """Beyond the near half, a deep hole shows its lower edge, nearer to the camera's foot."""
    hole = shapes.circle(5)
    lower = shapes.moved(hole, 0, -1.2, 0)
    seen = np.vstack([hole[hole[:, 0] < -0.6], lower[lower[:, 0] > -0.6]])
    order = np.argsort(np.arctan2(seen[:, 1], seen[:, 0]))
    shape = Shape(TRAY, (seen[order],), eye_mm=(-400, 0))
    (found,) = find(shape, size("hole_diameter"))
    assert found.value == pytest.approx(10, abs=0.02)


CHAMFER = np.array([(0.8, 1), (1, 0.7), (1, 0.7), (0.8, 1)] * 2)

MISSING = {
    "feature-no-hole": (Shape(TRAY), size("hole_diameter")),
    "feature-hole-not-round": (Shape(TRAY, (shapes.box(20, 8, 2),)), size("hole_diameter")),
    "feature-ends-alike": (Shape(TRAY), width_at(20, "wide")),
    "feature-beyond-item": (Shape(SPOON), width_at(200, "narrow")),
    "feature-not-straight": (Shape(shapes.circle(40)), angle("corners")),
    "feature-corner-sharp": (Shape(shapes.box(120, 80, 0.5)), size("corner_radius")),
    "feature-corner-not-round": (
        Shape(
            shapes.quadrilateral(
                np.kron([(60, -40), (60, 40), (-60, 40), (-60, -40)], [[1], [1]]) * CHAMFER,
                [0.1] * 8,
            )
        ),
        size("corner_radius"),
    ),
    "feature-no-neighbour": (Shape(TRAY), size("gap")),
}


@pytest.mark.parametrize("code", MISSING)
def test_what_the_shape_does_not_show_is_said(code):
    with pytest.raises(FeatureError) as caught:
        find(*MISSING[code])
    assert caught.value.code == code


@pytest.mark.parametrize("dimension", [straightness("axis"), straightness("sides")])
def test_too_short_to_say_if_it_is_straight(dimension):
    with pytest.raises(FeatureError, match="beyond-item"):
        find(Shape(shapes.box(50, 20, 3)), dimension)


def test_width_is_drawn_where_the_item_is_widest():
    """A disc of 40 mm at one end of a handle of 12 mm: jaws close on the disc."""
    turn = np.linspace(0.31, 2 * np.pi - 0.31, 400)
    disc = 20 * np.column_stack([np.cos(turn), np.sin(turn)])
    handle = np.array([[150.0, -6.0], [150.0, 6.0]])
    (found,) = find(Shape(np.vstack([disc, handle])), size("width"))
    assert found.value == pytest.approx(40, abs=0.05)
    assert found.path_mm == pytest.approx(np.array([[0, -20], [0, 20]]), abs=2.5)
