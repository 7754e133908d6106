"""Labelled pictures as a release sees them: boards, composites and rendered items.

All are shown to the network at its own scale, and judged at the labels'.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from qc.defects.detector import DefectMap, Detector
from qc.defects.regions import HIGH, LOW, Region, find_regions
from qc.defects.surface import hide_surroundings, surface_regions
from training.augment import CameraEffects
from training.datasets.boards import MM_PER_PX as BOARD_MM_PER_PX
from training.datasets.boards import Board, load_board
from training.datasets.patches import CompositeSource, Patches, Source
from training.datasets.renders import load_render, read_renders
from training.datasets.surfaces import Surface, picture_surface, read_pictures
from training.errors import TrainingDataError
from training.labels import Sample
from training.synthesis import PAINTED_MM_PER_PX
from training.synthesis.composite.compose import compose

log = logging.getLogger("training")
_COMPOSITE_SEED = 9_000_000
_SOUND_SEED = 9_500_000


@dataclass(frozen=True)
class Judged:
    """A labelled picture, its maps and its score."""

    name: str
    sample: Sample
    maps: DefectMap
    classes: frozenset[int] = frozenset()
    item: NDArray[np.bool_] | None = None
    """`(H, W)` what an inspection looks at; None where that is the whole picture."""

    @property
    def probability(self) -> NDArray[np.float32]:
        """`(types, H, W)`."""
        return self.maps.probability

    @property
    def score(self) -> float:
        """As `qc detect` pools it."""
        return self.maps.score

    def regions(self, low: float = LOW, high: float = HIGH) -> list[Region]:
        """Instances as `qc detect` finds them, or as an inspection does on an item."""
        if self.item is None:
            return find_regions(self.maps, low=low, high=high)
        return surface_regions(self.maps, self.item, PAINTED_MM_PER_PX, low=low, high=high)


def map_at_own_scale(detector: Detector, pixels: NDArray[np.uint8], mm_per_px: float) -> DefectMap:
    """Run the detector at its own scale and return the maps at the photo's.

    Whatever the release's scale, its maps meet the same labels at the labels' own scale.

    Args:
        detector: at `detector.mm_per_px`.
        pixels: `(H, W, 3)`.
        mm_per_px: of the photo.
    """
    ratio = mm_per_px / detector.mm_per_px
    if ratio == 1:
        return detector.map(pixels)
    there, back = cv2.INTER_LINEAR, cv2.INTER_AREA
    if ratio < 1:
        there, back = back, there
    shown = cv2.resize(pixels, None, fx=ratio, fy=ratio, interpolation=there)
    maps = detector.map(np.asarray(shown, np.uint8)).probability
    size = (pixels.shape[1], pixels.shape[0])
    own = np.stack([cv2.resize(m, size, interpolation=back) for m in maps])
    return DefectMap(detector.types, own.astype(np.float32))


def judge_boards(detector: Detector, boards: list[Board]) -> Iterator[Judged]:
    """Run the detector on boards at its own scale; broken ones are named and left out."""
    for board in track(boards, "validation boards", console=Console(stderr=True)):
        try:
            sample = load_board(board)
        except TrainingDataError as error:
            log.warning("left out: %s", error)
            continue
        maps = map_at_own_scale(detector, sample.pixels, BOARD_MM_PER_PX)
        yield Judged(board.image.name, sample, maps, board.classes)


def unseen_wood(data: Path) -> Surface:
    """Draw windows of the clean textures that nothing was trained on, at scales about their own.

    Boards whose mask is empty show small cracks and knots all the same; these show none.
    """
    return picture_surface(read_pictures(data / "wood_textures_eval", 0.6, 1.6))


def judge_composites(detector: Detector, surface: Surface, count: int) -> Iterator[Judged]:
    """Run the detector on defects composited on a clean surface, from seeds never trained on.

    The same composites for every release; one of another scale sees them resampled.
    """
    source = CompositeSource([surface], [1.0])
    return _judge_patches(detector, source, count, _COMPOSITE_SEED, "composite")


def judge_sound(detector: Detector, surface: Surface, count: int) -> Iterator[Judged]:
    """Run the detector on clean surfaces without any defect, lit and shot as composites are.

    From seeds never trained on, the same for every release.
    """

    def sound(rng: np.random.Generator, side: int) -> Sample:
        return compose(surface(rng, side), rng, types=())

    return _judge_patches(detector, sound, count, _SOUND_SEED, "sound")


def _judge_patches(
    detector: Detector, source: Source, count: int, seed: int, name: str
) -> Iterator[Judged]:
    patches = Patches([source], [1.0], 320, count, seed)
    for index in track(range(count), f"{name} patches", console=Console(stderr=True)):
        sample = patches.sample(index)
        maps = map_at_own_scale(detector, sample.pixels, PAINTED_MM_PER_PX)
        yield Judged(f"{name} {index}", sample, maps)


def judge_renders(detector: Detector, root: Path) -> Iterator[Judged]:
    """Run the detector on rendered items, as an inspection sees them.

    Their cracks, holes, chips and dents are cut into the mesh, so that light behaves. A camera's
    noise and blur are added, the same for every release.
    """
    effects = CameraEffects()
    names = read_renders(root)
    for number, name in enumerate(track(names, "renders", console=Console(stderr=True))):
        drawn, item = load_render(root, name)
        photo = hide_surroundings(effects(drawn.pixels, number), item)
        maps = map_at_own_scale(detector, photo, PAINTED_MM_PER_PX)
        # The wood that we render has no knots, though training does not count on it.
        sample = Sample(photo, drawn.target, np.ones_like(drawn.known), item)
        yield Judged(name, sample, DefectMap(maps.types, maps.probability * item), item=item)
