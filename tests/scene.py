"""Photos made by geometry alone: an oracle that shares no code path with the detection.

Each pixel of a supersampled grid is traced through the camera model to the mat's picture and to
a flat item at a known height, then averaged, blurred, given noise and encoded as a camera would.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import cv2
import numpy as np
import simplejpeg
from PIL import Image

from qc.geometry.camera import Camera, Pose
from qc.geometry.mat import MatLayout, standard_mat
from qc.geometry.mat_print import mat_png
from qc.photo import Photo, decode_photo, linear_to_srgb, srgb_to_linear

TABLE = (0.30, 0.25, 0.20)
WOOD = (0.45, 0.28, 0.14)
WALNUT = (0.06, 0.03, 0.015)


@dataclass(frozen=True)
class Scene:
    """What is in front of the camera; lengths in mm."""

    width_px: int = 1664
    height_px: int = 1248
    focal_px: float = 2200.0
    distance_mm: float = 700.0
    tilt_deg: float = 6.0
    k1: float = 0.0
    disc_mm: float | None = 150.0
    box_mm: tuple[float, float] | None = None
    shape: Callable[[np.ndarray], np.ndarray] | None = None
    """Tells which of `(N, 2)` positions about the item's place lie on it; instead of the above."""
    holes_mm: tuple[tuple[float, float, float], ...] = ()
    """x, y and diameter of holes through the item, and how deep they go."""
    thickness_mm: float = 0.0
    item_height_mm: float = 60.0
    item_at_mm: tuple[float, float] = (0.0, 0.0)
    item_light: tuple[float, float, float] = WOOD
    copies_at_mm: tuple[tuple[float, float], ...] = ()
    blur_px: float = 0.7
    noise: float = 0.004
    quality: int | None = 90
    shadow: bool = True
    exposure: float = 0.8
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Colour of the light."""
    gradient: float = 0.0
    """Relative change of the light from the photo's left to its right."""

    @property
    def camera(self) -> Camera:
        centre = ((self.width_px - 1) / 2, (self.height_px - 1) / 2)
        return Camera(self.focal_px, 1.0, centre, (self.k1, 0, 0, 0, 0), 0.0025, 1e-3)

    @property
    def pose(self) -> Pose:
        """The sheet's long side along the photo's, the camera tilted about an oblique axis."""
        level = np.diag([1.0, -1.0, -1.0]) @ cv2.Rodrigues(np.array([0, 0, np.pi / 2]))[0]
        axis = np.radians(self.tilt_deg) * np.array([0.866, 0.5, 0.0])
        vector = cv2.Rodrigues(cv2.Rodrigues(axis)[0] @ level)[0].ravel()
        return Pose(tuple(vector.tolist()), (5.0, -8.0, self.distance_mm))


def render(scene: Scene, *, seed: int = 0, supersampling: int = 2) -> Photo:
    """Return the photo of a scene on an A3 mat."""
    same = {"exposure": 1.0, "tint": (1.0, 1.0, 1.0), "gradient": 0.0, "noise": 0.0}
    light = _traced(replace(scene, blur_px=0.0, quality=None, **same), supersampling)
    light = cv2.GaussianBlur(light, (0, 0), scene.blur_px) * scene.exposure
    light *= np.array(scene.tint, np.float32)
    light *= 1 + scene.gradient * np.linspace(-0.5, 0.5, scene.width_px, dtype=np.float32)[:, None]
    rng = np.random.default_rng(seed)
    light += rng.normal(0, scene.noise, light.shape) * np.sqrt(np.clip(light, 0.01, 1))
    pixels = linear_to_srgb(light)
    if scene.quality is None:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
        return decode_photo(buffer.getvalue())
    return decode_photo(
        simplejpeg.encode_jpeg(pixels, quality=scene.quality, colorsubsampling="420")
    )


