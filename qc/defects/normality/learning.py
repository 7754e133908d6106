"""Learn what good items look like from photos of them.

The photos are read twice and never kept: first every patch counts for the whitening and a random
share of them for the coreset, then each photo is judged by the memory without its own patches.
Memory use is bounded whatever the number of photos.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qc.defects.normality.encoder import STRIDE_PX, Encoder
from qc.defects.normality.memory import Memory, PatchStatistics, build_memory, nearest
from qc.defects.normality.model import picture_score
from qc.defects.normality.picture import Picture
from qc.defects.normality.suspicion import FITTED_PHOTOS, Suspicion
from qc.errors import NormalityError

MIN_PHOTOS: Final = 5
MEMORY_VECTORS: Final = 3000

_CANDIDATES = 24_000
_LEAST_PER_PHOTO = 8
_SAME_LEVELS = 0.7
"""Largest RMS difference of blocks of 16 px between copies of one photo. Encoding changes them by
less; another item, or the light of another moment, by more."""

_OUTLIER = 6.0
"""Robust standard deviations above the median score, on a logarithmic scale."""

_OUTLIER_LEAST = 1.25
"""Times the median score, where the scores scatter little."""

_GAINS = (0.85, 1.15)

Seen = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Distances `(N,)` and suspicion `(N,)` of a picture's patches."""

Read = Callable[[int], list[Picture]]
Track = Callable[[Sequence[int], str], Iterable[int]]
"""Passes photo numbers on and shows the progress, under a word for what is done."""


def no_progress(photos: Sequence[int], _: str) -> Iterable[int]:
    """Show nothing."""
    return photos


