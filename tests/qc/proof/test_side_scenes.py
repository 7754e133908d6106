"""Side scenes: what is drawn ends where rays that are traced one by one say it does."""

import numpy as np
import pytest
from side_scene import BEFORE, LENS

from qc.proof.coverage import Window, coverage
from qc.proof.items import Item
from qc.proof.side import SIDE, draw_side
from qc.proof.side_items import SIDE_FAMILIES, Made
from qc.proof.side_run import run_side
from qc.proof.solid import Curve, Solid, ellipse, smooth, sweep
from qc.proof.standing import stand

RADIUS_MM, HIGH_MM = 45.0, 80.0


def _dome():
    at = np.radians(np.linspace(0, 89.8, 200))
    outer = smooth(RADIUS_MM * np.cos(at), HIGH_MM * np.sin(at))
    circle = ellipse(1.0, 1.0)
    solid = Solid(sweep(Curve(np.zeros_like(circle.points), circle.normals), outer))
    return Made(Item(solid, ()), HIGH_MM, RADIUS_MM, RADIUS_MM**2 / HIGH_MM)


def _hits(camera, rows, column):
    """Tell which rays of one column of the photo meet the ellipsoid: a quadratic equation."""
    pixels = np.column_stack([np.full_like(rows, column), rows])
    on_mat = camera.on_plane(pixels, 0.0)
    eye = camera.eye_mm
    ray = np.column_stack([on_mat, np.zeros(len(rows))]) - eye
    # Standing on its left side, the mat's x is up; the dome's axis touches nothing but the mat.
    centre = np.array([BEFORE.table_mm, 0.0, RADIUS_MM])
    scale = np.array([HIGH_MM, RADIUS_MM, RADIUS_MM])
    start, way = (eye - centre) / scale, ray / scale
    a, b, c = (way**2).sum(axis=1), way @ start, start @ start - 1
    return b**2 - a * c > 0


@pytest.mark.parametrize("down_deg", [4.0, 12.0, 20.0])
def test_a_dome_ends_where_its_rays_do(down_deg):
    stood = stand(_dome(), BEFORE._replace(down_deg=down_deg), LENS)
    (solid,) = stood.solids
    rings = stood.camera.project(solid.outer.points)
    window = Window(0, 0, stood.camera.width_px, stood.camera.height_px)
    covered = np.zeros((window.height, window.width), np.float32)
    for ring in rings:
        covered = np.maximum(covered, coverage(ring, window))
    column = round(float(rings[-1, :, 0].mean()))
    rows = np.arange(rings[..., 1].min() - 3, rings[-1, :, 1].mean() + 3, 0.002)
    traced = rows[np.argmax(_hits(stood.camera, rows, column))]
    # The share of the first pixel that is covered says where between the rows the edge runs.
    drawn = np.cumsum(covered[:, column])
    full = int(np.argmax(covered[:, column] > 0.999))
    assert full - float(drawn[full - 1]) - 0.5 == pytest.approx(traced, abs=0.03)


def test_a_trial_follows_from_its_seed_and_shows_what_it_must():
    for seed, family in enumerate(SIDE_FAMILIES):
        trial = draw_side(seed)
        assert trial.family == family
        assert trial.scenes.keys() >= {SIDE}
        item = trial.scenes[SIDE].solids[-1][0].outer.points
        assert item[..., 2].min() == pytest.approx(trial.gap_mm, abs=0.02)
    again = draw_side(0)
    assert np.array_equal(
        again.scenes[SIDE].solids[-1][0].outer.points,
        draw_side(0).scenes[SIDE].solids[-1][0].outer.points,
    )


@pytest.mark.parametrize("lean_deg", [-2.0, 0.0, 2.0])
def test_an_item_stands_on_its_table_whatever_the_mat_does(lean_deg):
    made = _dome()
    stood = stand(made, BEFORE._replace(lean_deg=lean_deg, stand_mm=40.0), LENS)
    lean = np.radians(lean_deg)
    up = np.array([np.cos(lean), 0.0, np.sin(lean)])  # of the table, in the mat's frame
    foot_line = np.array([BEFORE.table_mm, 0.0, 0.0])
    heights = (stood.solids[-1].outer.points - foot_line) @ up
    assert heights.max() == pytest.approx(40 + HIGH_MM, abs=0.01)
    assert heights.min() == pytest.approx(40, abs=0.01)
    assert ((stood.solids[0].outer.points - foot_line) @ up).min() == pytest.approx(0, abs=0.5)


@pytest.mark.slow
def test_a_trial_is_measured_against_its_truth():
    result = run_side(2000)
    assert result.retakes == ()
    assert abs(result.height.error_mm) <= result.height.u95_mm
    assert {size.name for size in result.sizes} == {"length", "width"}
