"""Harmless light: shading of round forms, cast shadows, gloss. None of it is a defect."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.composite.noise import blob, edge, fractal_noise, streak_noise
from training.synthesis.composite.scene import Field, Pixels, Scene, log_uniform, point_on_item

_ROUNDED_PX = 15
"""How far from the outline an item's ends and edges are rounded."""


def shine(scene: Scene, rng: np.random.Generator) -> Scene:
    """Light a scene with up to six effects of form, shadow and gloss."""
    pixels = scene.pixels
    for effect, chance in _EFFECTS:
        if rng.random() < chance:
            pixels = effect(pixels, scene, rng)
    # A camera exposes for the bright parts; the gate refuses a photo that is burnt out.
    bright = float(np.quantile(pixels[::4, ::4], 0.95))
    pixels = pixels * min(1.0, 0.75 / max(float(pixels.mean()), 1e-3), 0.98 / max(bright, 1e-3))
    return Scene(np.clip(pixels, 0, 1).astype(np.float32), scene.item, scene.grain_rad)


def _form(pixels: Pixels, scene: Scene, rng: np.random.Generator) -> Pixels:
    """A slope, a bowl, a cylinder: brightness changes slowly."""
    shape = scene.shape
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    u = ((x - shape[1] / 2) * np.cos(angle) + (y - shape[0] / 2) * np.sin(angle)) / max(shape)
    kind = rng.integers(3)
    if kind == 0:
        form = u
    elif kind == 1:
        form = np.cos(2 * np.pi * u * rng.uniform(0.3, 1.5) + rng.uniform(0, 2 * np.pi)) / 2
    else:
        form = fractal_noise(rng, shape, log_uniform(rng, 150, 500), 2) / 5
    brightness = np.exp(np.float32(rng.uniform(0.2, 1.2)) * form)
    return np.asarray(pixels * brightness[..., None], np.float32)


def _rim(pixels: Pixels, scene: Scene, rng: np.random.Generator) -> Pixels:
    """A turned edge: one side of a long clean curve is darker or brighter than the other."""
    radius = log_uniform(rng, 0.8, 5) * max(scene.shape)
    x, y = rng.uniform(0, scene.shape[1]), rng.uniform(0, scene.shape[0])
    angle = rng.uniform(0, 2 * np.pi)
    centre = (x + radius * np.cos(angle), y + radius * np.sin(angle))
    radii = (radius, radius * rng.uniform(0.6, 1))
    inside = blob(rng, scene.shape, centre, radii, rng.uniform(0, np.pi), 0)
    side = edge(inside, log_uniform(rng, 1.5, 40))
    pixels = _lit_unlike(pixels, side, rng)
    if rng.random() < 0.5:  # the rounded edge itself catches light or lies in shade
        band = np.exp(-((inside / log_uniform(rng, 1.5, 12)) ** 2))
        pixels = pixels * (1 + np.float32(rng.uniform(-0.4, 0.5)) * band[..., None])
    return np.asarray(pixels, np.float32)


def _shadow(pixels: Pixels, scene: Scene, rng: np.random.Generator) -> Pixels:
    """Something outside the picture stands in the light."""
    radius = log_uniform(rng, 40, 400)
    centre = (rng.uniform(-0.5, 1.5) * scene.shape[1], rng.uniform(-0.5, 1.5) * scene.shape[0])
    inside = blob(rng, scene.shape, centre, (radius, radius * rng.uniform(0.3, 1)), 0, 0.1)
    soft = edge(inside, log_uniform(rng, 12, 80))
    return np.asarray(pixels * (1 - np.float32(rng.uniform(0.1, 0.5)) * soft[..., None]))


def _gloss(pixels: Pixels, scene: Scene, rng: np.random.Generator) -> Pixels:
    """A soft highlight, broken up by the grain's relief."""
    radius = log_uniform(rng, 15, 200)
    centre = (rng.uniform(0, scene.shape[1]), rng.uniform(0, scene.shape[0]))
    radii = (radius, radius * rng.uniform(0.2, 1))
    inside = blob(rng, scene.shape, centre, radii, rng.uniform(0, np.pi), 0.1)
    soft = edge(inside, radius * rng.uniform(1, 2)) ** 2
    relief = 1 + 0.3 * streak_noise(rng, scene.shape, 20, 1.5, scene.grain_rad)
    gleam = np.float32(rng.uniform(0.05, 0.5)) * soft * np.clip(relief, 0, 2)
    return np.asarray(pixels + (1 - pixels) * gleam[..., None], np.float32)


