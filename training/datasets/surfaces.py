"""Clean wood to composite defects on."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.datasets.boards import Board, calibrates, load_board
from training.datasets.windows import Window, bend
from training.errors import TrainingDataError
from training.synthesis.composite.material import material
from training.synthesis.composite.scene import Pixels, log_uniform
from training.synthesis.composite.wood import procedural_wood, speckled

HIRES_MM_PER_PX = 0.0598
_HIRES_KEPT_MM_PER_PX = 0.12

# Tiles that were looked at and left out: knotty, wormy, stained, lattice or with open gaps.
_UNCLEAN = frozenset(
    {f"Wood_tile{n:03d}" for n in (13, 17, 18, 19, 20, 29, 31, 33, 34, 35, 36, 73, 74, 75)}
    | {f"WoodFloor_tile{n:03d}" for n in (42, 43, 44, 60)}
)

Surface = Callable[[np.random.Generator, int], Pixels]
"""Draws a clean square patch of the given side."""


@dataclass(frozen=True)
class Picture:
    """A clean picture kept in memory, with its scale relative to the network's."""

    pixels: NDArray[np.uint8]
    low: float
    high: float


def read_pictures(folder: Path, low: float, high: float) -> list[Picture]:
    """Read the JPEG pictures of a folder, to be drawn at scales from `low` to `high`.

    Raises:
        TrainingDataError: a file is unreadable.
    """
    return [Picture(_read(path), low, high) for path in sorted(folder.glob("*.jpg"))]


def read_textures(root: Path) -> list[Picture]:
    """Read the clean CC0 textures: large ones, and small tiles that are enlarged.

    Raises:
        TrainingDataError: a file is unreadable.
    """
    large = read_pictures(root / "clean", 0.4, 1.5)
    small = [
        Picture(_read(p), 1.2, 3.5)
        for p in sorted((root / "previews_128px").glob("*.jpg"))
        if "Planks" not in p.stem and p.stem.removeprefix("ambientcg_") not in _UNCLEAN
    ]
    return large + small


def read_hires(root: Path, split: str) -> list[Picture]:
    """Read parts of the high-resolution boards that no defect box touches.

    Raises:
        TrainingDataError: the index or a file is unreadable.
    """
    try:
        rows = list(csv.DictReader((root / "index.csv").read_text().splitlines()))
    except OSError as error:
        raise TrainingDataError(f"no index.csv in {root}", fix="Check the path.") from error
    pictures = []
    for row in rows:
        if row["split"] != split or calibrates(int(row["block"])):
            continue
        pixels = _read(root / "images" / row["image"])
        boxes = _boxes((root / "labels" / row["image"]).with_suffix(".txt"), pixels.shape[1])
        bright = np.flatnonzero(pixels.max(axis=2).mean(axis=0) > 60)
        edges = [int(bright[0]) + 20, *(e for box in boxes for e in box), int(bright[-1]) - 20]
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            if right - left >= 450:
                ratio = HIRES_MM_PER_PX / _HIRES_KEPT_MM_PER_PX
                part = cv2.resize(
                    pixels[:, left:right], None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA
                )
                pictures.append(Picture(np.asarray(part, np.uint8), 0.4, 1.1))
    return pictures


def picture_surface(pictures: Sequence[Picture]) -> Surface:
    """Draw windows of pictures, turned, scaled and sometimes bent."""

    def draw(rng: np.random.Generator, side: int) -> Pixels:
        picture = pictures[int(rng.integers(len(pictures)))]
        return _cut(picture.pixels, log_uniform(rng, picture.low, picture.high), rng, side)

    return draw


def board_surface(boards: Sequence[Board]) -> Surface:
    """Draw windows of boards whose mask is empty."""

    def draw(rng: np.random.Generator, side: int) -> Pixels:
        board = boards[int(rng.integers(len(boards)))]
        return _cut(load_board(board).pixels, log_uniform(rng, 0.8, 2.2), rng, side)

    return draw


def procedural_surface(rng: np.random.Generator, side: int) -> Pixels:
    """Draw wood that never grew, a surface without grain, or (3 in 10) another material."""
    kind = rng.random()
    if kind < 0.3:
        return bend(material(rng, (side, side)), rng)
    if kind < 0.4:
        return speckled(rng, (side, side))
    return wood_surface(rng, side)


def wood_surface(rng: np.random.Generator, side: int) -> Pixels:
    """Draw wood that never grew."""
    return bend(procedural_wood(rng, (side, side), rng.uniform(0, np.pi)), rng)


def _cut(pixels: NDArray[np.uint8], scale: float, rng: np.random.Generator, side: int) -> Pixels:
    window = Window.draw(rng, pixels.shape[:2], side, scale)
    patch = np.asarray(window.cut(pixels) / np.float32(255), np.float32)
    return bend(patch, rng) if rng.random() < 0.4 else patch


def _read(path: Path) -> NDArray[np.uint8]:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise TrainingDataError(f"{path.name} is unreadable", fix="Fetch it again.")
    return np.asarray(pixels, np.uint8)


def _boxes(path: Path, width: int) -> list[tuple[int, int]]:
    """Column ranges of YOLO boxes, merged and sorted."""
    spans = []
    for line in path.read_text().splitlines() if path.exists() else []:
        _, centre, _, wide, _ = (float(value) for value in line.split()[:5])
        spans.append((int((centre - wide / 2) * width) - 10, int((centre + wide / 2) * width) + 10))
    merged: list[tuple[int, int]] = []
    for left, right in sorted(spans):
        if merged and left <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]))
        else:
            merged.append((left, right))
    return merged
