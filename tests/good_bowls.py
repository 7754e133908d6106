"""Small photos of bowls on the mat: of one kind, and one of another wood."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import simplejpeg
from scene import WALNUT, Scene, render

_SCENE = Scene(width_px=1024, height_px=768, focal_px=1353.8, noise=0.01, quality=None)


@cache
def good(number: int) -> bytes:
    """JPEG of a good one, each in its own light."""
    return _jpeg(replace(_SCENE, exposure=0.7 + 0.02 * number), number)


@cache
def other() -> bytes:
    """JPEG of one of another wood."""
    return _jpeg(replace(_SCENE, item_light=WALNUT), 0)


def _jpeg(scene: Scene, seed: int) -> bytes:
    pixels = render(scene, seed=seed, supersampling=1).pixels
    return simplejpeg.encode_jpeg(pixels, quality=90, colorsubsampling="420")