def mirrored_lamps(pixels: Pixels, scene: Scene, rng: np.random.Generator) -> Pixels:
    """Mirror images of lamps: small, bright, smooth.

    In a lacquered hollow they are a millimetre wide or more; the least ones lie beside the outline,
    where rounded ends and edges show them. A tiny one elsewhere is the glint of a bubble.
    """
    colour = np.array([1.0, rng.uniform(0.9, 1.0), rng.uniform(0.75, 1.0)], np.float32)
    angle = rng.uniform(0, np.pi)
    depth_px = _depth_px(scene)
    beside = np.argwhere((depth_px > 0) & (depth_px < _ROUNDED_PX))
    for _ in range(int(rng.integers(1, 4))):
        if len(beside) and rng.random() < 0.5:
            y, x = beside[int(rng.integers(len(beside)))]
            radius = log_uniform(rng, 1, 6)
        else:
            x, y = rng.uniform(0, scene.shape[1]), rng.uniform(0, scene.shape[0])
            radius = log_uniform(rng, 3, 45)
        radii = (radius * log_uniform(rng, 1, 4), radius)
        inside = blob(rng, scene.shape, (x, y), radii, angle + rng.normal(0, 0.3), 0)
        core = edge(inside, rng.uniform(0.3, 1.5) * radius)
        halo = np.exp(-np.square(np.clip(-inside / (0.6 * radius + 1), 0, 8)))
        gleam = rng.uniform(0.5, 1.0) * core + rng.uniform(0, 0.3) * halo
        share = np.clip(gleam, 0, 1).astype(np.float32)[..., None]
        pixels = pixels + (colour - pixels) * share
    return np.asarray(pixels, np.float32)


def gleaming_edge(pixels: Pixels, scene: Scene, rng: np.random.Generator) -> Pixels:
    """A rounded edge that catches the lamp: a long, smooth line that fades at its ends.

    It runs beside the item's outline, or parts two faces that are lit unlike: a bright line in the
    middle of an even face is no edge but a scratch, and could not be told from one.
    """
    x, y = point_on_item(scene, rng)
    width = log_uniform(rng, 1.2, 8)
    if rng.random() < 0.5 and not scene.item.all():
        inside = _depth_px(scene) - np.float32(width + log_uniform(rng, 1.5, 15))
    else:
        radius = log_uniform(rng, 0.4, 6) * max(scene.shape)
        away = rng.uniform(0, 2 * np.pi)
        centre = (x + radius * np.cos(away), y + radius * np.sin(away))
        inside = blob(rng, scene.shape, centre, (radius, radius * rng.uniform(0.7, 1)), away, 0)
        pixels = _lit_unlike(pixels, edge(inside, 2 * width), rng)
    line = np.exp(-np.square(inside / width))
    grid_y, grid_x = np.mgrid[: scene.shape[0], : scene.shape[1]].astype(np.float32)
    reach = log_uniform(rng, 25, 400)
    fading = np.exp(-((grid_x - x) ** 2 + (grid_y - y) ** 2) / (2 * reach**2))
    share = (rng.uniform(0.2, 1.0) * line * fading).astype(np.float32)[..., None]
    return np.asarray(pixels + (1 - pixels) * share, np.float32)


def _lit_unlike(pixels: Pixels, face: Field, rng: np.random.Generator) -> Pixels:
    """Make one face brighter or darker than the other, enough to be seen."""
    change = rng.uniform(0.1, 0.45) * rng.choice([-1, 1])
    return np.asarray(pixels * (1 + np.float32(change) * face[..., None]), np.float32)


def _depth_px(scene: Scene) -> Field:
    """Distance of each of the item's pixels to what lies beside it."""
    return np.asarray(cv2.distanceTransform(scene.item.astype(np.uint8), cv2.DIST_L2, 5))


_EFFECTS = (
    (_form, 0.6),
    (_rim, 0.3),
    (_shadow, 0.25),
    (_gloss, 0.3),
    (mirrored_lamps, 0.25),
    (gleaming_edge, 0.35),
)
"""Each effect with the chance that a picture shows it."""
