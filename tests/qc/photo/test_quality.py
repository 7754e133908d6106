"""The photo gate, on pictures whose light and blur are known because they are made here."""

from __future__ import annotations

import io

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from scipy.special import erf

from qc.decision.verdict import Verdict
from qc.photo import (
    Photo,
    decode_photo,
    edge_width_px,
    gate_blur,
    gate_glare,
    gate_light,
    linear_to_srgb,
    srgb_to_linear,
)
from qc.photo.quality import MAX_EDGE_SIGMA_PX

Linear = npt.NDArray[np.float32]
BLACK, WHITE, BLUE, WOOD = (0.03,) * 3, (0.8,) * 3, (0.01, 0.08, 0.4), (0.35, 0.2, 0.09)


def mat_scene(width: int = 2000, height: int = 1500) -> Linear:
    """Return a mat with an item on it, in linear light: a ring of squares around a blue field."""
    y, x = np.mgrid[0:height, 0:width]
    square = (x // 100 + y // 100) % 2
    scene = np.where(square[..., None] == 1, WHITE, BLACK).astype(np.float32)
    scene[200:-200, 200:-200] = BLUE
    cv2.ellipse(scene, (width // 2, height // 2), (500, 300), 20, 0, 360, WOOD, -1)
    return scene


def as_photo(linear: Linear, fmt: str = "JPEG") -> Photo:
    buffer = io.BytesIO()
    Image.fromarray(linear_to_srgb(linear)).save(buffer, fmt, quality=90)
    return decode_photo(buffer.getvalue())


def codes(photo: Photo) -> list[str]:
    return [reason.code for reason in gate_light(photo, view="top")]


def test_a_good_photo_passes() -> None:
    noise = np.random.default_rng(0).normal(0, 0.005, (1500, 2000, 3))
    assert codes(as_photo((mat_scene() + noise).astype(np.float32))) == []


@pytest.mark.parametrize("exposure", [0.4, 1.25])
def test_ordinary_exposures_pass(exposure: float) -> None:
    assert codes(as_photo(mat_scene() * np.float32(exposure))) == []


@pytest.mark.parametrize(
    ("linear", "expected"),
    [
        (mat_scene() * np.float32(0.08), ["photo-dark"]),
        (mat_scene() * np.float32(16), ["photo-bright"]),
        (mat_scene().mean(axis=2, keepdims=True).repeat(3, axis=2), ["photo-grey"]),
        (mat_scene()[::2, ::2], ["photo-small"]),
    ],
    ids=["dark", "bright", "grey", "small"],
)
def test_unusable_light_is_named(linear: Linear, expected: list[str]) -> None:
    photo = as_photo(linear.astype(np.float32))
    reasons = gate_light(photo, view="top")
    assert [reason.code for reason in reasons] == expected
    assert {reason.verdict for reason in reasons} == {Verdict.RETAKE}
    assert {reason.view for reason in reasons} == {"top"}


def test_a_lamp_in_the_corner_does_not_save_a_dark_photo() -> None:
    scene = mat_scene() * np.float32(0.08)
    scene[:200, :200] = 1
    assert codes(as_photo(scene)) == ["photo-dark"]


def test_a_small_mat_on_a_large_dark_table_is_lit_well_enough() -> None:
    scene = np.full((1500, 2000, 3), 0.03, np.float32)
    scene[600:950, 800:1200] = cv2.resize(mat_scene(), (400, 350))
    assert codes(as_photo(scene)) == []


def test_size_does_not_depend_on_how_the_tablet_is_held() -> None:
    scene = mat_scene(1600, 1200)
    assert codes(as_photo(scene)) == []
    assert codes(as_photo(np.rot90(scene))) == []
    too_narrow = gate_light(as_photo(scene[:-8]))
    assert "1600×1192" in too_narrow[0].text["en"]


def step_edge(angle_deg: float, sigma_px: float) -> tuple[Linear, Linear, Linear]:
    """Return an exact Gaussian-blurred step through a picture, points on it and their normals."""
    normal = np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    y, x = np.mgrid[0:200, 0:200]
    distance_px = (x - 99.3) * normal[0] + (y - 100.1) * normal[1]
    image = 0.1 + 0.7 * (1 + erf(distance_px / (np.sqrt(2) * sigma_px))) / 2
    along = np.linspace(-60, 60, 40)[:, None] * np.array([-normal[1], normal[0]])
    points = np.array([99.3, 100.1]) + along
    return (
        image.astype(np.float32),
        points.astype(np.float32),
        np.tile(normal, (40, 1)).astype(np.float32),
    )


@pytest.mark.parametrize("sigma_px", [0.7, 1.0, 1.5, 2.0, 3.0, 4.0])
@pytest.mark.parametrize("angle_deg", [0, 17, 45, 100])
def test_blur_of_an_exact_step_is_measured(angle_deg: float, sigma_px: float) -> None:
    image, points, normals = step_edge(angle_deg, sigma_px)
    noise = np.random.default_rng(1).normal(0, 0.007, image.shape).astype(np.float32)
    off_edge = points + 3 * normals  # the points need not lie on the edge
    for at in (points, off_edge):
        for sign in (1, -1):
            measured = edge_width_px(image + noise, at, sign * normals)
            assert measured == pytest.approx(sigma_px, rel=0.15)


def chessboard_edges() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the middles of all square sides of `mat_scene`'s upper strip and their normals."""
    upright = [(x - 0.5, 50.0 + y) for x in range(100, 1901, 100) for y in (0, 100)]
    level = [(50.0 + x, 99.5) for x in range(0, 1901, 100)]
    points = np.array(upright + level)
    normals = np.array([(1.0, 0.0)] * len(upright) + [(0.0, 1.0)] * len(level))
    return points, normals


@pytest.mark.parametrize("sigma_px", [0.8, 1.5, 3.0])
def test_blur_of_the_mat_is_measured_through_a_real_jpeg(sigma_px: float) -> None:
    photo = as_photo(cv2.GaussianBlur(mat_scene(), (0, 0), sigma_px).astype(np.float32))
    grey = srgb_to_linear(photo.pixels).mean(axis=2)
    assert edge_width_px(grey, *chessboard_edges()) == pytest.approx(sigma_px, rel=0.15)


def test_a_narrow_window_keeps_the_next_edge_out() -> None:
    """The white around a marker may be only 10 px wide."""
    image, points, normals = step_edge(17, 1.5)
    next_edge_px = (np.mgrid[0:200, 0:200][::-1] - points[0][:, None, None]).transpose(1, 2, 0)
    image[next_edge_px @ normals[0] > 10] = 0.1
    assert edge_width_px(image, points, normals, window_px=8) == pytest.approx(1.5, rel=0.15)


def test_motion_along_one_side_counts_in_full() -> None:
    scene = mat_scene()
    smeared = cv2.GaussianBlur(scene, (0, 0), sigmaX=4.0, sigmaY=0.5)
    measured = edge_width_px(smeared.mean(axis=2), *chessboard_edges())
    assert measured == pytest.approx(4.0, rel=0.15)


def test_covered_edges_do_not_count() -> None:
    points, normals = chessboard_edges()
    grey = cv2.GaussianBlur(mat_scene(), (0, 0), 1.2).mean(axis=2)
    grey[:, 1400:] = 0.3 + 0.02 * np.linspace(0, 1, 600, dtype=np.float32)
    assert edge_width_px(grey, points, normals) == pytest.approx(1.2, rel=0.15)


def test_nothing_to_measure_is_no_sharp_photo() -> None:
    flat = np.full((200, 200), 0.5, np.float32)
    points = np.full((20, 2), 100.0)
    normals = np.tile([1.0, 0.0], (20, 1))
    assert edge_width_px(flat, points, normals) is None
    assert edge_width_px(flat, points + 1000, normals) is None
    reason = gate_blur(None)
    assert reason is not None
    assert reason.code == "photo-blurred"


def test_edges_need_points_with_directions() -> None:
    flat = np.zeros((50, 50), np.float32)
    with pytest.raises(ValueError, match=r"\(N, 2\)"):
        edge_width_px(flat, np.zeros((5, 2)), np.zeros((4, 2)))


def test_blur_limit() -> None:
    assert gate_blur(MAX_EDGE_SIGMA_PX) is None
    reason = gate_blur(MAX_EDGE_SIGMA_PX + 0.1, view="top")
    assert reason is not None
    assert (reason.verdict, reason.view) == (Verdict.RETAKE, "top")


@pytest.mark.parametrize(("radius_px", "glares"), [(0, False), (30, False), (90, True)])
def test_glare_is_judged_by_its_share_of_the_item(radius_px: int, glares: bool) -> None:
    scene = mat_scene()
    mask = (scene == np.array(WOOD, np.float32)).all(axis=2)
    if radius_px:
        cv2.circle(scene, (1000, 750), radius_px, (1.0, 1.0, 1.0), -1)
    reason = gate_glare(as_photo(scene).pixels, mask, view="top")
    assert (reason is not None) == glares
    if reason is not None:
        assert (reason.code, reason.view) == ("photo-glare", "top")


def test_white_beside_the_item_is_no_glare() -> None:
    scene = mat_scene()
    mask = (scene == np.array(WOOD, np.float32)).all(axis=2)
    scene[~mask] = 1
    assert gate_glare(linear_to_srgb(scene), mask) is None


def test_glare_needs_a_mask_of_the_photo() -> None:
    pixels = np.zeros((10, 20, 3), np.uint8)
    with pytest.raises(ValueError, match=r"\(10, 20\)"):
        gate_glare(pixels, np.ones((20, 10), bool))
    with pytest.raises(ValueError, match="empty"):
        gate_glare(pixels, np.zeros((10, 20), bool))
