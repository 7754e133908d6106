"""Patches of reviewed photos, and old data beside them against forgetting."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qc.datasets.looking import look_at
from qc.datasets.model import DatasetPhoto
from training.augment import CameraEffects
from training.datasets.patches import Source
from training.datasets.windows import Window
from training.labels import TYPES, Sample
from training.synthesis.composite.scene import log_uniform

_KEPT = 24
"""Photos kept in memory, at the network's scale."""

_ABOUT_LABEL = 0.7
_ABOUT_FALSE_ALARM = 0.15
_UNSURE = 255
"""In a map of types: somebody drew a box, which does not say which of its pixels are meant."""


class ReviewedSource:
    """Windows of reviewed photos, most of them about a label, all types equally often."""

    def __init__(
        self,
        photos: Sequence[DatasetPhoto],
        types: tuple[str, ...],
        mm_per_px: float,
        about: Sequence[str] | None = None,
    ) -> None:
        """Prepare windows.

        Args:
            photos: reviewed.
            types: of the labels, in their order.
            mm_per_px: at which the photos are shown.
            about: types whose labels windows are about; all where None.
        """
        self._photos, self._types = list(photos), types
        self._effects = CameraEffects()
        labels: dict[str, list[tuple[int, int]]] = {}
        for number, photo in enumerate(photos):
            for position, region in enumerate(photo.regions, start=1):
                if region.type in (types if about is None else about):
                    labels.setdefault(region.type, []).append((number, position))
        self._labels = list(labels.values())
        self._false_alarms = [
            (number, alarm.rings)
            for number, photo in enumerate(photos)
            for alarm in photo.false_alarms
        ]

        @lru_cache(maxsize=_KEPT)
        def read(number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int32]]:
            look = look_at(self._photos[number], mm_per_px)
            # Of each region, in the photo's order: the number of its type, from 1.
            codes = np.zeros(len(self._photos[number].regions) + 1, np.uint8)
            for position, region in enumerate(self._photos[number].regions, start=1):
                known = region.type in types and not region.box
                codes[position] = types.index(region.type) + 1 if known else _UNSURE
            return look.pixels, codes[look.truths], look.truths

        self._read = read
        self._mm_per_px = mm_per_px

    def __call__(self, rng: np.random.Generator, side: int) -> Sample:
        """Cut one augmented patch."""
        number, centre = self._choose(rng, side)
        pixels, codes, _ = self._read(number)
        shape = (pixels.shape[0], pixels.shape[1])
        window = Window.draw(rng, shape, side, log_uniform(rng, 0.7, 1.4), centre)
        photo = self._effects(window.cut(pixels), int(rng.integers(2**31)))
        target = np.stack([window.cut_mask(codes == n + 1) for n in range(len(self._types))])
        sure = ~window.cut_mask(codes == _UNSURE)
        return Sample(photo, target, np.broadcast_to(sure, target.shape).copy())

    def _choose(
        self, rng: np.random.Generator, side: int
    ) -> tuple[int, tuple[float, float] | None]:
        """Choose a photo, and a place in it at the network's scale."""
        chance = rng.random()
        if self._labels and chance < _ABOUT_LABEL:
            own = self._labels[int(rng.integers(len(self._labels)))]
            number, position = own[int(rng.integers(len(own)))]
            rows, columns = np.nonzero(self._read(number)[2] == position)
            if len(rows):
                at = int(rng.integers(len(rows)))
                jitter = rng.normal(0, side / 6, 2)
                return number, (columns[at] + jitter[0], rows[at] + jitter[1])
        elif self._false_alarms and chance < _ABOUT_LABEL + _ABOUT_FALSE_ALARM:
            number, rings = self._false_alarms[int(rng.integers(len(self._false_alarms)))]
            look = look_at(self._photos[number], self._mm_per_px)
            x, y = (np.concatenate(rings).mean(axis=0) - look.origin + 0.5) * look.scale - 0.5
            return number, (float(x), float(y))
        return int(rng.integers(len(self._photos))), None


class Replayed:
    """Old data, for a network that may know more types.

    Nothing old shows a new type, so its absence is as sure as anything that was labelled there.
    """

    def __init__(self, source: Source, types: tuple[str, ...]) -> None:
        self._source, self._types = source, types

    def __call__(self, rng: np.random.Generator, side: int) -> Sample:
        """Draw a patch and put its types in order."""
        old = self._source(rng, side)
        target = np.zeros((len(self._types), *old.target.shape[1:]), bool)
        known = np.broadcast_to(old.known.any(axis=0), target.shape).copy()
        for channel, name in enumerate(self._types):
            if name in TYPES:
                target[channel] = old.target[TYPES.index(name)]
                known[channel] = old.known[TYPES.index(name)]
        return Sample(old.pixels, target, known)
