"""Silhouettes of solids by brute force: the hull of all their points as the camera sees them."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from scipy.spatial import ConvexHull

from qc.geometry.camera import Camera, Pose
from qc.geometry.fit import fit_box, fit_circle
from qc.geometry.outline import Outline
from qc.geometry.section import Section
from qc.geometry.trace import Trace

EYE = np.array([190.0, -60.0, 640.0])
TURN = np.linspace(0, 2 * np.pi, 1440, endpoint=False)


def _on_plane(points, height_mm):
    """Project points along the camera's rays onto a plane; return their hull, evenly spaced."""
    reach = (height_mm - EYE[2]) / (points[:, 2] - EYE[2])
    flat = EYE[:2] + reach[:, None] * (points[:, :2] - EYE[:2])
    hull = flat[ConvexHull(flat).vertices]
    closed = np.vstack([hull, hull[:1]])
    travelled = np.r_[0, np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))]
    at = np.linspace(0, travelled[-1], 1500, endpoint=False)
    return np.column_stack([np.interp(at, travelled, closed[:, k]) for k in (0, 1)])


def _rounded_rectangle(length, width, radius):
    corner = np.column_stack([np.cos(TURN), np.sin(TURN)])
    return np.where(corner >= 0, 1, -1) * (np.array([length, width]) / 2 - radius) + radius * corner


def _upright(plan, height, rounding):
    """A wall over a plan curve, its edges rounded."""
    middle, points = plan.mean(axis=0), []
    size = np.linalg.norm(plan - middle, axis=1).mean()
    for angle in np.radians(np.linspace(-90, 90, 61)):
        inset = rounding * (1 - np.cos(angle))
        z = height + rounding * np.sin(angle) if angle >= 0 else rounding * (1 + np.sin(angle))
        shrunk = middle + (plan - middle) * (1 - inset / size)
        points.append(np.column_stack([shrunk, np.full(len(plan), z)]))
    return np.vstack(points)


def test_a_round_board_seen_aside_keeps_its_diameter():
    disc = 30 * np.column_stack([np.cos(TURN), np.sin(TURN)])
    seen = _on_plane(_upright(disc, 22.0, 3.0), 22.0)
    assert 2 * fit_circle(seen).radius_mm > 61.5  # what the camera sees of its wall
    found = fit_circle(Section("wall", 3.0).widest(seen, EYE, 22.0, 0))
    assert 2 * found.radius_mm == pytest.approx(60, abs=0.1)


@pytest.mark.parametrize("radius_mm", [3.0, 15.0])
def test_a_board_seen_aside_keeps_its_sides(radius_mm):
    solid = _upright(_rounded_rectangle(120, 55, radius_mm), 28.0, 0.0)
    seen = _on_plane(solid, 28.0)
    assert fit_box(seen).length_mm > 125
    box = fit_box(Section("wall", 0.0).widest(seen, EYE, 28.0, 0))
    assert (box.length_mm, box.width_mm) == pytest.approx((120, 55), abs=0.25)


@pytest.mark.parametrize("lean_deg", [6.0, 12.0, 30.0])
def test_a_tray_seen_aside_keeps_its_sides(lean_deg):
    """Its side leans inwards; flatter rays than that see the foot, others the lip."""
    height, lip, lean = 28.0, 2.0, np.radians(lean_deg)
    plan = _rounded_rectangle(120, 80, 15)
    corner = np.column_stack([np.cos(TURN), np.sin(TURN)])
    arc = np.linspace(-lean, np.pi / 2, 30)
    rings = [(lip * (np.cos(a) - 1), height + lip * np.sin(a)) for a in arc]
    end = rings[0]
    rings.append((end[0] - end[1] * np.tan(lean), 0.0))
    solid = np.vstack(
        [np.column_stack([plan + o * corner, np.full(len(plan), z)]) for o, z in rings]
    )
    seen = _on_plane(solid, height)
    box = fit_box(Section("rim", lip, lean_deg).widest(seen, EYE, height, 0))
    assert (box.length_mm, box.width_mm) == pytest.approx((120, 80), abs=0.25)
    if lean_deg < 10:
        assert fit_box(Section("rim").widest(seen, EYE, height, 0)).length_mm > 122


def test_a_ball_keeps_its_diameter():
    up = np.radians(np.linspace(-90, 90, 361))[:, None]
    x, y = np.cos(up) * np.cos(TURN), np.cos(up) * np.sin(TURN)
    z = 1 + np.sin(up) + np.zeros_like(x)
    ball = 25 * np.stack([x, y, z], axis=-1).reshape(-1, 3)
    seen = _on_plane(ball, 25.0)
    assert 2 * fit_circle(seen).radius_mm > 51
    found = fit_circle(Section("round").widest(seen, EYE, 25.0, 0))
    assert 2 * found.radius_mm == pytest.approx(50, abs=0.1)


