"""Clean surfaces that are no wood: cloth, leather, stone, paint, turned and brushed work.

Items are lacquered, painted, inlaid, or of another material altogether; what the network learns
of a defect has to hold there as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from training.synthesis.composite.noise import fractal_noise, normal_light, streak_noise
from training.synthesis.composite.scene import Field, Pixels, log_uniform
from training.synthesis.composite.wood import wood_colour

Shape = tuple[int, int]


def material(rng: np.random.Generator, shape: Shape) -> Pixels:
    """Draw a clean surface of some material, one in eight inlaid with another."""
    pixels = _one(rng, shape)
    if rng.random() < 1 / 8:
        pixels = np.where(_beyond_a_seam(rng, shape)[..., None], _one(rng, shape), pixels)
    return np.asarray(np.clip(pixels, 0, 1), np.float32)


def _one(rng: np.random.Generator, shape: Shape) -> Pixels:
    return MATERIALS[_DRAWN[int(rng.integers(len(_DRAWN)))]](rng, shape)


def any_colour(rng: np.random.Generator) -> Pixels:
    """Draw a colour `(3,)`: of wood, or any hue, seldom a loud one."""
    if rng.random() < 0.4:
        return wood_colour(rng)
    hsv = np.array([[[rng.uniform(0, 360), rng.beta(1.2, 2.5), rng.uniform(0.08, 0.95)]]])
    return np.asarray(cv2.cvtColor(hsv.astype(np.float32), cv2.COLOR_HSV2RGB)[0, 0], np.float32)


def _toned(rng: np.random.Generator, tone: Field) -> Pixels:
    return any_colour(rng) * np.maximum(tone, 0.02)[..., None]


def _painted(rng: np.random.Generator, shape: Shape) -> Pixels:
    """A coat that hides the wood, with the faint relief of a roller, a brush or a spray gun."""
    tone = 1 + rng.uniform(0, 0.03) * fractal_noise(rng, shape, log_uniform(rng, 60, 300), 2)
    if rng.random() < 0.6:
        peel = fractal_noise(rng, shape, log_uniform(rng, 3, 20), 2)
        light = normal_light(peel * np.float32(rng.uniform(0.1, 0.6)), rng.uniform(0, 2 * np.pi))
        tone = tone * (1 + light)
    if rng.random() < 0.4:
        brush = streak_noise(rng, shape, 120, log_uniform(rng, 1, 4), rng.uniform(0, np.pi))
        tone = tone * (1 + rng.uniform(0.005, 0.04) * brush)
    return _toned(rng, tone)


def _pebbled(rng: np.random.Generator, shape: Shape) -> Pixels:
    """Leather, orange peel, hammered lacquer: bumps lit from one side."""
    cell = log_uniform(rng, 4, 22)
    bumps = np.abs(fractal_noise(rng, shape, cell, 2))
    light = normal_light(np.asarray(bumps * cell, np.float32), rng.uniform(0, 2 * np.pi))
    furrows = np.exp(-np.square(bumps / rng.uniform(0.1, 0.4)))
    tone = 1 + rng.uniform(0.03, 0.25) * light - rng.uniform(0, 0.3) * furrows
    return _toned(rng, np.asarray(tone, np.float32))


def _woven(rng: np.random.Generator, shape: Shape) -> Pixels:
    """Cloth, mats, rattan: threads over and under each other."""
    period = log_uniform(rng, 5, 26)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    turn = rng.uniform(0, np.pi)
    drift = log_uniform(rng, 0.05, 0.6) * period
    u = x * np.cos(turn) + y * np.sin(turn) + drift * fractal_noise(rng, shape, 80, 2)
    v = y * np.cos(turn) - x * np.sin(turn) + drift * fractal_noise(rng, shape, 80, 2)
    u, v = u / period, v / (period * rng.uniform(0.7, 1.4))
    over = (np.floor(u) + np.floor(v)) % 2 == 0
    warp, weft = np.abs(np.sin(np.pi * u)), np.abs(np.sin(np.pi * v))
    thread = np.where(over, warp, weft) ** np.float32(rng.uniform(0.4, 1.2))
    fibre = 1 + rng.uniform(0.01, 0.08) * fractal_noise(rng, shape, 3, 1)
    tone = (1 - rng.uniform(0.15, 0.6) * (1 - thread)) * fibre
    pixels = _toned(rng, np.asarray(tone, np.float32))
    if rng.random() < 0.4:  # warp and weft of two colours
        share = np.float32(rng.uniform(0.3, 1)) * over[..., None]
        pixels = pixels + (_toned(rng, np.asarray(tone, np.float32)) - pixels) * share
    return np.asarray(pixels, np.float32)


def _stone(rng: np.random.Generator, shape: Shape) -> Pixels:
    """Granite, terrazzo, marble: grains or clouds of a few colours, perhaps veins."""
    pixels = np.broadcast_to(any_colour(rng), (*shape, 3)).astype(np.float32)
    cell = log_uniform(rng, 2.5, 40)
    for _ in range(int(rng.integers(1, 4))):
        field = fractal_noise(rng, shape, cell * rng.uniform(0.6, 1.6), 2) - rng.uniform(0, 1.5)
        share = np.clip(field / rng.uniform(0.1, 1.5) + 0.5, 0, 1) * rng.uniform(0.1, 0.8)
        pixels = pixels + (any_colour(rng) - pixels) * share[..., None].astype(np.float32)
    fine = 1 + rng.uniform(0.005, 0.05) * fractal_noise(rng, shape, 3, 1)
    return np.asarray(pixels * fine[..., None], np.float32)


def _turned(rng: np.random.Generator, shape: Shape) -> Pixels:
    """Marks of a lathe, a saw or sandpaper: fine, parallel, regular."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    away = log_uniform(rng, 0.2, 12) * max(shape)
    turn = rng.uniform(0, 2 * np.pi)
    radius = np.hypot(
        x - shape[1] / 2 - away * np.cos(turn), y - shape[0] / 2 - away * np.sin(turn)
    )
    period = log_uniform(rng, 2.5, 24)
    wander = fractal_noise(rng, shape, 60, 2) * rng.uniform(0, 0.2)
    wave = np.sin(2 * np.pi * (radius / period + wander))
    strength = rng.uniform(0.01, 0.12) * (0.6 + 0.4 * fractal_noise(rng, shape, 120, 2))
    tone = 1 + strength * wave + rng.uniform(0, 0.03) * fractal_noise(rng, shape, 3, 1)
    return _toned(rng, np.asarray(tone, np.float32))


