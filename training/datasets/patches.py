"""The stream of training patches: real labels and composites, each from its own seed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from qc.errors import TelitiError
from training.augment import CameraEffects
from training.datasets.boards import MM_PER_PX as BOARD_MM_PER_PX
from training.datasets.boards import Board, load_board
from training.datasets.surfaces import Surface
from training.datasets.windows import Window
from training.errors import TrainingDataError
from training.labels import TYPES, Sample
from training.synthesis import PAINTED_MM_PER_PX
from training.synthesis.composite.compose import PAINTERS, compose
from training.synthesis.composite.light import shine
from training.synthesis.composite.scene import Pixels, Scene, log_uniform
from training.synthesis.composite.wood import crossed, recolour

log = logging.getLogger("training")

UNTOLD_BY_SAWN_WOOD = ("scratch", "roughness")
"""Types of which pictures of sawn boards teach nothing: saw marks and torn grain look like them,
and no label tells of those. Called clean they would teach that such lines are harmless."""

_DRAWS = 10
_ZOOMS = (1.2, 2.5)


class Source(Protocol):
    """Draws a labelled square patch."""

    def __call__(self, rng: np.random.Generator, side: int) -> Sample:
        """Return a patch of `side` × `side` pixels."""
        ...


@dataclass(frozen=True)
class CompositeSource:
    """Composited defects on surfaces drawn with given weights.

    `frequency` is that of some types, relative to the others, in place of the usual one.
    """

    surfaces: Sequence[Surface]
    weights: Sequence[float]
    frequency: Mapping[str, float] = field(default_factory=dict)
    sawn: frozenset[int] = frozenset()
    """Places of the surfaces that are sawn boards: `UNTOLD_BY_SAWN_WOOD` is unknown there."""
    crossed_share: float = 0.0
    """Of the surfaces, that get another one's grain as well."""

    def surface(self, rng: np.random.Generator, side: int) -> Pixels:
        """Draw a clean patch."""
        return self._draw(rng, side)[1]

    def _draw(self, rng: np.random.Generator, side: int) -> tuple[bool, Pixels]:
        """Draw a clean patch, and say whether saw marks may be in it."""
        sawn, surface = self._draw_one(rng, side)
        if self.crossed_share and rng.random() < self.crossed_share:
            other_sawn, other = self._draw_one(rng, side)
            return sawn or other_sawn, crossed(surface, other, rng)
        return sawn, surface

    def _draw_one(self, rng: np.random.Generator, side: int) -> tuple[bool, Pixels]:
        chances = np.array(self.weights) / sum(self.weights)
        place = int(rng.choice(len(self.surfaces), p=chances))
        return place in self.sawn, self.surfaces[place](rng, side)

    def __call__(self, rng: np.random.Generator, side: int) -> Sample:
        """Composite one patch."""
        sawn, surface = self._draw(rng, side)
        if not sawn:
            return compose(surface, rng, frequency=self.frequency)
        types = tuple(name for name in PAINTERS if name not in UNTOLD_BY_SAWN_WOOD)
        return without_untold(compose(surface, rng, types=types, frequency=self.frequency))


def without_untold(sample: Sample) -> Sample:
    """Return a sample of sawn wood whose labels leave open what they do not tell."""
    known = sample.known.copy()
    known[[TYPES.index(name) for name in UNTOLD_BY_SAWN_WOOD]] = False
    return replace(sample, known=known)


class BoardSource:
    """Real labels: windows of boards, all classes of defects equally often."""

    _GROUPS: Mapping[str, tuple[frozenset[int], float]] = {
        "crack": (frozenset({4}), 0.34),
        "knot": (frozenset({1, 2, 3}), 0.2),
        "missing": (frozenset({8}), 0.12),
        "stain": (frozenset({5, 9}), 0.16),
        "clean": (frozenset(), 0.18),
    }

    def __init__(self, boards: Sequence[Board], mm_per_px: float) -> None:
        self._scale = BOARD_MM_PER_PX / mm_per_px
        self._effects = CameraEffects()
        self._groups: list[tuple[list[Board], str, float]] = []
        for name, (classes, weight) in self._GROUPS.items():
            chosen = [b for b in boards if (b.classes & classes if classes else not b.classes)]
            if chosen:
                self._groups.append((chosen, "knot" if name == "missing" else name, weight))

    def __call__(self, rng: np.random.Generator, side: int) -> Sample:
        """Cut one augmented patch, mostly about a pixel of the group's type."""
        weights = np.array([weight for _, _, weight in self._groups])
        boards, name, _ = self._groups[int(rng.choice(len(weights), p=weights / weights.sum()))]
        whole = load_board(boards[int(rng.integers(len(boards)))])
        centre = None
        if name in TYPES and rng.random() < 0.8:
            rows, columns = np.nonzero(whole.target[TYPES.index(name)])
            if len(rows):
                at = int(rng.integers(len(rows)))
                jitter = rng.normal(0, side / 6 / self._scale, 2)
                centre = (columns[at] + jitter[0], rows[at] + jitter[1])
        scale = self._scale * log_uniform(rng, 0.6, 1.7)
        window = Window.draw(
            rng, (whole.pixels.shape[0], whole.pixels.shape[1]), side, scale, centre
        )
        pixels = np.asarray(window.cut(whole.pixels) / np.float32(255), np.float32)
        if rng.random() < 0.4:
            pixels = recolour(pixels, rng)
        if rng.random() < 0.3:
            pixels = shine(Scene(pixels, np.ones((side, side), bool), 0.0), rng).pixels
        photo = self._effects(np.round(pixels * 255).astype(np.uint8), int(rng.integers(2**31)))
        cut = Sample(
            photo,
            np.stack([window.cut_mask(m) for m in whole.target]),
            np.stack([window.cut_mask(m) for m in whole.known]),
        )
        return without_untold(cut)


