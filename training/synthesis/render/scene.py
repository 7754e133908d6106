"""What a rendered photo shows: the contract between Teliti and the program in Blender.

Frames: the mat frame (see `qc.geometry.mat`) and, for a piece and its defects, the item frame
(origin on the mat under the item's middle, x across, y along, z up). Lengths in millimetres.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

Rgb = tuple[float, float, float]
"""Linear light, 0…1."""

_PAPER_RADIANCE = 0.72
"""Linear brightness that the lights give to a perfectly white sheet."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wood(_Model):
    """A procedural wood; the seed decides which part of the tree it is cut from."""

    species: Literal["beech", "teak", "mahogany", "bamboo", "walnut"]
    seed: int
    finish: Literal["matt", "lacquer"] = "matt"


class RenderedDefect(_Model):
    """A flaw on a piece; the long axis is turned by `angle_deg` from +y towards -x."""

    type: Literal["crack", "hole", "chip", "stain", "scratch", "dent"]
    x_mm: float
    y_mm: float
    length_mm: PositiveFloat
    width_mm: PositiveFloat
    depth_mm: PositiveFloat = 3.0
    angle_deg: float = 0.0
    seed: int = 0
    srgb: str = Field(default="2e3238", pattern="^[0-9a-f]{6}$", description="Colour of a stain.")


class Piece(_Model):
    """One item, or one chopstick of a pair, as it lies on the mat."""

    shape: Literal["bowl", "chopstick", "seat", "spoon", "tray"]
    size: dict[str, float]
    wood: Wood
    x_mm: float = 0.0
    y_mm: float = 0.0
    angle_deg: float = 0.0
    defects: tuple[RenderedDefect, ...] = ()


class Light(_Model):
    """A lamp or window that sends `share` of the light that the sheet's centre receives."""

    azimuth_deg: float
    elevation_deg: float
    distance_mm: PositiveFloat = 1500
    size_mm: PositiveFloat = 600
    kelvin: PositiveFloat = 5000
    share: PositiveFloat = 0.7

    def for_blender(self) -> dict[str, object]:
        """Position, power and colour of the lamp."""
        azimuth, elevation = math.radians(self.azimuth_deg), math.radians(self.elevation_deg)
        flat = math.cos(elevation)
        direction = (flat * math.cos(azimuth), flat * math.sin(azimuth), math.sin(elevation))
        # A Lambertian lamp of power P lights a sheet with P sin(elevation) / (pi d^2).
        distance_m = self.distance_mm / 1000
        irradiance = self.share * _PAPER_RADIANCE * math.pi
        return {
            "position_mm": [self.distance_mm * part for part in direction],
            "size_mm": self.size_mm,
            "power_w": irradiance * math.pi * distance_m**2 / math.sin(elevation),
            "rgb": kelvin_rgb(self.kelvin),
        }


class Camera(_Model):
    """A pinhole camera that looks at a point of the mat.

    `tilt_deg` leans it from the vertical towards `azimuth_deg`; `roll_deg` turns the photo:
    at 0 the photo's right is the mat's right.
    """

    width_px: PositiveInt = 2048
    height_px: PositiveInt = 1536
    focal_35mm: PositiveInt = Field(default=30, description="By the diagonal, as in EXIF.")
    distance_mm: PositiveFloat = 600
    tilt_deg: float = 0
    azimuth_deg: float = 0
    roll_deg: float = 0
    aim_x_mm: float = 0
    aim_y_mm: float = 0
    aim_z_mm: float = 0

    @property
    def f_px(self) -> float:
        """Focal length in pixels."""
        return self.focal_35mm / math.hypot(36, 24) * math.hypot(self.width_px, self.height_px)

    def world_from_camera(self) -> NDArray[np.float64]:
        """Pose, 4×4, in millimetres; camera axes as in OpenCV: x right, y down, z forward."""
        tilt, azimuth, roll = map(math.radians, (self.tilt_deg, self.azimuth_deg, self.roll_deg))
        back = np.array(
            [math.sin(tilt) * math.cos(azimuth), math.sin(tilt) * math.sin(azimuth), math.cos(tilt)]
        )
        right = np.cross([-math.sin(roll), math.cos(roll), 0.0], back)
        right /= np.linalg.norm(right)
        pose = np.eye(4)
        pose[:3, 0], pose[:3, 1], pose[:3, 2] = right, np.cross(right, back), -back
        aim = np.array([self.aim_x_mm, self.aim_y_mm, self.aim_z_mm])
        pose[:3, 3] = aim + self.distance_mm * back
        return pose

    def project(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels (origin at the centre of the upper left pixel) of mat-frame points, `(N, 3)`."""
        pose = self.world_from_camera()
        local = (points_mm - pose[:3, 3]) @ pose[:3, :3]
        centre = np.array([(self.width_px - 1) / 2, (self.height_px - 1) / 2])
        pixels: NDArray[np.float64] = self.f_px * local[:, :2] / local[:, 2:] + centre
        return pixels

    def on_plane(self, pixels: NDArray[np.float64], z_mm: float) -> NDArray[np.float64]:
        """Mat-frame points, `(N, 2)`, that pixels show on the plane z = `z_mm`."""
        pose = self.world_from_camera()
        centre = np.array([(self.width_px - 1) / 2, (self.height_px - 1) / 2])
        rays = np.column_stack([(pixels - centre) / self.f_px, np.ones(len(pixels))])
        rays = rays @ pose[:3, :3].T
        points: NDArray[np.float64] = pose[:2, 3] + rays[:, :2] * (
            (z_mm - pose[2, 3]) / rays[:, 2:]
        )
        return points

    def for_blender(self) -> dict[str, object]:
        """Intrinsics and pose; Blender's camera has y up and looks along -z."""
        pose = self.world_from_camera() @ np.diag([1.0, -1.0, -1.0, 1.0])
        return {
            "width_px": self.width_px,
            "height_px": self.height_px,
            "f_px": self.f_px,
            "world_from_camera_mm": pose.tolist(),
        }


class Scene(_Model):
    """One photo to be rendered."""

    paper: Literal["A4", "A3", "A2"]
    pieces: tuple[Piece, ...]
    camera: Camera
    lights: tuple[Light, ...]
    sky_kelvin: PositiveFloat = 6500
    sky_share: PositiveFloat = 0.35
    table_rgb: Rgb = (0.3, 0.27, 0.24)
    samples: PositiveInt = 48


def kelvin_rgb(kelvin: float) -> Rgb:
    """Linear sRGB of a black body, scaled to unit luminance.

    Chromaticity by the cubic approximation of the Planckian locus (Kim et al., 2002).
    """
    t = 1000 / kelvin
    if kelvin < 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    xyz = np.array([x / y, 1.0, (1 - x - y) / y])
    to_rgb = np.array(
        [
            [3.2404542, -1.5371385, -0.4985314],
            [-0.9692660, 1.8760108, 0.0415560],
            [0.0556434, -0.2040259, 1.0572252],
        ]
    )
    red, green, blue = np.clip(to_rgb @ xyz, 0, None)
    return float(red), float(green), float(blue)


def sky_strength(share: float) -> float:
    """Radiance of the surroundings that send `share` of the sheet's light."""
    return share * _PAPER_RADIANCE
