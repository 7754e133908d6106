"""Product lines of one textured surface each: photos of good pieces, and of hardly visible defects.

Every piece of a line is cut from the same stuff, at another place, in slightly another light, from
slightly another distance. Its defects are composited, small and of low contrast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from training.datasets.surfaces import Picture
from training.synthesis.composite.compose import PAINTERS
from training.synthesis.composite.material import MATERIALS, Shape
from training.synthesis.composite.noise import smooth_noise
from training.synthesis.composite.scene import Mask, Painter, Pixels, Scene
from training.synthesis.composite.wood import grain_direction, procedural_wood

DEFECTS: Final = {name: paint for name, paint in PAINTERS.items() if name != "chip"}
"""Those that detectors are trained on; a chip needs an edge."""

_LARGEST_SHARE = 0.04
"""Of the photo's area."""

_LEAST_PX = 12
_LEAST_CHANGE = 6.0
"""Mean change, in grey levels of 255, of the stronger half of a defect's pixels."""

_FAINTEST, _STRONGEST = 0.2, 0.7
"""Opacity of a defect."""

_TRIES = 200

Draw = Callable[[np.random.Generator, Shape], Pixels]


@dataclass(frozen=True, slots=True)
class Piece:
    """A photo `(H, W, 3)` sRGB and where its defect is; `kind` is None on a good piece."""

    pixels: NDArray[np.uint8]
    mask: Mask
    kind: str | None


@dataclass(frozen=True, slots=True)
class SurfaceLine:
    """One surface: `draw` gives another place of it, `shape` is the photos' height and width."""

    name: str
    draw: Draw
    shape: Shape
    seed: int

    def good(self, number: int) -> Piece:
        """Return good piece `number`."""
        return self._piece(number, {})

    def defective(self, number: int, painters: Mapping[str, Painter] = DEFECTS) -> Piece:
        """Return a piece with a defect; none is the same place as a good one."""
        return self._piece(number, painters)

    def _piece(self, number: int, painters: Mapping[str, Painter]) -> Piece:
        rng = np.random.default_rng((self.seed, len(painters), number))
        for attempt in range(_TRIES):
            surface = np.clip(self.draw(rng, self.shape), 0, 1).astype(np.float32)
            lit = _light(rng, self.shape)
            clean = _camera(surface, lit)
            if not painters:
                return Piece(_noisy(clean, rng), np.zeros(self.shape, bool), None)
            kind = str(rng.choice(list(painters)))
            scene = Scene(surface, np.ones(self.shape, bool), grain_direction(surface))
            painted = painters[kind](scene, rng)
            # A surface of little texture shows little of what happens to its texture.
            share = np.float32(min(1.0, rng.uniform(_FAINTEST, _STRONGEST) * 1.1**attempt))
            marred = surface + share * (painted.scene.pixels - surface)
            seen = _camera(marred, lit)
            if _is_small_and_visible(painted.mask, seen, clean):
                return Piece(_noisy(seen, rng), painted.mask, kind)
        raise AssertionError(f"{self.name}: no defect of piece {number} can be seen")


class _SamePieceOfStuff:
    """A generator whose single numbers repeat from piece to piece while its fields are new.

    The painters draw what a surface is (colour, period, contrast) as single numbers and where its
    grains lie as arrays; so one recipe gives as many places of the same surface as are asked for.
    """

    def __init__(self, recipe: int, place: np.random.Generator) -> None:
        self._recipe = np.random.default_rng(recipe)
        self._place = place

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def draw(*args: Any, **kwargs: Any) -> Any:
            is_field = name == "standard_normal" and args
            return getattr(self._place if is_field else self._recipe, name)(*args, **kwargs)

        return draw


def material_line(name: str, recipe: int, shape: Shape) -> SurfaceLine:
    """Return a line of a material that no photo shows: a key of `MATERIALS`, or `wood`."""

    def draw(rng: np.random.Generator, shape: Shape) -> Pixels:
        # Drawn larger and seen from slightly another distance and direction.
        margin = (int(1.3 * shape[0]) + 40, int(1.3 * shape[1]) + 40)
        stuff: Any = _SamePieceOfStuff(recipe, rng)
        if name == "wood":
            whole = procedural_wood(stuff, margin, 0.1)
        else:
            whole = MATERIALS[name](stuff, margin)
        turn = cv2.getRotationMatrix2D(
            (margin[1] / 2, margin[0] / 2), rng.normal(0, 2), np.exp(rng.normal(0, 0.04))
        )
        moved = np.asarray(turn, np.float64)
        moved[:, 2] += np.array([shape[1] - margin[1], shape[0] - margin[0]]) / 2
        seen = cv2.warpAffine(whole, moved, shape[::-1], flags=cv2.INTER_LINEAR)
        return np.asarray(seen, np.float32)

    return SurfaceLine(name, draw, shape, recipe)


def greyed(line: SurfaceLine) -> SurfaceLine:
    """Return a line as a camera without colours sees it."""

    def draw(rng: np.random.Generator, shape: Shape) -> Pixels:
        return np.repeat(line.draw(rng, shape).mean(axis=2, keepdims=True), 3, axis=2)

    return replace(line, draw=draw)


def photographed_line(
    name: str, pictures: Sequence[Picture], scale: float, seed: int, shape: Shape
) -> SurfaceLine:
    """Return a line of real surfaces, windows of clean pictures at a scale."""

    def draw(rng: np.random.Generator, shape: Shape) -> Pixels:
        picture = pictures[int(rng.integers(len(pictures)))].pixels
        reach = (shape[0] / scale, shape[1] / scale)
        top = rng.uniform(0, max(0.0, picture.shape[0] - reach[0]))
        left = rng.uniform(0, max(0.0, picture.shape[1] - reach[1]))
        moved = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], np.float32)
        reduced = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        cut = cv2.warpAffine(
            picture, moved, shape[::-1], flags=reduced, borderMode=cv2.BORDER_REFLECT
        )
        return np.asarray(cut / np.float32(255), np.float32)

    return SurfaceLine(name, draw, shape, seed)


def _light(rng: np.random.Generator, shape: Shape) -> NDArray[np.float32]:
    """Exposure and a slow change of brightness over the piece."""
    slope = 0.06 * smooth_noise(rng, shape, 0.7 * max(shape))
    return np.asarray(np.exp(rng.normal(0, 0.06) + slope), np.float32)


def _camera(surface: Pixels, light: NDArray[np.float32]) -> NDArray[np.float32]:
    lit = np.clip(surface * light[..., None], 0, 1)
    return np.asarray(cv2.GaussianBlur(lit, (0, 0), 0.6) * 255, np.float32)


def _noisy(levels: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    grain = rng.standard_normal(levels.shape, dtype=np.float32) * np.float32(rng.uniform(1, 3))
    return np.clip(np.rint(levels + grain), 0, 255).astype(np.uint8)


def _is_small_and_visible(
    mask: Mask, seen: NDArray[np.float32], clean: NDArray[np.float32]
) -> bool:
    area = int(mask.sum())
    if not _LEAST_PX <= area <= _LARGEST_SHARE * mask.size:
        return False
    change = np.sort(np.abs(seen - clean).max(axis=2)[mask])
    return bool(change[area // 2 :].mean() >= _LEAST_CHANGE)
