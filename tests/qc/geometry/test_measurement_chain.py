"""Mat, pose, outline and dimensions on photos whose truth is known by construction."""

import numpy as np
import pytest
from scene import WALNUT, Scene, render

from qc.geometry.corners import find_corners
from qc.geometry.dimension import measure
from qc.geometry.gate import ring_edges
from qc.geometry.item import find_parts
from qc.geometry.mat import PAPERS
from qc.geometry.outline import trace_outline
from qc.geometry.pose import locate_mat
from qc.geometry.spread import edge_spread
from qc.geometry.station import Station
from qc.geometry.trace import Trace
from qc.photo import to_grey
from qc.spec.dimension import Size

STATION = Station(id="test", mat="teliti-a3-1", print_scale_measured=True)

SCENES = {
    "bowl": Scene(),
    "bowl of walnut": Scene(item_light=WALNUT, tilt_deg=3),
    "plate, steep": Scene(item_height_mm=8, tilt_deg=14, disc_mm=120),
    "off centre": Scene(disc_mm=90, item_at_mm=(40, -50), item_height_mm=20),
    "barrel distortion": Scene(k1=-0.08),
    "board": Scene(box_mm=(60, 230), item_height_mm=10),
}


def _view(scene, photo, camera=None):
    grey = to_grey(photo.pixels)
    corners = find_corners(grey)
    assert corners is not None
    return corners, locate_mat(corners, camera or scene.camera, STATION)


def _traced(photo, view, part):
    spread = edge_spread(*ring_edges(to_grey(photo.pixels), view))
    return trace_outline(photo, view, part, spread)


@pytest.fixture(scope="module", params=SCENES)
def seen(request):
    scene = SCENES[request.param]
    photo = render(scene)
    corners, view = _view(scene, photo)
    return scene, photo, corners, view


def test_corners_lie_where_the_camera_put_them(seen):
    scene, _, corners, _ = seen
    ground = np.column_stack([corners.points_mm, np.zeros(len(corners.ids))])
    error_px = corners.points_px - scene.camera.project(ground, scene.pose)
    assert len(corners.ids) >= 55
    # Two samples a pixel leave the oracle's own edges uncertain by some 0.07 px.
    assert np.sqrt((error_px**2).mean()) <= 0.10
    assert (np.abs(error_px.mean(axis=0)) <= 0.02).all()


def test_pose_is_recovered(seen):
    scene, _, _, view = seen
    assert view.pose.tilt_deg == pytest.approx(scene.tilt_deg, abs=0.05)
    assert view.pose.eye_mm == pytest.approx(scene.pose.eye_mm, abs=1.5)
    assert view.residual_px < 0.10


def test_dimensions_are_true_within_their_uncertainty(seen):
    scene, photo, _, view = seen
    (part,) = find_parts(photo, view)
    outline = _traced(photo, view, part)
    truth = (
        {"length": max(scene.box_mm), "width": min(scene.box_mm)}
        if scene.box_mm
        else {"diameter": scene.disc_mm}
    )
    for feature, true_mm in truth.items():
        dimension = Size(
            name=feature, feature=feature, nominal_mm=true_mm, height_mm=scene.item_height_mm
        )
        measurement = measure(dimension, Trace(outline), view, STATION, 1)
        error_mm = abs(measurement.value_mm - true_mm)
        assert error_mm <= 0.25  # dark walnut is the worst, 0.19 mm
        assert error_mm <= measurement.u95_mm <= 0.5 + true_mm / 200


@pytest.mark.parametrize("likely", PAPERS)
def test_a_mat_is_found_alike_whichever_was_expected(likely):
    grey = to_grey(render(Scene(disc_mm=None)).pixels)
    asked, expected = find_corners(grey, likely=likely), find_corners(grey)
    assert asked.layout == expected.layout
    np.testing.assert_array_equal(asked.points_px, expected.points_px)


def test_unstated_height_never_passes():
    scene = Scene(item_height_mm=10)
    photo = render(scene)
    _, view = _view(scene, photo)
    (part,) = find_parts(photo, view)
    dimension = Size(name="d", feature="diameter", nominal_mm=152, lower_mm=100, upper_mm=200)
    measurement = measure(dimension, Trace(_traced(photo, view, part)), view, STATION, 1)
    assert measurement.decision == "check"
    # The true diameter is inside what is admitted, although the height was ignored.
    assert abs(measurement.value_mm - scene.disc_mm) <= measurement.u95_mm


def test_two_items_are_two_parts_from_left_to_right():
    scene = Scene(disc_mm=60, item_height_mm=5, item_at_mm=(0, 60), copies_at_mm=((0, -60),))
    photo = render(scene)
    _, view = _view(scene, photo)
    parts = find_parts(photo, view)
    assert len(parts) == 2
    seen_x = [
        view.camera.project(np.array([[*part.contour_mm.mean(axis=0), 0.0]]), view.pose)[0, 0]
        for part in parts
    ]
    assert seen_x == sorted(seen_x)


def test_item_over_the_border_is_noticed():
    scene = Scene(disc_mm=100, item_height_mm=5, item_at_mm=(75, 0))
    photo = render(scene)
    _, view = _view(scene, photo)
    assert any(part.touches_border for part in find_parts(photo, view))


def test_shadow_alone_is_no_item():
    scene = Scene(disc_mm=None)
    photo = render(scene)
    _, view = _view(scene, photo)
    assert find_parts(photo, view) == []
