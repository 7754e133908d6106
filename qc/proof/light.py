"""Materials and light: what each point of a surface sends to the camera, in linear light.

One lamp, far away, and a sky that fills the rest. Surfaces are matt (Lambert) under a clear coat
that mirrors by Schlick's approximation of Fresnel and shows the lamp by Blinn and Phong. The level
mat in full light has irradiance 1, so light and albedo share one scale.
Source: Blinn 1977; Schlick 1994.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Colour = tuple[float, float, float]

_F0 = 0.04
"""Reflectance of a coat of index 1.5 seen head on."""


@dataclass(frozen=True, slots=True)
class Material:
    """Albedo in linear RGB, contrast of the grain, and how much of a clear coat there is."""

    name: str
    albedo: Colour
    grain: float
    coat: float
    """0 raw wood, 1 lacquer like glass."""
    shininess: float = 40.0


PALE = Material("pale", (0.60, 0.45, 0.29), 0.10, 0.15)
MEDIUM = Material("medium", (0.36, 0.21, 0.105), 0.16, 0.15)
DARK = Material("dark", (0.075, 0.042, 0.024), 0.22, 0.15)
CLEAR_LACQUER = Material("clear lacquer", (0.30, 0.16, 0.075), 0.16, 0.8, 120.0)
BLACK_LACQUER = Material("black lacquer", (0.012, 0.011, 0.011), 0.0, 1.0, 250.0)
MATERIALS = (PALE, MEDIUM, DARK, CLEAR_LACQUER, BLACK_LACQUER)


@dataclass(frozen=True, slots=True)
class Light:
    """A lamp and a sky. `ambient` is the sky's share of the level mat's irradiance."""

    azimuth_deg: float = 150.0
    elevation_deg: float = 60.0
    softness_deg: float = 3.0
    """Angular radius of the lamp: 0.3 a bare bulb, 8 a window."""
    ambient: float = 0.45
    lamp_rgb: Colour = (1.0, 1.0, 1.0)
    sky_rgb: Colour = (1.0, 1.0, 1.0)
    falloff_per_m: float = 0.0
    """Relative change of the irradiance towards the lamp."""

    @property
    def direction(self) -> Array:
        """Unit vector `(3,)` towards the lamp, in the mat frame."""
        return self.towards(0.0, 0.0)

    def towards(self, right_deg: float, up_deg: float) -> Array:
        """Unit vector towards a point of the lamp beside its centre."""
        azimuth = np.radians(self.azimuth_deg + right_deg)
        elevation = np.radians(self.elevation_deg + up_deg)
        level = np.cos(elevation)
        return np.array([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)])

    def on_mat(self, lit: npt.NDArray[np.float32], sky: npt.NDArray[np.float32]) -> Array:
        """Irradiance `(..., 3)` of the mat from the visible shares of lamp and sky."""
        lamp_rgb = np.multiply(1 - self.ambient, self.lamp_rgb, dtype=np.float32)
        sky_rgb = np.multiply(self.ambient, self.sky_rgb, dtype=np.float32)
        return np.asarray(lit[..., None] * lamp_rgb + sky[..., None] * sky_rgb)

    def falloff(self, points_mm: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """Relative irradiance `(...)` at `(..., 2)` points of the mat."""
        towards = self.direction[:2] / max(float(np.linalg.norm(self.direction[:2])), 1e-9)
        steps = (self.falloff_per_m * 1e-3 * towards).astype(np.float32)
        return np.asarray(1 + steps[0] * points_mm[..., 0] + steps[1] * points_mm[..., 1])


def shade(
    points: Array, normals: Array, eye_mm: Array, light: Light, material: Material, field: Array
) -> tuple[Array, Array]:
    """Return how surfaces look.

    Args:
        points: `(..., 3)` in the mat frame.
        normals: `(..., 3)` unit vectors.
        eye_mm: `(3,)` the camera's centre.
        light: lamp and sky.
        material: of the surface.
        field: `(3,)` albedo of the mat around it, which it mirrors and is lit by.

    Returns:
        `(..., 3)` light by which the albedo is multiplied, and `(..., 3)` light mirrored.
    """
    view = eye_mm - points
    view /= np.linalg.norm(view, axis=-1, keepdims=True)
    lamp = light.direction
    up = normals[..., 2:]
    facing_lamp = np.clip(normals @ lamp, 0, None)[..., None] / lamp[2]
    lamp_rgb = (1 - light.ambient) * np.array(light.lamp_rgb)
    sky_rgb = light.ambient * np.array(light.sky_rgb)
    from_mat = 0.7 * field * (lamp_rgb + sky_rgb)
    diffuse = facing_lamp * lamp_rgb + (1 + up) / 2 * sky_rgb + (1 - up) / 2 * from_mat

    facing = np.clip((normals * view).sum(axis=-1, keepdims=True), 0, 1)
    fresnel = material.coat * (_F0 + (1 - _F0) * (1 - facing) ** 5)
    mirrored = 2 * facing * normals - view
    # A soft horizon, as no coat is a perfect mirror
    above = np.clip(0.5 + 4 * mirrored[..., 2:], 0, 1)
    seen = above * sky_rgb + (1 - above) * from_mat
    half = view + lamp
    half /= np.linalg.norm(half, axis=-1, keepdims=True)
    glint = np.clip((normals * half).sum(axis=-1, keepdims=True), 0, 1) ** material.shininess
    glint = np.where(facing_lamp > 0, glint, 0) * material.shininess / 60
    return (1 - fresnel) * diffuse, fresnel * seen + material.coat * 0.25 * glint * lamp_rgb