def _brushed(rng: np.random.Generator, shape: Shape) -> Pixels:
    """Brushed metal, bamboo slats, straw: streaks without rings."""
    turn = rng.uniform(0, np.pi)
    tone = 1 + rng.uniform(0.01, 0.1) * streak_noise(
        rng, shape, log_uniform(rng, 40, 600), log_uniform(rng, 1, 6), turn
    )
    tone = tone + rng.uniform(0, 0.12) * streak_noise(
        rng, shape, 800, log_uniform(rng, 8, 60), turn
    )
    return _toned(rng, np.asarray(tone, np.float32))


def _beyond_a_seam(rng: np.random.Generator, shape: Shape) -> Field:
    """One side of a clean joint, straight or slightly curved."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    across = (x - shape[1] / 2) * np.cos(turn) + (y - shape[0] / 2) * np.sin(turn)
    along = (y - shape[0] / 2) * np.cos(turn) - (x - shape[1] / 2) * np.sin(turn)
    bow = np.float32(rng.normal(0, 0.001)) * along**2
    return np.asarray(across + bow > rng.uniform(-0.35, 0.35) * max(shape))


MATERIALS: Mapping[str, Callable[[np.random.Generator, Shape], Pixels]] = {
    "painted": _painted,
    "pebbled": _pebbled,
    "woven": _woven,
    "stone": _stone,
    "turned": _turned,
    "brushed": _brushed,
}
"""Each draws a surface of one material."""

_DRAWN = ("painted", *MATERIALS)
"""Paint is drawn twice as often as any other."""
