"""What a detector makes of labelled photos.

Everything is compared on the raster that the detector saw: the photo's own, or, where its
millimetres per pixel are known, the detector's scale.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.detector import DefectMap, Detector
from qc.defects.regions import HIGH, Region, find_regions
from qc.defects.unscaled import map_unscaled
from qc.errors import PhotoError
from qc.evaluation.folder import GOOD, LabelledPhoto, LabelledSet, Problem
from qc.evaluation.labels import UNTYPED, LabelError, Mask
from qc.evaluation.pictures import picture
from qc.evaluation.pixels import PixelScores, score_auroc
from qc.evaluation.regions import FalseFindings, match
from qc.evaluation.report import Alarms, DetectorReport, Pixels, Recall
from qc.evaluation.sizes import said_over_true, sizes
from qc.evaluation.visibility import STRATA, strata
from qc.photo import decode_photo

FALSE_PER_PHOTO: Final = (0.1, 1.0, 10.0)
SURE: Final = 0.9
"""Probability from which an instance may fail an item."""

_LOWEST = 0.1
"""Probability of the faintest regions over which recall is swept."""
_LENGTHS: Final = {"mm": (0, 2, 5, 10, 20, 50), "px": (0, 16, 32, 64, 128, 256)}
ALL: Final = "all"
MISSED: Final = "missed"
NOTHING: Final = "nothing there"


@dataclass(frozen=True, slots=True)
class Judged:
    """One photo, kept small for the report: what was true, what was found."""

    path: Path
    kind: str
    score: float
    surest: float
    missed: int
    """Defects without a finding of 0.5 or more."""
    false: float
    """Probability of the surest finding that touches no defect."""


@dataclass(frozen=True, slots=True)
class Defect:
    """A true defect, and how surely it was found."""

    kind: str
    """As labelled."""
    length: str
    """Stratum of its length."""
    visibility: str
    """Stratum of its contrast to noise."""
    probability: float
    """Of the surest finding; 0 where it was missed."""
    said_over_true: tuple[float, float] | None
    """Length and area of its surest finding of 0.5 or more over its own."""


@dataclass
class Evaluation:
    """Collects photos one by one."""

    detector: Detector
    layout: str = ""
    mm_per_px: float | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    any_pixel: PixelScores = field(default_factory=PixelScores)
    type_pixels: dict[str, PixelScores] = field(default_factory=dict)
    false: FalseFindings = field(default_factory=FalseFindings)
    defects: list[Defect] = field(default_factory=list)
    confusion: dict[str, Counter[str]] = field(default_factory=dict)
    _photos: dict[Path, LabelledPhoto] = field(default_factory=dict)

    @property
    def unit(self) -> Literal["mm", "px"]:
        """Unit of the defects' lengths."""
        return "px" if self.mm_per_px is None else "mm"

    def run(self, labelled: LabelledSet) -> Iterator[Judged]:
        """Judge every photo that can be used; what is wrong with the others joins `problems`."""
        self.layout = labelled.layout
        self.problems += labelled.problems
        for photo in labelled.photos:
            try:
                pixels = decode_photo(photo.path.read_bytes()).pixels
                masks = photo.labels.masks(pixels.shape[:2]) if photo.labels else None
            except (OSError, PhotoError) as error:
                self.problems.append(
                    Problem(str(photo.path), "unreadable", f"{photo.path}: {error}")
                )
            except LabelError as error:
                message = f"{photo.path}: {error}"
                self.problems.append(Problem(str(photo.path), error.code, message))
            else:
                yield self.add(photo, pixels, masks)

    def add(
        self, photo: LabelledPhoto, pixels: NDArray[np.uint8], masks: Mapping[str, Mask] | None
    ) -> Judged:
        """Judge one photo.

        Args:
            photo: where it comes from.
            pixels: `(H, W, 3)` sRGB.
            masks: `(H, W)` by type; None where only the photo as a whole is labelled.
        """
        pixels, masks = self._at_scale(pixels, masks)
        maps = self._map(pixels)
        found = find_regions(maps)
        missed, false = 0, 0.0
        kind = self.rename.get(photo.kind, photo.kind)
        if masks is not None:
            if kind == UNTYPED and not masks:
                kind = GOOD
            self._count_pixels(maps, masks)
            faint = find_regions(maps, low=_LOWEST, high=_LOWEST)
            missed, false = self._count_regions(found, faint, masks, pixels)
        surest = max((region.probability for region in found), default=0.0)
        judged = Judged(photo.path, kind, maps.score, surest, missed, false)
        self.judged.append(judged)
        self._photos[photo.path] = photo
        return judged

    def draw(self, judged: Judged) -> str:
        """Draw a judged photo, truth beside findings, as a `data:` URL of a JPEG."""
        photo = self._photos[judged.path]
        pixels = decode_photo(photo.path.read_bytes()).pixels
        shape = (pixels.shape[0], pixels.shape[1])
        masks = photo.labels.masks(shape) if photo.labels else {}
        scaled, renamed = self._at_scale(pixels, masks)
        return picture(scaled, self._map(scaled), renamed or {})

    def _map(self, pixels: NDArray[np.uint8]) -> DefectMap:
        if self.mm_per_px is None:
            return map_unscaled(self.detector, pixels)
        return self.detector.map(pixels)

    def _at_scale(
        self, pixels: NDArray[np.uint8], masks: Mapping[str, Mask] | None
    ) -> tuple[NDArray[np.uint8], dict[str, Mask] | None]:
        renamed: dict[str, Mask] | None = None
        if masks is not None:
            renamed = {}
            for kind, mask in masks.items():
                name = self.rename.get(kind, kind)
                renamed[name] = renamed[name] | mask if name in renamed else mask
        if self.mm_per_px is None:
            return pixels, renamed
        factor = self.mm_per_px / self.detector.mm_per_px
        size = tuple(max(1, round(side * factor)) for side in (pixels.shape[1], pixels.shape[0]))
        how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        scaled = np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)
        if renamed is not None:
            renamed = {
                # A thin crack must not fall between the samples of a smaller raster.
                kind: np.asarray(cv2.resize(m.astype(np.float32), size, interpolation=how)) >= 0.25
                for kind, m in renamed.items()
            }
        return scaled, renamed

    def _count_pixels(self, maps: DefectMap, masks: Mapping[str, Mask]) -> None:
        shape = maps.probability.shape[1:]
        truth = np.any(list(masks.values()), axis=0) if masks else np.zeros(shape, bool)
        self.any_pixel.add_map(maps.any_type, np.asarray(truth))
        if UNTYPED in masks:
            return  # a pixel of unknown type is neither this type nor surely another
        for channel, name in enumerate(maps.types):
            own = masks.get(name, np.zeros(shape, bool))
            scores = self.type_pixels.setdefault(name, PixelScores())
            scores.add_map(maps.probability[channel], own)

    def _count_regions(
        self,
        found: Sequence[Region],
        faint: Sequence[Region],
        masks: Mapping[str, Mask],
        pixels: NDArray[np.uint8],
    ) -> tuple[int, float]:
        """Count a photo's defects and false findings: how many were missed, the surest false.

        Args:
            found: instances as a photo's answer has them, of which the sizes are taken.
            faint: with all that is fainter, over which recall is swept.
            masks: `(H, W)` by type.
            pixels: `(H, W, 3)`.
        """
        defects, truths = self._defects(masks, (pixels.shape[0], pixels.shape[1]))
        shown = strata(pixels, truths, range(1, len(defects) + 1))
        matched = match(faint, truths)
        called = match([region for region in faint if region.probability >= HIGH], truths)
        sized = match(found, truths).surest
        self.false.add(matched.false)
        missed = 0
        for number, (kind, length) in enumerate(defects, start=1):
            name = called.surest[number].type if number in called.surest else MISSED
            missed += name == MISSED
            self.confusion.setdefault(kind, Counter())[name] += 1
            probability = matched.probability(number)
            said = said_over_true(sized[number], truths == number) if number in sized else None
            self.defects.append(Defect(kind, length, shown[number - 1], probability, said))
        for region in called.false:
            self.confusion.setdefault(NOTHING, Counter())[region.type] += 1
        return missed, max((region.probability for region in matched.false), default=0.0)

    def _defects(
        self, masks: Mapping[str, Mask], shape: tuple[int, int]
    ) -> tuple[list[tuple[str, str]], NDArray[np.int32]]:
        """Type and stratum of length of every connected defect, and their labels from 1 on."""
        defects: list[tuple[str, str]] = []
        truths = np.zeros(shape, np.int32)
        scale = 1.0 if self.mm_per_px is None else self.detector.mm_per_px
        for kind, mask in masks.items():
            count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
            for label in range(1, count):
                own = np.asarray(labels) == label
                rows, columns = np.nonzero(own)
                box = cv2.minAreaRect(np.column_stack([columns, rows]).astype(np.float32))
                defects.append((kind, _length((max(box[1]) + 1) * scale, self.unit)))
                truths[own] = len(defects)
        return defects, truths

    def report(self) -> DetectorReport:
        """Summarise what was collected."""
        kinds = np.array([one.kind for one in self.judged])
        scores = np.array([one.score for one in self.judged])
        defective = kinds != GOOD
        others = sorted(set(kinds[defective].tolist()))
        pixels = {"any": _pixels(self.any_pixel)}
        pixels |= {n: _pixels(s) for n, s in self.type_pixels.items() if s.positives}
        found = self.by_type()
        return DetectorReport(
            release=self.detector.reference,
            layout=self.layout,
            unit=self.unit,
            photos={kind: int((kinds == kind).sum()) for kind in [GOOD, *others]},
            problems=tuple(
                {"photo": p.photo, "code": p.code, "message": p.message} for p in self.problems
            ),
            problem_counts=dict(Counter(p.code for p in self.problems)),
            image_auroc=_figure(score_auroc(scores, defective)),
            image_auroc_by_kind={
                kind: _figure(
                    score_auroc(scores[asked := ~defective | (kinds == kind)], defective[asked])
                )
                for kind in others
            },
            good=_alarms(one for one in self.judged if one.kind == GOOD),
            defective=_alarms(one for one in self.judged if one.kind != GOOD),
            pixels=pixels,
            recall={name: self._recall(own) for name, own in found.items()},
            recall_by_length=self._strata(self.defects, attrgetter("length"), _lengths(self.unit)),
            recall_by_visibility={
                name: self._strata(own, attrgetter("visibility"), STRATA)
                for name, own in found.items()
            },
            sizes={
                name: said
                for name, own in found.items()
                if (said := sizes([one.said_over_true for one in own if one.said_over_true]))
            },
            confusion={kind: dict(row) for kind, row in sorted(self.confusion.items())},
        )

    def by_type(self) -> dict[str, list[Defect]]:
        """All defects that were there, then those of each type that is labelled."""
        kinds = sorted({defect.kind for defect in self.defects})
        own = {kind: [one for one in self.defects if one.kind == kind] for kind in kinds}
        return {ALL: self.defects, **own}

    def _strata(
        self, defects: Sequence[Defect], level: Callable[[Defect], str], levels: Sequence[str]
    ) -> dict[str, Recall]:
        there = {name: [one for one in defects if level(one) == name] for name in levels}
        return {name: self._recall(own) for name, own in there.items() if own}

    def _recall(self, defects: Sequence[Defect]) -> Recall:
        found = [defect.probability for defect in defects]
        at = {rate: self.false.recall_at(rate, found) for rate in FALSE_PER_PHOTO}
        return Recall(
            defects=len(defects), at={f"{rate:g}": _figure(share) for rate, share in at.items()}
        )


def _lengths(unit: Literal["mm", "px"]) -> list[str]:
    edges = _LENGTHS[unit]
    inner = [f"{low}–{high} {unit}" for low, high in pairwise(edges)]
    return [*inner, f"≥ {edges[-1]} {unit}"]


def _length(length: float, unit: Literal["mm", "px"]) -> str:
    return _lengths(unit)[int(np.searchsorted(_LENGTHS[unit], length, side="right")) - 1]


def _pixels(scores: PixelScores) -> Pixels:
    return Pixels(
        ap=_figure(scores.average_precision()),
        auroc=_figure(scores.auroc()),
        aupro=_figure(scores.aupro()),
        ece=_figure(scores.calibration_error()),
    )


def _alarms(photos: Iterable[Judged]) -> Alarms:
    surest = [one.surest for one in photos]

    def share(limit: float) -> float | None:
        return _figure(float(np.mean([p >= limit for p in surest]))) if surest else None

    return Alarms(photos=len(surest), any_instance=share(HIGH), sure_instance=share(SURE))


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