class Patches(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Patch `i` depends on `seed` and `i` alone, so that every sample can be made again.

    A file that has become unusable since it was checked is named and counted, and another patch is
    drawn in its place; many in a row end the run.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        weights: Sequence[float],
        side: int,
        length: int,
        seed: int,
        zoom_share: float = 0.0,
    ) -> None:
        self._sources, self._side, self._length, self._seed = sources, side, length, seed
        self._zoom_share = zoom_share
        self._chances = np.array(weights) / sum(weights)
        # Shared with the processes that load patches, so that the run sees what they met.
        self._unusable = torch.zeros(1, dtype=torch.int64)
        self._unusable.share_memory_()

    def __len__(self) -> int:
        return self._length

    @property
    def unusable(self) -> int:
        """Number of draws so far that met a file which cannot be used."""
        return int(self._unusable)

    def sample(self, index: int) -> Sample:
        """Make patch `index`.

        Raises:
            TrainingDataError: ten draws in a row met files that cannot be used.
        """
        rng = np.random.default_rng((self._seed, index))
        for _ in range(_DRAWS):
            source = self._sources[int(rng.choice(len(self._sources), p=self._chances))]
            try:
                if self._zoom_share and rng.random() < self._zoom_share:
                    return zoomed(source, rng, self._side)
                return source(rng, self._side)
            except TelitiError as error:
                log.warning("another patch is drawn: %s", error)
                self._unusable += 1
        raise TrainingDataError(
            f"{_DRAWS} patches in a row cannot be read",
            fix="Check that the data is still there; the run goes on from its checkpoint.",
        )

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        sample = self.sample(index)
        return (
            torch.from_numpy(sample.pixels),
            torch.from_numpy(sample.target),
            torch.from_numpy(sample.known),
        )


def zoomed(source: Source, rng: np.random.Generator, side: int) -> Sample:
    """Draw a smaller patch and enlarge it to `side`.

    Photos without a mat have no known scale: on a close one every defect is large and soft.
    """
    small = round(side / log_uniform(rng, *_ZOOMS))
    return enlarged(source(rng, small), side / small)


@dataclass(frozen=True)
class RescaledSource:
    """Patches of a source that draws at `PAINTED_MM_PER_PX`, at another scale."""

    source: Source
    mm_per_px: float

    def __call__(self, rng: np.random.Generator, side: int) -> Sample:
        """Draw a patch of as many millimetres and resample it."""
        drawn = round(side * self.mm_per_px / PAINTED_MM_PER_PX)
        return resampled(self.source(rng, drawn), side)


def at_scale(source: Source, mm_per_px: float) -> Source:
    """Return a source that draws at `PAINTED_MM_PER_PX`, or one that draws the same at a scale."""
    return source if mm_per_px == PAINTED_MM_PER_PX else RescaledSource(source, mm_per_px)


def resampled(sample: Sample, side: int) -> Sample:
    """Return a square sample of another side, as a photo from nearer or farther shows it."""
    before = sample.pixels.shape[0]
    if side >= before:
        return enlarged(sample, side / before)

    def reduce(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        # As in `qc.evaluation`: a thin crack must not fall between the samples.
        small = cv2.resize(mask.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
        return np.asarray(small) >= 0.25

    return Sample(
        np.asarray(cv2.resize(sample.pixels, (side, side), interpolation=cv2.INTER_AREA), np.uint8),
        np.stack([reduce(mask) for mask in sample.target]),
        ~np.stack([reduce(~mask) for mask in sample.known]),
        None if sample.item is None else reduce(sample.item),
    )


def enlarged(sample: Sample, factor: float) -> Sample:
    """Return a sample `factor` times larger, as a closer photo shows it."""

    def resize(array: NDArray[np.uint8], how: int) -> NDArray[np.uint8]:
        return np.asarray(cv2.resize(array, None, fx=factor, fy=factor, interpolation=how))

    def resize_masks(masks: NDArray[np.bool_]) -> NDArray[np.bool_]:
        larger = [resize(mask.astype(np.uint8), cv2.INTER_NEAREST) for mask in masks]
        return np.stack(larger).astype(bool)

    item = None if sample.item is None else resize_masks(sample.item[None])[0]
    return Sample(
        resize(sample.pixels, cv2.INTER_CUBIC),
        resize_masks(sample.target),
        resize_masks(sample.known),
        item,
    )
