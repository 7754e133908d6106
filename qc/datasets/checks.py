"""What is wrong with a data set before anybody learns from it or measures on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from qc.datasets.looking import Look, covered, inside, look_at
from qc.datasets.model import Dataset, DatasetPhoto
from qc.defects.detector import Detector
from qc.defects.regions import Region

_SIDE = 64
_LOWEST = 16
"""Of the cosine transform's frequencies in x and y; their signs are the fingerprint's bits."""

_NEAR_BITS: Final = 40
"""Bits of 256 in which near-duplicates may differ: half of them differ between two others."""

_ALIKE: Final = 0.95
"""Least correlation of near-duplicates' grey thumbnails."""

SURE: Final = 0.9
UNLIKELY: Final = 0.1

Progress = Callable[[Iterable[DatasetPhoto]], Iterable[DatasetPhoto]]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class NearDuplicate(_Record):
    """Two photos that show nearly the same."""

    first: str
    second: str
    correlation: float = Field(description="Of the grey thumbnails.")
    leaks: bool = Field(description="They stand in different parts.")


class Leak(_Record):
    """A physical item or lot that stands in several parts."""

    kind: Literal["item", "lot"]
    name: str
    splits: tuple[str, ...]


class Balance(_Record):
    """How much there is of one type in one part; type None counts good photos."""

    split: str
    type: str | None
    photos: int
    regions: int
    items: int


