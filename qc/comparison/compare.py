"""Run two releases over the same photos and say how they differ, with confidence intervals.

The intervals come from a paired bootstrap over physical items (B. Efron, 1979): photos of one
item are not independent, and both releases see the same resample.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qc.comparison.findings import Findings, find
from qc.comparison.report import Cell, Comparison, Metric
from qc.datasets.coco import coco_text
from qc.datasets.looking import look_at
from qc.datasets.model import Dataset, DatasetPhoto
from qc.defects.detector import Detector
from qc.errors import DatasetError

RESAMPLES: Final = 1000
_SEED: Final = 20_260_101
_CONFIDENCE: Final = 95
NO_PRODUCT: Final = "all"
"""Stands for the product where a data set names none."""

Figures = NDArray[np.float64]
"""A metric of each resample; the first is the sample itself, each item once."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    photo: DatasetPhoto
    item: int
    baseline: Findings
    candidate: Findings


def compare(
    baseline: Detector,
    candidate: Detector,
    dataset: Dataset,
    source: Path,
    progress: Callable[[Iterable[DatasetPhoto]], Iterable[DatasetPhoto]] = iter,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Compare two releases.

    Args:
        baseline: the release in use.
        candidate: the one that may replace it.
        dataset: labelled photos that neither was trained on.
        source: where they came from, for the report.
        progress: shows how far it is.
        resamples: of the bootstrap.

    Raises:
        DatasetError: there is no photo, or one cannot be read.
    """
    if not dataset.photos:
        raise DatasetError(f"{source} has no photo to compare on", fix="Choose another part.")
    detectors = (baseline, candidate)
    items: dict[str, int] = {}
    digest = hashlib.sha256(coco_text(dataset).encode())
    pairs = []
    for photo in progress(dataset.photos):
        digest.update(hashlib.sha256(photo.path.read_bytes()).digest())
        looks = {scale: look_at(photo, scale) for scale in {d.mm_per_px for d in detectors}}
        found = [find(d, looks[d.mm_per_px], photo.regions, dataset.types) for d in detectors]
        item = items.setdefault(photo.item or photo.name, len(items))
        pairs.append(_Pair(photo, item, *found))
    chance = np.random.default_rng(_SEED)
    weights = chance.multinomial(len(items), np.full(len(items), 1 / len(items)), resamples)
    weights = np.vstack([np.ones(len(items), np.int64), weights])
    products = sorted({photo.product or NO_PRODUCT for photo in dataset.photos})
    cells = [
        cell
        for product in products
        for cell in _cells(
            product,
            [pair for pair in pairs if (pair.photo.product or NO_PRODUCT) == product],
            dataset.types,
            weights,
        )
    ]
    labelled = {region.type for _, region in dataset.regions()}
    return Comparison(
        baseline=baseline.reference,
        baseline_sha256=baseline.release.sha256,
        candidate=candidate.reference,
        candidate_sha256=candidate.release.sha256,
        data=str(source),
        data_sha256=digest.hexdigest(),
        photos=len(pairs),
        items=len(items),
        resamples=resamples,
        cells=tuple(cells),
        types_not_measured=tuple(t for t in baseline.types if t not in labelled),
        types_lost=tuple(t for t in baseline.types if t not in candidate.types),
    )


def _cells(
    product: str, pairs: Sequence[_Pair], types: Sequence[str], weights: NDArray[np.int64]
) -> Iterable[Cell]:
    def cell(metric: Metric, name: str | None, figures: list[Figures], rows: list[int]) -> Cell:
        before, after = figures
        difference = after - before
        resampled = difference[1:][np.isfinite(difference[1:])]
        edge = (100 - _CONFIDENCE) / 2
        lower, upper = (
            np.percentile(resampled, [edge, 100 - edge]) if resampled.size else [-1.0, 1.0]
        )
        return Cell(
            product=product,
            type=name,
            metric=metric,
            baseline=round(float(before[0]), 4),
            candidate=round(float(after[0]), 4),
            difference=round(float(difference[0]), 4),
            lower=round(float(lower), 4),
            upper=round(float(upper), 4),
            count=len(rows),
            items=len(set(rows)),
        )

    sides = ("baseline", "candidate")
    for name in types:
        owners = [p.item for p in pairs for r in p.photo.regions if r.type == name]
        if not owners:
            continue
        recalls = [_share(_found(pairs, side, name), owners, weights) for side in sides]
        yield cell("recall", name, recalls, owners)
        precisions = [_precision(pairs, side, name, owners, weights) for side in sides]
        yield cell("average_precision", name, precisions, owners)
    owners = [pair.item for pair in pairs]
    quiet = [
        _share([not getattr(pair, side).false_alarm for pair in pairs], owners, weights)
        for side in sides
    ]
    yield cell("photos_without_false_alarm", None, quiet, owners)


def _found(pairs: Sequence[_Pair], side: str, name: str) -> list[bool]:
    return [
        found
        for pair in pairs
        for region, found in zip(pair.photo.regions, getattr(pair, side).found, strict=True)
        if region.type == name
    ]


def _share(flags: Sequence[bool], owners: Sequence[int], weights: NDArray[np.int64]) -> Figures:
    """Share of the flags that are set, in each resample; NaN where none was drawn."""
    drawn = weights[:, owners]
    with np.errstate(invalid="ignore"):
        return np.asarray((drawn * np.array(flags)).sum(axis=1) / drawn.sum(axis=1))


def _precision(
    pairs: Sequence[_Pair],
    side: str,
    name: str,
    owners: Sequence[int],
    weights: NDArray[np.int64],
) -> Figures:
    """Average precision in each resample: the step-wise area below precision over recall."""
    calls = sorted(
        (
            (call.probability, call.hit, pair.item)
            for pair in pairs
            for call in getattr(pair, side).calls
            if call.type == name
        ),
        key=lambda call: -call[0],
    )
    truths = weights[:, owners].sum(axis=1)
    if not calls:
        return np.where(truths > 0, 0.0, np.nan)
    drawn = weights[:, [item for _, _, item in calls]]
    hits = drawn * np.array([hit for _, hit, _ in calls])
    precision = np.cumsum(hits, axis=1) / np.maximum(np.cumsum(drawn, axis=1), 1)
    with np.errstate(invalid="ignore"):
        return np.asarray((hits * precision).sum(axis=1) / truths)
