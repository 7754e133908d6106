"""One composited sample from a clean surface and a seed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.surface import hide_surroundings
from training.augment import CameraEffects
from training.labels import TYPES, Sample, empty_target
from training.synthesis.composite.chip import paint_chip
from training.synthesis.composite.coating import paint_coating
from training.synthesis.composite.crack import paint_crack
from training.synthesis.composite.dent import paint_dent
from training.synthesis.composite.hole import paint_hole
from training.synthesis.composite.light import shine
from training.synthesis.composite.outline import backdrop, random_outline
from training.synthesis.composite.roughness import paint_roughness
from training.synthesis.composite.scene import Mask, Painter, Pixels, Scene
from training.synthesis.composite.scratch import paint_scratch
from training.synthesis.composite.stain import paint_stain
from training.synthesis.composite.visible import invisible
from training.synthesis.composite.wood import add_figure, grain_direction, recolour

PAINTERS: Mapping[str, Painter] = {
    "crack": paint_crack,
    "chip": paint_chip,
    "hole": paint_hole,
    "scratch": paint_scratch,
    "stain": paint_stain,
    "coating": paint_coating,
    "dent": paint_dent,
    "roughness": paint_roughness,
}
"""Types that can be composited."""

FREQUENCY: Final[dict[str, float]] = {"scratch": 1.6, "chip": 1.5, "stain": 1.4, "dent": 1.2}
"""How often a type is painted, relative to the others (1): what is hard to see is seen more."""

CLEAN_SHARE = 0.3
OUTLINE_SHARE = 0.4
HIDDEN_SHARE = 0.7
"""Of the patches with an outline: surroundings hidden as the pipeline does; the rest as shot."""

_EFFECTS = CameraEffects()


def compose(
    surface: Pixels,
    rng: np.random.Generator,
    *,
    types: tuple[str, ...] = tuple(PAINTERS),
    frequency: Mapping[str, float] | None = None,
) -> Sample:
    """Turn a clean surface into a labelled photo, with defects or (3 in 10) without.

    Args:
        surface: clean wood, `(H, W, 3)` in 0…1.
        rng: the only source of chance.
        types: defects to choose from; none makes a clean sample.
        frequency: of some types, relative to the others, in place of the usual one.

    Returns:
        A sample whose masks are exact, whatever the light and the camera then did.
    """
    height, width = surface.shape[:2]
    if rng.random() < 0.5:
        surface = recolour(surface, rng)
    grain = grain_direction(surface)
    if rng.random() < 0.5:
        surface = add_figure(surface, rng, grain)
    whole = np.ones((height, width), bool)
    outlined = rng.random() < OUTLINE_SHARE
    item = random_outline(rng, (height, width)) if outlined else whole
    if item.mean() < 0.1:
        item, outlined = whole, False
    scene = Scene(surface, item, grain)
    target = empty_target((height, width))
    count = (
        0
        if not types or rng.random() < CLEAN_SHARE
        else int(rng.choice([1, 2, 3], p=[0.5, 0.3, 0.2]))
    )
    sound, often = scene, {**FREQUENCY, **(frequency or {})}
    for _ in range(count):
        possible = [t for t in types if outlined or t != "chip"] or list(types)
        odds = np.array([often.get(t, 1.0) for t in possible])
        chosen = str(rng.choice(possible, p=odds / odds.sum()))
        painted = PAINTERS[chosen](scene, rng)
        scene = painted.scene
        target[:, painted.mask] = False  # the later defect lies on top
        target[TYPES.index(chosen), painted.mask] = True
    behind = backdrop(rng, (height, width)) if outlined else None
    blur_px, hidden = float(rng.uniform(0.4, 1)), outlined and rng.random() < HIDDEN_SHARE
    same_light = copy.deepcopy(rng)
    lit = _before_camera(shine(scene, rng), behind, blur_px)
    camera_seed = int(rng.integers(2**31))

    def photo_of(pixels: NDArray[np.uint8], shown: Mask) -> NDArray[np.uint8]:
        photo = _EFFECTS(pixels, camera_seed)
        return hide_surroundings(photo, shown) if hidden else photo

    photo = photo_of(lit, scene.item)
    known = np.ones_like(target)
    if target.any():
        twin = photo_of(_before_camera(shine(sound, same_light), behind, blur_px), item)
        lost = invisible(target, photo, twin, item)
        target[:, lost] = False
        known[:, lost] = False
    return Sample(photo, target, known, scene.item if outlined else None)


def _before_camera(scene: Scene, behind: Pixels | None, blur_px: float) -> NDArray[np.uint8]:
    pixels = scene.pixels
    if behind is not None:
        cover = cv2.GaussianBlur(scene.item.astype(np.float32), (0, 0), blur_px)
        pixels = behind + (pixels - behind) * cover[..., None]
    return np.asarray(np.round(pixels * 255), np.uint8)