class Disagreement(_Record):
    """A label of which a detector is sure that it is wrong; a person looks and decides."""

    photo: str
    kind: Literal["unlabelled", "not seen", "other type"]
    label: str | None = Field(description="Type of the label; None where there is none.")
    found: str | None = Field(description="Type that the detector found; None if nothing.")
    probability: float = Field(description="That the label is wrong, by the detector.")
    box: tuple[float, float, float, float] = Field(
        description="Left, top, right and bottom in pixels of the photo."
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Print:
    bits: NDArray[np.float32]
    thumbnail: NDArray[np.float32]


def near_duplicates(dataset: Dataset, progress: Progress = iter) -> list[NearDuplicate]:
    """Find pairs of photos that show nearly the same, most alike first.

    A perceptual hash (signs of the lowest frequencies of the item's cosine transform, after
    C. Zauner, 2010) proposes, the correlation of thumbnails decides. Resized, recompressed and
    brightened copies are found; turned and mirrored ones are not.
    """
    photos = dataset.photos
    prints = [_print(photo) for photo in progress(photos)]
    bits = np.stack([p.bits for p in prints])
    found = []
    for number in range(len(photos)):
        # Of ±1 the inner product is the number of equal bits less that of the others.
        agree = bits[number + 1 :] @ bits[number]
        for other in np.flatnonzero(agree >= bits.shape[1] - 2 * _NEAR_BITS) + number + 1:
            alike = float(np.mean(prints[number].thumbnail * prints[other].thumbnail))
            if alike >= _ALIKE:
                first, second = photos[number], photos[int(other)]
                found.append(
                    NearDuplicate(
                        first=first.name,
                        second=second.name,
                        correlation=round(alike, 4),
                        leaks=first.split != second.split,
                    )
                )
    return sorted(found, key=lambda pair: -pair.correlation)


def _print(photo: DatasetPhoto) -> _Print:
    look = look_at(photo, photo.mm_per_px or 1.0)
    grey = cv2.cvtColor(look.pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    centred = small - small.mean()
    low = cv2.dct(centred)[:_LOWEST, :_LOWEST].ravel()
    bits = np.where(low > np.median(low), np.float32(1), np.float32(-1))
    return _Print(bits, np.asarray(centred / max(float(centred.std()), 1e-6), np.float32))


def leaks(dataset: Dataset) -> list[Leak]:
    """Find items and lots whose photos stand in several parts."""
    found = []
    kinds: tuple[Literal["item", "lot"], ...] = ("item", "lot")
    for kind in kinds:
        splits: dict[str, set[str]] = defaultdict(set)
        for photo in dataset.photos:
            name = getattr(photo, kind)
            if name is not None and photo.split is not None:
                splits[name].add(photo.split)
        found += [
            Leak(kind=kind, name=name, splits=tuple(sorted(parts)))
            for name, parts in sorted(splits.items())
            if len(parts) > 1
        ]
    return found


def balance(dataset: Dataset) -> list[Balance]:
    """Count photos, regions and items of every type in every part, good photos included."""
    photos: Counter[tuple[str, str | None]] = Counter()
    regions: Counter[tuple[str, str | None]] = Counter()
    items: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for photo in dataset.photos:
        split = photo.split or "none"
        regions.update((split, region.type) for region in photo.regions)
        kinds: set[str | None] = {region.type for region in photo.regions}
        for kind in kinds or {None}:
            photos[split, kind] += 1
            items[split, kind].add(photo.item or photo.name)
    splits = sorted({photo.split or "none" for photo in dataset.photos})
    return [
        Balance(
            split=split,
            type=kind,
            photos=photos[split, kind],
            regions=regions[split, kind],
            items=len(items[split, kind]),
        )
        for split in splits
        for kind in (*dataset.types, None)
    ]


def label_errors(
    dataset: Dataset, detector: Detector, progress: Progress = iter
) -> list[Disagreement]:
    """List labels that a detector surely contradicts, the surest first.

    Only types that both know are compared. The detector is no judge: what it has not learnt to
    see it calls unseen, so every line is a question to a person.
    """
    known = set(dataset.types) & set(detector.types)
    found: list[Disagreement] = []
    for photo in progress(dataset.photos):
        look = look_at(photo, detector.mm_per_px)
        maps = look.map(detector)
        regions = [r for r in look.regions(maps, detector.mm_per_px) if r.type in known]
        found += _unlabelled(photo, look, regions)
        defective = maps.any_type
        for number, label in enumerate(photo.regions, start=1):
            own = look.truths == number
            if label.type not in known or not own.any():
                continue
            box = _box(label.rings, lambda points: points)
            surest = float(defective[own].max())
            if surest < UNLIKELY:
                found.append(
                    Disagreement(
                        photo=photo.name,
                        kind="not seen",
                        label=label.type,
                        found=None,
                        probability=round(1 - surest, 4),
                        box=box,
                    )
                )
                continue
            other = _other_type(look, regions, number, label.type, len(photo.regions))
            if other is not None:
                found.append(
                    Disagreement(
                        photo=photo.name,
                        kind="other type",
                        label=label.type,
                        found=other.type,
                        probability=round(other.probability, 4),
                        box=box,
                    )
                )
    return sorted(found, key=lambda one: -one.probability)


def _unlabelled(
    photo: DatasetPhoto, look: Look, regions: Sequence[Region]
) -> Iterable[Disagreement]:
    reported = look.truths > 0
    for region in regions:
        if region.probability >= SURE and not (inside(region, reported.shape) & reported).any():
            yield Disagreement(
                photo=photo.name,
                kind="unlabelled",
                label=None,
                found=region.type,
                probability=round(region.probability, 4),
                box=_box([region.polygon], look.to_photo),
            )


def _other_type(
    look: Look, regions: Sequence[Region], number: int, name: str, labels: int
) -> Region | None:
    """The surest instance on a label, where it is sure, of another type, and none agrees."""
    on = [
        region
        for region in regions
        if covered(inside(region, look.truths.shape), look.truths, labels)[number - 1] >= 0.5
    ]
    if not on or any(region.type == name for region in on):
        return None
    surest = max(on, key=lambda region: region.probability)
    return surest if surest.probability >= SURE else None


def _box(
    rings: Sequence[NDArray[np.float64]],
    place: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> tuple[float, float, float, float]:
    points = place(np.concatenate(rings)).round(1)
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return left, top, right, bottom