@lru_cache(maxsize=4)
def _traced(scene: Scene, supersampling: int) -> np.ndarray:
    """Return the linear light of a scene before lens, lamp and camera; the slow part."""
    layout = standard_mat("A3")
    shape = (scene.height_px * supersampling, scene.width_px * supersampling)
    light = np.empty((*shape, 3), np.float32)
    for top in range(0, shape[0], 256):
        rows = slice(top, min(shape[0], top + 256))
        y, x = np.mgrid[rows, 0 : shape[1]]
        pixels = (np.stack([x.ravel(), y.ravel()], axis=1) + 0.5) / supersampling - 0.5
        light[rows] = _trace(scene, layout, pixels).reshape(-1, shape[1], 3)
    light = cv2.resize(light, (scene.width_px, scene.height_px), interpolation=cv2.INTER_AREA)
    light.flags.writeable = False
    return light


@cache
def _mat_light() -> np.ndarray:
    encoded = np.frombuffer(mat_png(standard_mat("A3")), np.uint8)
    return srgb_to_linear(np.ascontiguousarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR)[..., ::-1]))


def _on_plane(scene: Scene, rays: np.ndarray, height_mm: float) -> np.ndarray:
    """Intersect viewing rays (mat axes) with a plane parallel to the mat."""
    eye = scene.pose.eye_mm
    return eye[:2] + ((height_mm - eye[2]) / rays[:, 2])[:, None] * rays[:, :2]


def _rays(scene: Scene, pixels: np.ndarray) -> np.ndarray:
    if scene.k1:
        in_camera = scene.camera.rays(pixels)
    else:
        flat = (pixels - scene.camera.centre_px) / scene.focal_px
        in_camera = np.column_stack([flat, np.ones(len(flat))])
    return in_camera @ scene.pose.matrix


def _trace(scene: Scene, layout: MatLayout, pixels: np.ndarray) -> np.ndarray:
    rays = _rays(scene, pixels)
    ground = _on_plane(scene, rays, 0.0)
    picture = _mat_light()
    per_mm = picture.shape[1] / layout.sheet_width_mm
    across = (ground[:, 0] + layout.sheet_width_mm / 2) * per_mm - 0.5
    down = (layout.sheet_height_mm / 2 - ground[:, 1]) * per_mm - 0.5
    light = cv2.remap(
        picture,
        across.astype(np.float32).reshape(-1, 128),
        down.astype(np.float32).reshape(-1, 128),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=TABLE,
    ).reshape(-1, 3)
    raised = _on_plane(scene, rays, scene.item_height_mm)
    lower_mm = scene.item_height_mm - scene.thickness_mm
    for at in (scene.item_at_mm, *scene.copies_at_mm):
        if scene.shadow:
            away = np.linalg.norm(ground - at - (20, -15), axis=1) - (scene.disc_mm or 60) / 2
            light *= 1 - 0.6 / (1 + np.exp(np.clip(away / 3, -50, 50)))[:, None]
    for at in (scene.item_at_mm, *scene.copies_at_mm):
        local = raised - at
        if scene.box_mm:
            inside = (np.abs(local) < np.array(scene.box_mm) / 2).all(axis=1)
        elif scene.shape:
            inside = scene.shape(local)
        elif scene.disc_mm:
            inside = np.linalg.norm(local, axis=1) < scene.disc_mm / 2
        else:
            continue
        inside &= ~_through_a_hole(scene, local, _on_plane(scene, rays, lower_mm) - at)
        grain = 1 + 0.1 * np.sin(local[inside, :1] * 1.3)
        light[inside] = np.array(scene.item_light, np.float32) * grain
    return light


def _through_a_hole(scene: Scene, upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Tell which rays enter a hole at its upper edge and leave it at the lower one."""
    through = np.zeros(len(upper), bool)
    for x, y, diameter_mm in scene.holes_mm:
        entered = np.linalg.norm(upper - (x, y), axis=1) < diameter_mm / 2
        through |= entered & (np.linalg.norm(lower - (x, y), axis=1) < diameter_mm / 2)
    return through