@dataclass(frozen=True, slots=True)
class Augmentation:
    """What may change without an item being less good.

    `turns`: 1, or 2 or 4 orientations in which an item may lie; `light`: exposures about the
    photo's own.
    """

    turns: int = 1
    light: bool = False

    def variants(self, picture: Picture) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
        """Return pixels and mask of every variant, the picture itself first."""
        for quarter in range(0, 4, 4 // self.turns):
            pixels, inside = np.rot90(picture.pixels, quarter), np.rot90(picture.inside, quarter)
            yield np.ascontiguousarray(pixels), inside
            for gain in _GAINS if self.light else ():
                changed = np.clip(np.rint(pixels * np.float32(gain)), 0, 255).astype(np.uint8)
                yield np.ascontiguousarray(changed), inside


@dataclass(frozen=True, slots=True)
class Learnt:
    """A memory, what suspicion adds, and the score `(n,)` of every photo without its patches."""

    memory: Memory
    suspicion: Suspicion
    scores: NDArray[np.float64]

    def outliers(self) -> list[int]:
        """Return the photos that are unlike the others, the worst first.

        A score that lies 6 robust standard deviations (of its logarithm) above the median is
        not one of a rare good item but of something else.
        """
        logs = np.log(np.maximum(self.scores, 1e-6))
        centre = float(np.median(logs))
        deviation = 1.4826 * float(np.median(np.abs(logs - centre)))
        limit = centre + max(_OUTLIER * deviation, float(np.log(_OUTLIER_LEAST)))
        return [int(i) for i in np.argsort(-self.scores) if logs[i] > limit]


def learn(
    count: int,
    read: Read,
    encoder: Encoder,
    augmentation: Augmentation = Augmentation(),
    *,
    vectors: int = MEMORY_VECTORS,
    seed: int = 0,
    track: Track = no_progress,
) -> Learnt:
    """Learn from photos of good items.

    Args:
        count: number of photos.
        read: gives the pictures of photo `0 … count - 1`; called twice for each.
        encoder: describes patches.
        augmentation: what may vary on good items beyond what the photos show.
        vectors: largest size of the memory.
        seed: of the choice of patches.
        track: shows the progress.

    Raises:
        NormalityError: too few photos, or all the same.
    """
    if count < MIN_PHOTOS:
        raise NormalityError(
            f"{count} good photos are too few",
            fix=f"Give {MIN_PHOTOS} at least; 29 promise at most 10 % of false rejects.",
        )
    rng = np.random.default_rng(seed)
    statistics = PatchStatistics(encoder.release.channels)
    quota = max(_LEAST_PER_PHOTO, _CANDIDATES // count)
    kept: list[NDArray[np.float32]] = []
    first: list[NDArray[np.float64]] = []
    all_same = True
    for photo in track(range(count), "Learning …"):
        pictures = read(photo)
        blocks = [_blocks(picture.pixels) for picture in pictures]
        first = first or blocks
        all_same = all_same and _same(first, blocks)
        features = np.concatenate(
            [part for picture in pictures for part, _ in _variants(picture, encoder, augmentation)]
        )
        statistics.add(features)
        kept.append(features[rng.permutation(len(features))[:quota]])
    if all_same:
        raise NormalityError(
            "all photos show the same", fix="Photograph different good items, each once."
        )
    photo_of = np.repeat(np.arange(count, dtype=np.int32), [len(part) for part in kept])
    memory = build_memory(np.concatenate(kept), photo_of, statistics.whitening(), vectors, rng)
    scores: list[float] = []
    waiting: list[list[Seen]] = []
    suspicion: Suspicion | None = None
    for photo in track(range(count), "Checking …"):
        pictures = read(photo)
        described = [_variants(picture, encoder, augmentation) for picture in pictures]
        own, logits = zip(*(variants[0] for variants in described), strict=True)
        everything = np.concatenate([part for variants in described for part, _ in variants])
        unseen = unseen_distances(photo, own, everything, memory, statistics)
        waiting.append(list(zip(unseen, logits, strict=True)))
        if suspicion is None and len(waiting) == min(count, FITTED_PHOTOS):
            suspicion = fit_suspicion(waiting)
        if suspicion:
            scores += [score_seen(seen, suspicion) for seen in waiting]
            waiting.clear()
    return Learnt(memory, suspicion or Suspicion(), np.array(scores))


def fit_suspicion(photos: Sequence[Sequence[Seen]]) -> Suspicion:
    """Choose what suspicion adds, from good photos of one picture each or more."""
    distances = [max(picture_score(distance) for distance, _ in seen) for seen in photos]
    logits = [max(picture_score(logit) for _, logit in seen) for seen in photos]
    return Suspicion.fit(np.array(distances), np.array(logits))


def score_seen(pictures: Sequence[Seen], suspicion: Suspicion) -> float:
    """Score a photo by its most anomalous picture."""
    return max(picture_score(suspicion.raised(*seen)) for seen in pictures)


def unseen_distances(
    photo: int,
    pictures: Sequence[NDArray[np.float32]],
    everything: NDArray[np.float32],
    memory: Memory,
    statistics: PatchStatistics,
) -> list[NDArray[np.float32]]:
    """Return distances `(N,)` of a learning photo's pictures as if it had never been seen.

    Its patches leave the memory and the whitening: with a share in the whitening, an unusual
    photo would make its own unusual direction look common, and the promise would be broken.

    Args:
        photo: its number.
        pictures: `(N, C)` features of each of its pictures.
        everything: `(M, C)` all features by which it counts in `statistics`.
        memory: of all photos.
        statistics: of all photos.
    """
    own = PatchStatistics(memory.mean.size)
    own.add(everything)
    others = memory.without(photo, statistics.without(own).whitening())
    return [
        others.weigh(*nearest(others.whiten(features), others.vectors)) for features in pictures
    ]


def _variants(
    picture: Picture, encoder: Encoder, augmentation: Augmentation
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return features `(N, C)` and suspicion `(N,)` of every variant, the picture itself first."""
    return [
        (features[inside], logits[inside])
        for pixels, inside in augmentation.variants(picture)
        for features, logits in [encoder.suspect(pixels)]
    ]


def _blocks(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Average blocks of 16 × 16 px."""
    rows, columns = pixels.shape[0] // STRIDE_PX, pixels.shape[1] // STRIDE_PX
    blocks = pixels.reshape(rows, STRIDE_PX, columns, STRIDE_PX, 3)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float64)


def _same(first: list[NDArray[np.float64]], other: list[NDArray[np.float64]]) -> bool:
    """Tell whether the pictures of two photos are copies."""
    return [a.shape for a in first] == [b.shape for b in other] and all(
        np.sqrt(np.mean((a - b) ** 2)) < _SAME_LEVELS for a, b in zip(first, other, strict=True)
    )
