"""The renderer proves itself: edges lie where closed forms put them, before it may prove others."""

import cv2
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from qc.geometry.camera import Camera, Pose
from qc.geometry.mat import standard_mat
from qc.photo import decode_photo
from qc.proof import cutlery, items
from qc.proof.camera import TrueCamera
from qc.proof.coverage import Window, coverage
from qc.proof.light import MEDIUM, Light, Material
from qc.proof.scene import Scene, render_file, render_light
from qc.proof.stage import look_at

FLAT = Material("white", (0.9, 0.9, 0.9), grain=0.0, coat=0.0)
EVEN = Light(ambient=1.0)


def _camera(tilt_deg=12.0, k1=-0.05):
    tilt = np.radians(tilt_deg)
    eye = 600 * np.array([np.sin(tilt) * 0.8, np.sin(tilt) * 0.6, np.cos(tilt)])
    return TrueCamera(
        1200, 900, 1500.0, 1502.0, 603.0, 447.0, (k1, 0.01, 1e-4, -2e-4, 0.0),
        *look_at(eye, np.array([3.0, -4.0, 0.0]), 5.0),
    )  # fmt: skip


def test_coverage_is_the_area_of_the_polygon():
    rng = np.random.default_rng(3)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
    star = 30 + rng.uniform(5, 24, (40, 1)) * np.column_stack([np.cos(angle), np.sin(angle)])
    share = coverage(star, Window(0, 0, 60, 60)).astype(float)
    x, y = star.T
    area = 0.5 * abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    assert share.sum() == pytest.approx(area, rel=1e-6)
    # Each pixel against 64 × 64 samples of it
    grid = (np.arange(60 * 64) + 0.5) / 64 - 0.5
    for row in (20, 33, 41):
        lines = grid[row * 64 : row * 64 + 64]
        sampled = np.mean([_inside(star, grid, line) for line in lines], axis=0)
        assert share[row] == pytest.approx(sampled.reshape(60, 64).mean(axis=1), abs=0.01)


def _inside(polygon, x, y):
    """Even-odd rule along one line."""
    a, b = polygon, np.roll(polygon, -1, axis=0)
    crossing = (a[:, 1] > y) != (b[:, 1] > y)
    at = a[crossing, 0] + (y - a[crossing, 1]) / (b - a)[crossing, 1] * (b - a)[crossing, 0]
    return (x[:, None] > at).sum(axis=1) % 2


def test_coverage_beyond_the_window_is_cut_off():
    square = np.array([[-20.0, -20.0], [80.0, -20.0], [80.0, 3.25], [-20.0, 3.25]])
    share = coverage(square, Window(2, 1, 10, 8))
    assert share[:, 0] == pytest.approx([1, 1, 0.75, 0, 0, 0, 0, 0])
    assert (share == share[:, :1]).all()


def test_the_two_camera_models_agree():
    true = _camera(k1=-0.08)
    camera = Camera(
        true.fx_px, true.fy_px / true.fx_px, (true.cx_px, true.cy_px), true.distortion, 0.0, 0.0
    )
    vector = cv2.Rodrigues(np.array(true.rotation))[0].ravel()
    points = np.random.default_rng(0).uniform([-150, -200, 0], [150, 200, 80], (200, 3))
    seen = camera.project(points, Pose(tuple(vector.tolist()), true.translation_mm))
    assert true.project(points) == pytest.approx(seen, abs=1e-6)


def test_a_ray_meets_the_plane_it_came_from():
    camera = _camera(k1=-0.1)
    points = np.random.default_rng(1).uniform([-200, -150], [200, 150], (500, 2))
    pixels = camera.project(np.column_stack([points, np.full(500, 30.0)]))
    assert camera.on_plane(pixels, 30.0) == pytest.approx(points, abs=1e-5)
    mapped = camera.plane_map(100, 50, 640, 480, 30.0)
    grid = np.stack(np.meshgrid(np.arange(100, 740), np.arange(50, 530)), axis=-1)
    exact = camera.on_plane(grid.astype(float), 30.0)
    assert np.abs(mapped - exact).max() < 0.005 * 600 / 1500


