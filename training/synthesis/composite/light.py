"""Harmless light: shading of round forms, cast shadows, gloss. None of it is a defect."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.synthesis.composite.noise import blob, edge, fractal_noise, streak_noise
from training.synthesis.composite.scene import (
    Field,
    Pixels,
    Scene,
    blend,
    log_uniform,
    point_on_item,
)

_ROUNDED_PX = 15
"""How far from the outline an item's ends and edges are rounded."""
_ROUND_HALF_WIDTH_PX = 60
"""A stick or handle up to twice as wide as this (24 mm) may be round."""
_STICK_SLENDERNESS = 2.0
"""Least length of a stick over its width, as far as the picture shows it."""


def shine(scene: Scene, rng: np.random.Generator) -> Scene:
    """Light a scene with some effects of form, shadow and gloss."""
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


def round_stick(pixels: Pixels, scene: Scene, rng: np.random.Generator) -> Pixels:
    """A stick's or handle's round form, with lamps mirrored in it; other items stay as they are.

    Each lamp draws a smooth line along the stick, which bends with the outline and dies out at the
    ends, broken by the grain's relief where the finish is thin; a round end shrinks it to a point.
    """
    stick = _stick(scene)
    if stick is None:
        return pixels
    tilt = np.arcsin(np.clip(stick.across, -1, 1))
    lit_from = rng.uniform(-1.2, 1.2)
    shade = np.float32(rng.uniform(0.2, 0.8)) * (1 - np.cos(tilt - np.float32(lit_from)))
    pixels = np.asarray(pixels * (1 - np.clip(shade, 0, 0.9))[..., None], np.float32)
    relief = 1 + np.float32(rng.uniform(0, 0.5)) * streak_noise(
        rng, scene.shape, 20, 1.5, scene.grain_rad
    )
    colour = _lamp_colour(rng)
    grid_y, grid_x = np.mgrid[: scene.shape[0], : scene.shape[1]].astype(np.float32)
    for _ in range(int(rng.integers(1, 4))):
        width, place = log_uniform(rng, 0.04, 0.4), np.float32(rng.uniform(-0.8, 0.8))
        line = np.exp(-np.square((stick.across - place) / np.float32(width)))
        along = 1 + 0.5 * fractal_noise(rng, scene.shape, log_uniform(rng, 60, 400), 1)
        share = np.float32(rng.uniform(0, 0.9)) * line * np.clip(along * relief, 0, 1.2)
        for x, y in stick.ends_px:
            if rng.random() < 0.6:
                dx, dy = rng.normal(0, 0.15 * stick.half_width_px, 2)
                radius = min(log_uniform(rng, 1, 5), 0.4 * stick.half_width_px)
                away = np.hypot(grid_x - x - np.float32(dx), grid_y - y - np.float32(dy))
                point = np.exp(-np.square(away / np.float32(radius)))
                share = np.maximum(share, np.float32(rng.uniform(0.3, 1.0)) * point)
        pixels = blend(pixels, colour, np.clip(share, 0, 1))
    return np.asarray(pixels, np.float32)


def mirrored_lamps(pixels: Pixels, scene: Scene, rng: np.random.Generator) -> Pixels:
    """Mirror images of lamps: small, bright, smooth.

    In a lacquered hollow they are a millimetre wide or more; the least ones lie beside the outline,
    where rounded ends and edges show them. A tiny one elsewhere is the glint of a bubble.
    """
    colour = _lamp_colour(rng)
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
        pixels = blend(pixels, colour, np.clip(gleam, 0, 1).astype(np.float32))
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


@dataclass(frozen=True)
class _Stick:
    """A slender item.

    `across` `(H, W)` is the place across it from -1 at one side to 1 at the other; it is +-1 all
    along the outline, so that lines of equal place draw together at the ends. `ends_px` are the
    middles `(x, y)` of the round ends that the picture shows.
    """

    across: Field
    half_width_px: float
    ends_px: list[tuple[float, float]]


def _stick(scene: Scene) -> _Stick | None:
    """Find out whether the item is a stick, as far as the picture shows it."""
    depth_px = _depth_px(scene)
    half_width_px = float(depth_px.max())
    if scene.item.all() or not 4 <= half_width_px <= _ROUND_HALF_WIDTH_PX:
        return None
    rows, columns = np.nonzero(scene.item)
    places = np.stack([columns, rows]).astype(np.float32)
    centre = places.mean(axis=1)
    spread, axes = np.linalg.eigh(np.cov(places))  # the smaller one first
    if spread[1] < _STICK_SLENDERNESS**2 * spread[0]:
        return None
    y, x = np.mgrid[: scene.shape[0], : scene.shape[1]].astype(np.float32)
    side_px = (x - centre[0]) * np.float32(axes[0, 0]) + (y - centre[1]) * np.float32(axes[1, 0])
    reach_px = np.where(scene.item, np.abs(side_px) + depth_px, np.inf)
    across = np.where(scene.item, side_px / reach_px, 1).astype(np.float32)
    along_px = axes[:, 1] @ (places - centre[:, None])
    ends = []
    for end_px in (along_px.min() + half_width_px, along_px.max() - half_width_px):
        end_x, end_y = centre + end_px * axes[:, 1]
        if (
            half_width_px < end_x < scene.shape[1] - half_width_px
            and half_width_px < end_y < scene.shape[0] - half_width_px
        ):
            ends.append((float(end_x), float(end_y)))
    return _Stick(across, half_width_px, ends)


def _lamp_colour(rng: np.random.Generator) -> Pixels:
    """Draw white to warm white."""
    return np.array([1.0, rng.uniform(0.9, 1.0), rng.uniform(0.75, 1.0)], np.float32)


def _lit_unlike(pixels: Pixels, face: Field, rng: np.random.Generator) -> Pixels:
    """Make one face brighter or darker than the other, enough to be seen."""
    change = rng.uniform(0.1, 0.45) * rng.choice([-1, 1])
    return np.asarray(pixels * (1 + np.float32(change) * face[..., None]), np.float32)


def _depth_px(scene: Scene) -> Field:
    """Distance of each of the item's pixels to what lies beside it."""
    return np.asarray(cv2.distanceTransform(scene.item.astype(np.uint8), cv2.DIST_L2, 5))


_EFFECTS = (
    (_form, 0.6),
    (round_stick, 0.7),
    (_rim, 0.3),
    (_shadow, 0.25),
    (_gloss, 0.3),
    (mirrored_lamps, 0.25),
    (gleaming_edge, 0.35),
)
"""Each effect with the chance that a picture shows it."""
