from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import chain

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.synthesis.render.blender.defects import cutter
from training.synthesis.render.blender.items import ITEMS, Mesh, signed_volume_mm3
from training.synthesis.render.samples import PRODUCTS
from training.synthesis.render.scene import Camera

EDGE_HEIGHT_MM = {"bowl": 60.0, "chopstick": 3.5, "seat": 24.6, "spoon": 8.0, "tray": 24.8}


@cache
def build(product: str) -> Mesh:
    return ITEMS[PRODUCTS[product].shape](**PRODUCTS[product].size)


def assert_closed(mesh: Mesh) -> None:
    edges = Counter(
        chain.from_iterable(zip(face, face[1:] + face[:1], strict=True) for face in mesh.faces)
    )
    assert set(edges.values()) == {1}
    assert all((b, a) in edges for a, b in edges)


@pytest.mark.parametrize("product", PRODUCTS)
def test_an_item_is_closed_and_faces_outwards(product: str) -> None:
    mesh = build(product)
    assert_closed(mesh)
    assert signed_volume_mm3(mesh) > 0


@pytest.mark.parametrize("product", PRODUCTS)
def test_an_item_stands_on_the_mat_with_its_nominal_size(product: str) -> None:
    vertices = build(product).vertices
    assert vertices[:, 2].min() == pytest.approx(0.0, abs=0.01)
    for name, _, axis in PRODUCTS[product].dimensions:
        column = "xy".index(axis)
        key = {"rim diameter": "diameter_mm", "diameter": "diameter_mm", "length": "length_mm"}.get(
            name, "thickness_mm" if name == "thickness" else "width_mm"
        )
        nominal = PRODUCTS[product].size[key]
        assert np.ptp(vertices[:, column]) == pytest.approx(nominal, abs=0.001)
        widest = vertices[vertices[:, column].argmax(), 2]
        assert widest == pytest.approx(EDGE_HEIGHT_MM[PRODUCTS[product].shape], abs=0.01)


def seen_size_mm(mesh: Mesh, camera: Camera, height_mm: float) -> NDArray[np.float64]:
    """Sides of the smallest box around the item as the camera sees it, on the edge's plane."""
    seen = camera.on_plane(camera.project(mesh.vertices), height_mm)
    return np.sort(cv2.minAreaRect(seen.astype(np.float32))[1])


@pytest.mark.parametrize("azimuth_deg", [0, 60, 200])
@pytest.mark.parametrize(
    ("product", "tolerance_mm"),
    [
        ("mitsubishi-bowl-150", 0.1),
        ("kowabo-spoon-200", 0.1),
        ("asung-tray-280", 0.1),
        ("lennox-seat-300", 0.1),
        # A round section has no edge: what is seen of it depends on where one looks from.
        ("daiso-chopsticks-230", 0.6),
    ],
)
def test_the_outline_belongs_to_one_plane_even_from_a_tilted_camera(
    product: str, tolerance_mm: float, azimuth_deg: float
) -> None:
    mesh = build(product)
    camera = Camera(distance_mm=600, tilt_deg=10, azimuth_deg=azimuth_deg)
    height_mm = EDGE_HEIGHT_MM[PRODUCTS[product].shape]
    seen = seen_size_mm(mesh, camera, height_mm)
    true = np.sort(np.ptp(mesh.vertices[:, :2], axis=0))
    np.testing.assert_allclose(seen, true, atol=tolerance_mm)


def flaw(kind: str, **changes: float) -> dict[str, object]:
    return {
        "type": kind, "x_mm": 5.0, "y_mm": -8.0, "length_mm": 20.0, "width_mm": 3.0,
        "depth_mm": 4.0, "angle_deg": 0.0, "seed": 3,
    } | changes  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_a_crack_is_as_long_and_as_wide_as_given(seed: int) -> None:
    mesh = cutter(flaw("crack", seed=seed), lambda _x, _y: 10.0)
    assert_closed(mesh)
    surface = mesh.vertices[np.abs(mesh.vertices[:, 2] - 10.0) < 1e-9]
    assert np.ptp(surface[:, 1]) == pytest.approx(20.0)
    assert mesh.vertices[:, 2].min() == pytest.approx(6.0)
    right, left = np.split(surface, 2)
    opening = right[:, 0] - left[::-1, 0]
    assert 2.5 < opening.max() <= 3.05
    assert opening[[0, -1]].max() < 0.1


def test_a_hole_is_round_and_as_wide_as_given() -> None:
    mesh = cutter(flaw("hole", length_mm=3.0), lambda _x, _y: 10.0)
    assert_closed(mesh)
    radius = np.hypot(mesh.vertices[:, 0] - 5.0, mesh.vertices[:, 1] + 8.0)
    np.testing.assert_allclose(radius, 1.5)


def test_a_chip_bites_above_and_below_the_edge() -> None:
    mesh = cutter(flaw("chip", angle_deg=30.0), lambda _x, _y: 25.0)
    assert_closed(mesh)
    assert mesh.vertices[:, 2].min() < 25.0 < mesh.vertices[:, 2].max()
