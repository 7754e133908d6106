"""Procedural wood: colours, figure and pores that no photo of ours shows."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.composite.noise import fractal_noise, streak_noise
from training.synthesis.composite.scene import Field, Pixels, log_uniform

PALETTE = np.array(
    [
        [0.93, 0.86, 0.72],  # maple
        [0.86, 0.71, 0.50],  # pine
        [0.78, 0.60, 0.40],  # oak
        [0.72, 0.48, 0.28],  # teak
        [0.62, 0.36, 0.22],  # mahogany
        [0.55, 0.25, 0.15],  # padauk
        [0.42, 0.28, 0.18],  # walnut
        [0.30, 0.18, 0.12],  # rosewood
        [0.18, 0.13, 0.11],  # ebony
        [0.88, 0.76, 0.48],  # bamboo
        [0.66, 0.58, 0.50],  # weathered
        [0.80, 0.55, 0.45],  # cherry
        [0.33, 0.22, 0.15],  # coconut shell
        [0.62, 0.10, 0.08],  # red lacquer
        [0.06, 0.05, 0.06],  # black lacquer
        [0.93, 0.92, 0.89],  # white paint
    ],
    np.float32,
)
"""Mean colours of common woods and of their finishes, sRGB."""

_BROAD_PX = 24.0
"""Standard deviation of the blur that parts grain from broad shades."""


def wood_colour(rng: np.random.Generator) -> Pixels:
    """Draw a plausible mean colour of wood."""
    first, second = PALETTE[rng.choice(len(PALETTE), 2, replace=False)]
    mixed = first + (second - first) * np.float32(rng.uniform(0, 0.6))
    cast = rng.uniform(0.85, 1.15, 3).astype(np.float32)
    return np.asarray(np.clip(mixed * cast, 0.03, 0.97), np.float32)


def procedural_wood(rng: np.random.Generator, shape: tuple[int, int], grain_rad: float) -> Pixels:
    """Make clean wood with bands, flame, islands or end-grain rings along `grain_rad`."""
    height, width = shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    cos, sin = np.float32(np.cos(grain_rad)), np.float32(np.sin(grain_rad))
    across, along = y * cos - x * sin, x * cos + y * sin
    if rng.random() < 0.15:  # end grain: rings about a pith that may lie outside
        pith = rng.uniform(-1.5, 1.5, 2) * max(shape)
        across = np.hypot(x - width / 2 - pith[0], y - height / 2 - pith[1]).astype(np.float32)
        along = np.zeros_like(across)
    bend = log_uniform(rng, 2, 40) * fractal_noise(rng, shape, log_uniform(rng, 60, 400), 2)
    period = log_uniform(rng, 3, 60)
    phase = (across + bend) / period + along * np.float32(rng.normal(0, 0.002))
    if rng.random() < 0.25:  # flat-sawn: the rings close about high and low places
        phase = phase * np.float32(rng.uniform(0, 0.3)) + islands(rng, shape, grain_rad)
    ring = (phase + 0.1 * streak_noise(rng, shape, 60, period / 2 + 1, grain_rad)) % 1.0
    late = ring ** np.float32(rng.uniform(1, 5))  # early wood is pale, late wood ends sharply
    contrast = log_uniform(rng, 0.02, 0.45)
    fine = streak_noise(rng, shape, log_uniform(rng, 10, 200), log_uniform(rng, 1, 4), grain_rad)
    tone = 1 - contrast * late + rng.uniform(0.01, 0.08) * fine
    tone += rng.uniform(0, 0.08) * fractal_noise(rng, shape, 120, 3)
    base = wood_colour(rng)
    gamma = np.maximum(tone, 0.02)[..., None] ** rng.uniform(0.8, 1.3, 3).astype(np.float32)
    return np.asarray(np.clip(base * gamma, 0, 1), np.float32)


def islands(rng: np.random.Generator, shape: tuple[int, int], grain_rad: float) -> Field:
    """Draw a smooth relief drawn out along the grain; its contours are rings."""
    along_px, across_px = log_uniform(rng, 60, 400), log_uniform(rng, 20, 120)
    relief = streak_noise(rng, shape, along_px, across_px, grain_rad)
    smooth = cv2.GaussianBlur(relief, (0, 0), across_px / 4)
    return np.asarray(smooth * np.float32(rng.uniform(1, 4)), np.float32)


def speckled(rng: np.random.Generator, shape: tuple[int, int]) -> Pixels:
    """Make a clean surface without a direction: coconut shell, cork, a sprayed or sanded coat."""
    fine = fractal_noise(rng, shape, log_uniform(rng, 2, 14), 2)
    broad = fractal_noise(rng, shape, log_uniform(rng, 40, 200), 2)
    tone = 1 + rng.uniform(0.01, 0.12) * fine + rng.uniform(0, 0.1) * broad
    if rng.random() < 0.5:  # flecks of fibre
        flecks = streak_noise(rng, shape, log_uniform(rng, 4, 20), 1.5, rng.uniform(0, np.pi))
        tone = tone * (1 + rng.choice([-1, 1]) * 0.3 * np.clip(flecks - 1.5, 0, 1))
    gamma = np.maximum(tone, 0.02)[..., None] ** rng.uniform(0.8, 1.3, 3).astype(np.float32)
    return np.asarray(np.clip(wood_colour(rng) * gamma, 0, 1), np.float32)


def recolour(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Give a picture of wood another species' colour and contrast; the structure stays."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    detail = grey / max(float(grey.mean()), 0.02)
    strength = np.float32(rng.uniform(0.5, 1.4))
    toned = np.maximum(1 + (detail - 1) * strength, 0.02)[..., None]
    foreign = wood_colour(rng) * toned ** rng.uniform(0.8, 1.3, 3).astype(np.float32)
    share = np.float32(rng.uniform(0.4, 1.0))
    return np.asarray(np.clip(pixels + (foreign - pixels) * share, 0, 1), np.float32)


def crossed(pixels: Pixels, other: Pixels, rng: np.random.Generator) -> Pixels:
    """Lay another wood's grain over a picture; its colours and broad shades stay.

    Few kinds of wood are at hand, and a network knows them by heart: of two, many are made.
    """
    detail = _detail(other) ** np.float32(rng.uniform(0.4, 1.2))
    own = _detail(pixels) ** np.float32(rng.uniform(-0.8, 0))  # of its own grain less stays, or all
    return np.asarray(np.clip(pixels * (detail * own)[..., None], 0, 1), np.float32)


def _detail(pixels: Pixels) -> Field:
    """Lightness relative to that of the surroundings, `(H, W)`."""
    grey = np.maximum(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32(0.02))
    around = cv2.GaussianBlur(grey, (0, 0), _BROAD_PX)
    return np.asarray(np.clip(grey / around, 0.3, 2), np.float32)


def add_figure(pixels: Pixels, rng: np.random.Generator, grain_rad: float) -> Pixels:
    """Overlay harmless figure: open pores, dark streaks, flecks of medullary rays."""
    shape = pixels.shape[:2]
    if rng.random() < 0.6:  # pores: short dark dashes along the grain
        field = streak_noise(rng, shape, log_uniform(rng, 4, 40), log_uniform(rng, 1, 3), grain_rad)
        pores = np.clip(field - np.float32(rng.uniform(0.8, 2.0)), 0, 1)
        pixels = pixels * (1 - np.float32(rng.uniform(0.1, 0.6)) * pores[..., None])
    if rng.random() < 0.4:  # coarse bands of darker wood
        field = streak_noise(
            rng, shape, log_uniform(rng, 80, 500), log_uniform(rng, 3, 40), grain_rad
        )
        pixels = pixels * (1 + np.float32(rng.uniform(0.03, 0.16)) * field[..., None])
    if rng.random() < 0.2:  # rays: short bright flecks, across or along
        turn = grain_rad + (np.pi / 2 if rng.random() < 0.5 else 0)
        field = streak_noise(rng, shape, log_uniform(rng, 5, 25), 2, turn)
        flecks = np.clip(field - np.float32(rng.uniform(1, 2)), 0, 1)
        pixels = pixels * (1 + np.float32(rng.uniform(0.1, 0.35)) * flecks[..., None])
    return np.asarray(np.clip(pixels, 0, 1), np.float32)


def grain_direction(pixels: Pixels) -> float:
    """Direction along which the picture changes least (structure tensor)."""
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (0, 0), 1)
    slope_x, slope_y = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    across = 0.5 * np.arctan2(
        2 * float((slope_x * slope_y).mean()), float((slope_x**2 - slope_y**2).mean())
    )
    return float(across + np.pi / 2)
