"""Normality: judges a photo by a memory of good items."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

from qc.defects.detector import DefectMap
from qc.defects.normality.bank import DefectBank
from qc.defects.normality.encoder import Comparison, Encoder
from qc.defects.normality.memory import Memory
from qc.defects.normality.picture import (
    Picture,
    outlined_parts,
    surface_pictures,
    whole_picture,
)
from qc.defects.normality.suspicion import Suspicion
from qc.defects.regions import Region, find_regions
from qc.errors import NormalityError
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.station import Station
from qc.photo import Photo

ANOMALY: Final = "anomaly"
"""Type of a region that is unlike the good items and like no known defect."""

_SCORED_SHARE = 0.01
_SCORED_LEAST = 4
"""A picture's score is the mean of its most anomalous patches: a defect is more than one patch,
and the largest single distance is mostly noise."""

_PEAK_SHARE = 0.7
"""Regions that stay below this share of the largest distance are what good items show as well."""

_FORGIVEN = 0.5
"""Patches that lie within this share of the threshold from one that a person confirmed as good are
suspected of nothing."""

_KNOWN_LEAST = 2
"""Patches that must look like a known defect."""


class GoodPhoto(BaseModel):
    """A photo that was learnt from, and its score without itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str
    score: float


class Confirmation(BaseModel):
    """A region that a person confirmed: a missed defect of a type, or good (None)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str | None
    photo_sha256: str
    polygon_px: tuple[tuple[float, float], ...]


class NormalityCard(BaseModel):
    """What is known of a memory besides its vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    view: str | None = Field(description="Of the spec; None without one.")
    spec: str | None
    encoder: str
    encoder_sha256: str
    size_px: PositiveInt
    mm_per_px: PositiveFloat | None = Field(description="None where photos have no mat.")
    height_mm: float = Field(description="Height of the surface above the mat.")
    turns: PositiveInt
    light: bool
    photos: tuple[GoodPhoto, ...]
    threshold: PositiveFloat
    confidence: float
    false_reject_bound: float
    suspicion_weight: float = Field(0, ge=0, description="Of a logit; 0 before there was one.")
    usual_suspicion: float = Field(0, description="Logit of a good photo.")
    confirmed: tuple[Confirmation, ...] = ()


@dataclass(frozen=True, slots=True)
class AnomalyMap:
    """How unlike the good items a picture is.

    `distance` `(H/8, W/8)` of each patch, raised by its suspicion, 0 beyond the item; `score` of
    the picture;
    `known` `(H/8, W/8)` number of the known defect that a patch looks like, else -1.
    """

    distance: NDArray[np.float32]
    known: NDArray[np.int64]
    score: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """A photo against the memory.

    `score` of the most anomalous piece; `alarm` where it exceeds the threshold or a known defect
    is seen; `regions` only then, their polygons in the photo's pixels, their sizes in mm where
    the memory has a scale, else in pixels of the picture that was compared. A region's
    `probability` is the share of the good photos that it exceeds.
    """

    score: float
    alarm: bool
    regions: tuple[Region, ...]