def _mean_edge_px(light, points_px, normals, half_px=4.0):
    """Mean position of steps of light along normals: where an ideal step has the same sum."""
    offsets = np.arange(-half_px, half_px + 1e-9, 0.1)
    at = points_px[:, None] + offsets[None, :, None] * normals[:, None]
    # Linear reading is a symmetric blur, which moves no edge.
    profile = map_coordinates(light, [at[..., 1], at[..., 0]], order=1)
    first, last = profile[:, :8].mean(axis=1), profile[:, -8:].mean(axis=1)
    share = (profile - last[:, None]) / (first - last)[:, None]
    return share.sum(axis=1) * 0.1 - half_px - 0.05


@pytest.mark.parametrize("diameter_mm", [40.0, 180.0])
def test_a_rendered_circle_lies_where_it_is_projected(diameter_mm):
    camera = _camera()
    item = items.seat(diameter_mm, 10.0, 0.001)
    disc = item.solid.outer.points[-1:], item.solid.outer.normals[-1:]
    solid = items.Solid(items.Rings(*disc)).placed(5.0, 8.0, 0.0)
    scene = Scene(camera, standard_mat("A2"), ((solid, FLAT),), light=EVEN)
    light = render_light(scene)[..., 0].astype(float)
    angle = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    radius = diameter_mm / 2 - 0.001

    def ring(r):
        at = np.column_stack([5 + r * np.cos(angle), 8 + r * np.sin(angle), np.full(1000, 10.0)])
        return camera.project(at)

    edge = ring(radius)
    normals = ring(radius + 0.01) - ring(radius - 0.01)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    assert abs(_mean_edge_px(light, edge, normals).mean()) <= 0.01


def _along_the_pixels(shift_px):
    """A camera that draws the mat's lines along rows and columns, at any part of a pixel."""
    facing = look_at(np.array([0.0, 0.0, 600.0]), np.zeros(3), 0.0)
    centre = (599.5 + shift_px, 449.5 + shift_px)
    return TrueCamera(1200, 900, 1500.0, 1500.0, *centre, (0.0, 0.0, 0.0, 0.0, 0.0), *facing)


@pytest.mark.parametrize(
    "camera",
    [_camera(), _along_the_pixels(0.0), _along_the_pixels(0.25), _along_the_pixels(0.6)],
    ids=["slanting", "along 0", "along 0.25", "along 0.6"],
)
def test_a_rendered_straight_edge_of_the_mat_lies_where_it_is_projected(camera):
    layout, scale = standard_mat("A3"), (1.013, 0.988)
    light = render_light(Scene(camera, layout, print_scale=scale, light=EVEN))[..., 0].astype(float)
    field = layout.field_mm
    # The upper edge of the field has white and black squares above; both are brighter or darker
    # than the blue, so take the sides of single black squares instead.
    biases = []
    for column, row in [(4, 0), (6, 0), (8, 0), (0, 4), (0, 8), (13, 9), (13, 15)]:
        square = layout.square_rect(column, row)
        if (column + row) % 2 or not layout.in_ring(column, row):
            continue
        y = np.linspace(square.bottom_mm + 5, square.top_mm - 5, 60)
        for x, side in ((square.left_mm, -1.0), (square.right_mm, 1.0)):
            if not -field.right_mm - 30 < x < field.right_mm + 30:
                continue
            at = np.column_stack([np.full(60, x) * scale[0], y * scale[1], np.zeros(60)])
            out = camera.project(at + np.array([0.1 * side, 0, 0])) - camera.project(at)
            tangent = camera.project(at + np.array([0, 0.1, 0])) - camera.project(at)
            normal = np.column_stack([tangent[:, 1], -tangent[:, 0]])
            normal *= np.sign((normal * out).sum(axis=1, keepdims=True))
            normal /= np.linalg.norm(normal, axis=1, keepdims=True)
            biases.append(_mean_edge_px(light, camera.project(at), normal, 3.0).mean())
    assert len(biases) >= 6
    assert np.abs(biases).max() <= 0.02
    assert abs(np.mean(biases)) <= 0.01


