"""Random fields: what makes blobs ragged, grain streaky and light uneven."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.composite.scene import Field


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cell_px: float) -> Field:
    """Noise of unit variance whose bumps are about `cell_px` wide."""
    height, width = shape
    rows, columns = max(2, round(height / cell_px) + 1), max(2, round(width / cell_px) + 1)
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))


def fractal_noise(
    rng: np.random.Generator, shape: tuple[int, int], cell_px: float, octaves: int = 4
) -> Field:
    """Sum of octaves of `smooth_noise`, each half as wide and 0.55 times as high."""
    field = np.zeros(shape, np.float32)
    for octave in range(octaves):
        cell = cell_px / 2**octave
        if cell < 1:
            break
        field += 0.55**octave * smooth_noise(rng, shape, cell)
    return field


def streak_noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    along_px: float,
    across_px: float,
    angle_rad: float,
) -> Field:
    """Noise of unit variance drawn out along a direction, as grain is."""
    height, width = shape
    side = int(np.ceil(np.hypot(height, width))) + 2
    rows, columns = max(2, round(side / across_px)), max(2, round(side / along_px))
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    straight = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_LINEAR)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), -np.degrees(angle_rad), 1.0)
    turn[:, 2] += np.array([(width - side) / 2, (height - side) / 2])
    return np.asarray(
        cv2.warpAffine(straight, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    )


def blob(
    rng: np.random.Generator,
    shape: tuple[int, int],
    centre: tuple[float, float],
    radii: tuple[float, float],
    angle_rad: float,
    raggedness: float,
) -> Field:
    """Signed distance-like field of a ragged ellipse, in pixels: positive inside."""
    height, width = shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    dx, dy = x - centre[0], y - centre[1]
    cos, sin = np.float32(np.cos(angle_rad)), np.float32(np.sin(angle_rad))
    u, v = (dx * cos + dy * sin) / radii[0], (dy * cos - dx * sin) / radii[1]
    reach = min(radii)
    inside = (1 - np.hypot(u, v)) * reach
    if raggedness > 0:
        inside += raggedness * reach * fractal_noise(rng, shape, max(4.0, reach * 0.8))
    return np.asarray(inside, np.float32)


def edge(inside_px: Field, softness_px: float) -> Field:
    """Opacity 0…1 of a field in pixels, going over within `softness_px`."""
    return np.asarray(np.clip(inside_px / max(softness_px, 1e-3) + 0.5, 0, 1), np.float32)


def normal_light(height_field: Field, light_rad: float) -> Field:
    """Brightness change of a low relief lit from one side: slope towards the light."""
    slope_x = cv2.Sobel(height_field, cv2.CV_32F, 1, 0, scale=1 / 8)
    slope_y = cv2.Sobel(height_field, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(slope_x * np.cos(light_rad) + slope_y * np.sin(light_rad), np.float32)
