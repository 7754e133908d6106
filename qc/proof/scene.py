"""A scene and its photo."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from qc.geometry.mat import MatLayout
from qc.photo import Photo, decode_photo
from qc.proof.camera import TrueCamera
from qc.proof.coverage import Picture, Window, window_around
from qc.proof.ground import Lift, field_albedo, lamp_share, mat_albedo, sky_share
from qc.proof.light import Light, Material
from qc.proof.paint import Painted, paint
from qc.proof.sensor import Sensor, encode, expose
from qc.proof.solid import Solid

_SIDES = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is in front of the camera. Solids are in the mat frame, true millimetres."""

    camera: TrueCamera
    layout: MatLayout
    solids: tuple[tuple[Solid, Material], ...] = ()
    print_scale: tuple[float, float] = (1.0, 1.0)
    """Printed over designed length."""
    lift: Lift = field(default_factory=Lift)
    light: Light = field(default_factory=Light)
    sensor: Sensor = field(default_factory=Sensor)
    table: tuple[float, float, float] = (0.30, 0.25, 0.20)
    focal_35mm: int | None = None
    """What the photo's EXIF says; None leaves it out."""
    seed: int = 0
    """Of grain and noise."""


def render_light(scene: Scene) -> Picture:
    """Return the light that falls on each pixel, `(h, w, 3)` linear, before lens and sensor."""
    camera, light = scene.camera, scene.light
    whole = Window(0, 0, camera.width_px, camera.height_px)
    ground = camera.plane_map(*whole, 0.0)
    image = mat_albedo(scene.layout, scene.print_scale, scene.lift, scene.table, camera, ground)
    field_rgb = field_albedo(scene.layout)
    rng = np.random.default_rng([scene.seed, 1])
    painted = [
        paint(solid, camera, light, material, field_rgb, rng) for solid, material in scene.solids
    ]
    falloff = light.falloff(ground)[..., None]
    shaded = _shaded(scene, painted, whole)
    everywhere = light.on_mat(np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))
    if shaded is None:
        image *= falloff * everywhere
    else:
        window, irradiance = shaded
        inner = image[window.slices] * irradiance * falloff[window.slices]
        image *= falloff * everywhere
        image[window.slices] = inner
    for window, covered, sent in painted:
        part = image[window.slices]
        part *= 1 - covered[..., None]
        part += sent * falloff[window.slices]
    return image


def render_pixels(scene: Scene) -> npt.NDArray[np.uint8]:
    """Return the photo's `(h, w, 3)` sRGB pixels before the codec."""
    return expose(render_light(scene), scene.sensor, np.random.default_rng([scene.seed, 2]))


def render_file(scene: Scene) -> bytes:
    """Return the photo as the tablet would store it."""
    return encode(render_pixels(scene), scene.sensor, scene.focal_35mm)


def render(scene: Scene) -> Photo:
    """Return the photo as the inspector reads it."""
    return decode_photo(render_file(scene))


def _shaded(
    scene: Scene, painted: list[Painted], whole: Window
) -> tuple[Window, npt.NDArray[np.floating]] | None:
    """Return the mat's irradiance in the window that the items shade."""
    if not painted:
        return None
    camera, light = scene.camera, scene.light
    points = np.concatenate(
        [solid.outer.points[:, ::20].reshape(-1, 3) for solid, _ in scene.solids]
    )
    top_mm = float(points[:, 2].max())
    lowest = light.towards(0.0, -light.softness_deg)
    fallen = points[:, :2] - points[:, 2:] * lowest[:2] / lowest[2]
    near = [points[:, :2] + shift for shift in top_mm * _SIDES]
    around = np.concatenate([fallen, *near])
    seen = camera.project(np.column_stack([around, np.zeros(len(around))]))
    corners = [
        corner
        for part, _, _ in painted
        for corner in ((part.left, part.top), (part.left + part.width, part.top + part.height))
    ]
    window = window_around(np.concatenate([seen, corners]), 20, whole.width, whole.height)
    lit = np.ones((window.height, window.width), np.float32)
    covered = np.zeros_like(lit)
    for (solid, _), (part, share, _) in zip(scene.solids, painted, strict=True):
        lit = np.minimum(lit, lamp_share(solid, camera, light, window))
        inside = part._replace(left=part.left - window.left, top=part.top - window.top)
        covered[inside.slices] = np.maximum(covered[inside.slices], share)
    mm_per_px = float(np.linalg.norm(camera.eye_mm)) / camera.fx_px
    return window, light.on_mat(lit, sky_share(covered, top_mm, mm_per_px))