FAMILIES = {
    "bowl": lambda: items.flared_bowl(150, 60, 0.45, 25, 2),
    "bulging bowl": lambda: items.bulging_bowl(140, 70, 0.85, 0.5, 2),
    "tray": lambda: items.tray(200, 120, 25, 15, 15, 2),
    "board": lambda: items.board(220, 90, 15, 10, 3, 12),
    "seat": lambda: items.seat(180, 30, 5, 30),
    "spoon": lambda: cutlery.spoon(200, 42, 4, 12, 6, 0.33),
    "chopstick": lambda: cutlery.chopstick(230, 8, 3, 2),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_truth_is_the_calliper_on_the_solid(family):
    item = FAMILIES[family]()
    points = item.solid.outer.points
    for truth in item.truths:
        axis = 1 if truth.feature == "width" else 0
        # Rings step through the rounding of an edge, so they may miss its outermost point.
        assert np.ptp(points[..., axis]) == pytest.approx(truth.value_mm, abs=0.01)
        # The height is that of the uppermost edge as wide as that; a board's sides are straight.
        flat = points.reshape(-1, 3)
        for end in (flat[:, axis].min(), flat[:, axis].max()):
            height = flat[np.abs(flat[:, axis] - end) < 0.01, 2].max()
            assert abs(height - truth.height_mm) <= 1.0 + abs(truth.rise_mm) / 2


@pytest.mark.parametrize("family", FAMILIES)
def test_normals_point_out_of_the_solid(family):
    outer = FAMILIES[family]().solid.outer
    assert np.linalg.norm(outer.normals, axis=-1) == pytest.approx(1.0, abs=1e-6)
    along, around = np.gradient(outer.points, axis=0), np.gradient(outer.points, axis=1)
    crossed = np.cross(around, along)
    length = np.linalg.norm(crossed, axis=-1)
    real = length > 1e-4 * length.max()
    cosine = (crossed * outer.normals).sum(axis=-1)[real] / length[real]
    # A spoon's lift and a stick's rounded ends bend what the plain sweep assumes.
    assert np.percentile(cosine, 5) > 0.8
    assert np.median(cosine) > 0.99


def test_the_same_seed_gives_the_same_photo():
    item = items.seat(60.0, 10.0, 2.0).solid.placed(0, 0, 20)
    scene = Scene(_camera(), standard_mat("A4"), ((item, MEDIUM),), seed=4, focal_35mm=28)
    file = render_file(scene)
    assert file == render_file(scene)
    photo = decode_photo(file)
    assert (photo.width_px, photo.focal_35mm) == (1200, 28)


def test_a_shadow_takes_the_lamp_and_leaves_the_sky():
    """On white paper beside an opaque disc: full light, or the sky's share of it, never less."""
    item = items.seat(60.0, 40.0, 2.0).solid.placed(0, 0, 0)
    light = Light(azimuth_deg=0, elevation_deg=45, softness_deg=0.3, ambient=0.4)
    layout = standard_mat("A3")
    lit = render_light(Scene(_camera(0), layout, light=light))
    shaded = render_light(Scene(_camera(0), layout, ((item, MEDIUM),), light=light))
    x, y = np.rint(_camera(0).project(np.array([[-60.0, 0.0, 0.0]]))[0]).astype(int)
    share = shaded[y, x] / lit[y, x]
    assert share == pytest.approx(share[0], rel=1e-3)  # neutral light keeps the mat's colour
    assert 0.2 <= share[0] <= 0.401
    x, y = np.rint(_camera(0).project(np.array([[100.0, 0.0, 0.0]]))[0]).astype(int)
    assert shaded[y, x] == pytest.approx(lit[y, x], rel=0.05)