class Normality:
    """A memory with its encoder, ready to judge."""

    def __init__(
        self, card: NormalityCard, memory: Memory, bank: DefectBank, encoder: Encoder, digest: str
    ) -> None:
        if card.encoder_sha256 != encoder.release.sha256:
            raise NormalityError(
                f"{card.name} was learnt with {card.encoder}, not with {encoder.reference}",
                fix="Learn it again, or make that encoder release active.",
            )
        self.card = card
        self.memory = memory
        self.bank = bank
        self.encoder = encoder
        self._suspicion = Suspicion(card.suspicion_weight, card.usual_suspicion)
        self._digest = digest

    @property
    def reference(self) -> str:
        """`name@digest`: changes with whatever was learnt or confirmed."""
        return f"{self.card.name}@{self._digest[:12]}"

    @property
    def threshold(self) -> float:
        """Score above which a photo alarms."""
        return self.card.threshold

    def pictures(self, photo: Photo, station: Station | None = None) -> list[Picture]:
        """Cut out what is compared: the pieces on the mat, or the whole photo.

        Raises:
            NormalityError: the memory knows items on a mat, and this photo shows none.
        """
        if self.card.mm_per_px is None:
            return [whole_picture(photo, self.card.size_px)]
        found = outlined_parts(photo, station)
        if found is None:
            raise NormalityError(
                "no mat in the photo", fix="This memory was learnt on the mat: use one."
            )
        return self._cut(photo, *found)

    def _cut(self, photo: Photo, view: MatView, outlines: list[Outline]) -> list[Picture]:
        card = self.card
        if card.mm_per_px is None:
            raise NormalityError(
                f"{card.name} was learnt without the mat", fix="Learn it from photos on the mat."
            )
        return surface_pictures(photo, view, outlines, card.height_mm, card.mm_per_px)

    def compare(self, picture: Picture) -> Comparison:
        """Describe every patch and find its nearest neighbour among the good ones."""
        memory = self.memory
        return self.encoder.compare(picture.pixels, memory.mean, memory.projection, memory.vectors)

    def strangeness(self, found: Comparison) -> NDArray[np.float32]:
        """Weigh distances by the spread of good patches and raise them by what is suspicious."""
        distance = self.memory.weigh(found.distance, found.row)
        forgiven = (self.memory.photo[found.row] == Memory.ADDED) & (
            distance < _FORGIVEN * self.threshold
        )
        raised = self._suspicion.raised(distance, found.suspicion)
        return np.where(forgiven, np.minimum(distance, raised), raised)

    def map(self, picture: Picture) -> AnomalyMap:
        """Map how unlike the good items a picture is."""
        found = self.compare(picture)
        distance = self.strangeness(found)
        known = np.full(distance.shape, -1, np.int64)
        if len(self.bank.vectors):
            known = self.bank.recognise(self.memory.whiten(found.features), found.distance)
            known[~picture.inside] = -1
        distance[~picture.inside] = 0
        return AnomalyMap(distance, known, picture_score(distance[picture.inside]))

    def judge(self, photo: Photo, station: Station | None = None) -> Judgement:
        """Judge a photo.

        Raises:
            NormalityError: as `pictures`.
        """
        return self.judge_pictures(self.pictures(photo, station))

    def judge_parts(self, photo: Photo, view: MatView, outlines: list[Outline]) -> Judgement:
        """Judge the pieces on a mat that was found before.

        Raises:
            NormalityError: a piece is too small at the memory's scale, or the memory has none.
        """
        return self.judge_pictures(self._cut(photo, view, outlines))

    def judge_pictures(self, pictures: list[Picture]) -> Judgement:
        """Judge the pictures of one photo; at least one."""
        maps = [self.map(picture) for picture in pictures]
        regions = [
            region
            for picture, found in zip(pictures, maps, strict=True)
            for region in self._regions(picture, found)
        ]
        return Judgement(max(found.score for found in maps), bool(regions), tuple(regions))

    def photo_map(self, photo: Photo) -> NDArray[np.float32]:
        """Return the distances `(H, W)` over a photo, for a memory of whole photos."""
        (picture,) = self.pictures(photo)
        found = self.map(picture)
        size = (photo.width_px, photo.height_px)
        smooth = cv2.resize(found.distance, size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(smooth, np.float32)

    def _regions(self, picture: Picture, found: AnomalyMap) -> list[Region]:
        """Return where a picture alarms: known defects first, then what is like none of them."""
        size = (picture.pixels.shape[1], picture.pixels.shape[0])
        claimed = np.zeros(size[::-1], bool)
        regions: list[Region] = []
        scale = self.card.mm_per_px or 1.0
        for number, name in enumerate(self.bank.types):
            seen = found.known == number
            if seen.sum() >= _KNOWN_LEAST:
                blocks = cv2.resize(seen.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
                mark = np.asarray(blocks, np.float32)
                claimed |= mark > 0
                regions += find_regions(DefectMap((name,), mark[None]), scale=scale)
        if found.score > self.threshold:
            smooth = cv2.resize(found.distance, size, interpolation=cv2.INTER_LINEAR)
            unknown = np.where(claimed, 0, smooth).astype(np.float32)
            peak = float(unknown.max())
            # Interpolation flattens a peak of one patch; it must not vanish.
            low = min(self.threshold, 0.98 * peak)
            regions += find_regions(
                DefectMap((ANOMALY,), unknown[None]),
                scale=scale,
                low=low,
                high=max(low, _PEAK_SHARE * peak),
            )
        share = self._share_below(found.score)
        return [
            replace(region, probability=share, polygon=picture.to_photo(region.polygon))
            for region in regions
        ]

    def _share_below(self, score: float) -> float:
        scores = np.array([photo.score for photo in self.card.photos])
        return float((scores < score).sum() / (len(scores) + 1))


def picture_score(distances: NDArray[np.float32]) -> float:
    """Return the mean of the most anomalous hundredth of the patches `(N,)`, at least of four."""
    count = min(len(distances), max(_SCORED_LEAST, round(_SCORED_SHARE * len(distances))))
    return float(np.partition(distances, -count)[-count:].mean())