@pytest.mark.parametrize("end_mm", [1.0, 2.5])
def test_a_tapering_stick_with_blunt_ends_keeps_its_length(end_mm):
    """Seen aslant along it: its thick end shows more of its height than its tip does."""
    thick, tip = 4.0, 1.5  # half of each
    x = 100 * np.cos(TURN[:721])
    body = thick + (tip - thick) * (x + 100) / 200
    from_end = np.minimum((100 - np.abs(x)) / end_mm, 1)
    radius = body * np.sqrt(1 - (1 - from_end) ** 2)
    around = TURN[::8, None]
    stick = np.stack(
        [x + 0 * around, radius * np.sin(around), body + radius * np.cos(around)], axis=-1
    )
    middle, rise = (thick + tip) / 2, tip - thick
    plan = _on_plane(stick.reshape(-1, 3), 0.0)
    camera = Camera(2200.0, 1.0, (1000.0, 750.0), (0.0,) * 5, 0.0, 0.0)
    level = np.diag([1.0, -1.0, -1.0])
    pose = Pose(tuple(cv2.Rodrigues(level)[0].ravel().tolist()), tuple((-level @ EYE).tolist()))
    seen = camera.project(np.column_stack([plan, np.zeros(len(plan))]), pose)
    trace = Trace(Outline(seen, 0.1, 0.0, 1.0, faint=False), rise_mm=rise)

    def length_mm(section, sigmas=0.0):
        edged = trace.on_edge(section, rise)
        shape = edged.shape(camera, pose, middle, section_sigmas=sigmas)
        return fit_box(shape.outline_mm).length_mm

    assert length_mm(Section("round", middle**2 / end_mm, ends=True)) == pytest.approx(200, abs=0.1)
    # Of ends that nobody described, what may be seen of them is uncertain.
    untold = Section("round", ends=True)
    error_mm = length_mm(untold) - 200
    assert abs(error_mm) <= 2 * (length_mm(untold) - length_mm(untold, 1.0))
    if end_mm == 1.0:
        assert error_mm > 0.4


@pytest.mark.parametrize("edge", ["rim", None])
def test_what_is_not_stated_is_not_corrected_but_uncertain(edge):
    """A wall that the spec does not tell of, or calls a rim, lies within the uncertainty."""
    seen = _on_plane(_upright(_rounded_rectangle(60, 60, 20), 22.0, 0.0), 22.0)
    section = Section(edge)
    value = fit_box(section.widest(seen, EYE, 22.0, 0)).length_mm
    moved = fit_box(section.widest(seen, EYE, 22.0, 1)).length_mm
    error_mm = value - 60
    assert error_mm > 3
    assert (error_mm <= 2 * (value - moved)) is (edge is None)
    assert value - moved > 0.3  # the flat ray under a rim is doubted as well


def test_seen_from_right_above_nothing_is_moved():
    above = np.array([0.0, 0.0, 700.0])
    circle = 40 * np.column_stack([np.cos(TURN), np.sin(TURN)])
    for edge in ("rim", "wall", None):
        assert Section(edge).widest(circle, above, 25.0, 0) == pytest.approx(circle, abs=0.05)


@pytest.mark.parametrize("rise_mm", [12.0, -6.0])
def test_a_rising_handle_keeps_its_length(rise_mm):
    """A slender wedge whose narrow end lies higher; without its rise it reads too long or short."""
    camera = Camera(2200.0, 1.0, (1000.0, 750.0), (0.0,) * 5, 0.0, 0.0)
    turn = cv2.Rodrigues(np.array([np.pi, 0.12, 0.2]))[0]
    pose = Pose(tuple(cv2.Rodrigues(turn)[0].ravel().tolist()), (60.0, -20.0, 650.0))
    corners = np.array([[-100, -18], [100, -6], [100, 6], [-100, 18], [-100, -18]], float)
    plan = np.vstack([np.linspace(a, b, 400)[:-1] for a, b in pairwise(corners)])
    height = 15 + rise_mm * plan[:, 0] / 200
    seen = camera.project(np.column_stack([plan, height]), pose)
    trace = Trace(Outline(seen, 0.1, 0.0, 1.0, faint=False))

    def length_mm(rise):
        shape = replace(trace, rise_mm=rise).shape(camera, pose, 15.0)
        return fit_box(shape.outline_mm).length_mm

    assert abs(length_mm(0.0) - 200) > 0.4
    assert length_mm(rise_mm) == pytest.approx(200, abs=0.05)


@pytest.mark.parametrize(
    ("mirrored", "slope", "unseen_mm"),
    [
        pytest.param(0.0, 0.05, 0.0, id="its own colour tells it"),
        pytest.param(1.0, 0.05, 1.0, id="as narrow as it is, it may be the mat"),
        pytest.param(1.0, -0.05, 0.0, id="turned away, it is not seen"),
        pytest.param(1.0, 0.25, 0.0, id="wide, its colour tells it"),
    ],
)
def test_a_flank_that_mirrors_the_mat_may_be_overlooked(mirrored, slope, unseen_mm):
    known = Section("wall", 2.0)
    slopes, share = np.array([slope]), np.array([mirrored])
    plain = known.displacement_u_mm(slopes, 22.0)
    more = known.displacement_u_mm(slopes, 22.0, mirrored=share)
    assert np.sqrt(more**2 - plain**2) == pytest.approx([unseen_mm / np.sqrt(3)], abs=1e-9)
