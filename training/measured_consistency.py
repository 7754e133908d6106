"""Measure self-consistency: `python -m training.measured_consistency --data DATA`.

The weights of the fused map are fitted on the blocks kept for calibration, and all is measured on
pictures that neither network nor weights have seen: validation boards, composites on the clean ones
among them, and composites on clean wood of other sources. Intervals are those of a bootstrap over
pictures (B. Efron, 1979).
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from scipy.special import expit, logit

from qc.defects.detector import Detector, score_of
from qc.defects.normality.encoder import STRIDE_PX, Encoder
from qc.defects.normality.model import picture_score
from qc.defects.normality.picture import patches_inside
from qc.evaluation.pixels import PixelScores, score_auroc
from training.calibration import fit_logistic
from training.consistency import stand_out
from training.datasets.boards import MM_PER_PX as BOARD_MM_PER_PX
from training.datasets.boards import Board, load_board, read_index
from training.datasets.patches import CompositeSource, Patches
from training.datasets.surfaces import Surface, board_surface, picture_surface, read_pictures
from training.errors import TrainingDataError
from training.labels import Sample

log = logging.getLogger("training")
_SIDE_PX = 320
_TUNE_SEED, _HELD_OUT_SEED, _OTHER_SEED = 7_100_000, 9_000_000, 9_500_000
_ASKED = {4, 8, 9}  # boards with a crack, a missing knot or a stain count as defective
_FITTED_PIXELS = 2000  # of a picture
_RESAMPLES = 300
_FARTHEST = 1e-6

Field = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Seen:
    """One picture as both experts see it, where the truth is known and the item is.

    `network` `(N,)` probability of any defect, `oddness` `(N,)` logarithm of what
    `training.consistency` says, `truth` `(N,)`; `patches` `(P,)` its ratio of each patch.
    """

    network: Field
    oddness: Field
    truth: Mask
    patches: Field


class Experts:
    """Detector and encoder, which look at the same picture."""

    def __init__(self, detector: Detector, encoder: Encoder) -> None:
        self.detector, self.encoder = detector, encoder

    def look(self, sample: Sample) -> Seen:
        """Show them a picture at the detector's scale.

        Raises:
            TrainingDataError: the item is too small.
        """
        pixels = sample.pixels
        shape = (pixels.shape[0], pixels.shape[1])
        item = np.ones(shape, bool) if sample.item is None else sample.item
        border = tuple((0, -side % STRIDE_PX) for side in shape)
        padded = np.pad(pixels, (*border, (0, 0)), mode="symmetric")
        inside = patches_inside(np.pad(item, border))
        ratio = stand_out(self.encoder.describe(padded), inside)
        size = (padded.shape[1], padded.shape[0])
        smooth = cv2.resize(np.log(ratio), size, interpolation=cv2.INTER_LINEAR)
        odd = np.asarray(smooth, np.float32)[: shape[0], : shape[1]]
        asked = item & np.asarray(sample.known.all(axis=0))
        network = self.detector.map(pixels).any_type
        truth = np.asarray(sample.target.any(axis=0))
        return Seen(network[asked], odd[asked], truth[asked], ratio[inside])


@dataclass
class Scores:
    """What one expert says of many pictures."""

    pixels: list[NDArray[np.int64]] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)

    def add(self, probability: Field, truth: Mask, score: float) -> None:
        """Count a picture's pixels `(N,)` and its score."""
        counted = PixelScores()
        counted.add(probability, truth)
        self.pixels.append(counted.counts)
        self.pictures.append(score)


@dataclass(frozen=True)
class Fusion:
    """`probability = sigmoid(weights · (logit of the network, oddness) + offset)`."""

    weights: NDArray[np.float64]
    offset: float

    @classmethod
    def fit(cls, seen: Sequence[Seen]) -> Fusion:
        """Fit to pixels drawn from every picture."""
        rng = np.random.default_rng(0)
        columns, truths = [], []
        for one in seen:
            drawn = rng.integers(len(one.truth), size=_FITTED_PIXELS)
            columns.append(_columns(one)[drawn])
            truths.append(one.truth[drawn])
        return cls(*fit_logistic(np.concatenate(columns), np.concatenate(truths)))

    def __call__(self, seen: Seen) -> Field:
        """Return the probability `(N,)` of any defect."""
        return np.asarray(expit(_columns(seen) @ self.weights + self.offset), np.float32)


def _columns(seen: Seen) -> NDArray[np.float64]:
    sure = np.clip(seen.network.astype(np.float64), _FARTHEST, 1 - _FARTHEST)
    return np.column_stack([logit(sure), seen.oddness])


def measure(seen: Sequence[Seen], defective: NDArray[np.bool_], fusion: Fusion) -> dict[str, Any]:
    """Compare the network, self-consistency and both.

    Args:
        seen: the pictures.
        defective: `(n,)` whether each has a defect.
        fusion: fitted to other pictures.

    Returns:
        Per expert pixel AP, pixel AUROC and image AUROC, each with its 95 % interval; of `fused`
        also what it gains over the network, on the same resamples.
    """
    experts = {"network": Scores(), "self-consistency": Scores(), "fused": Scores()}
    for one in seen:
        fused = fusion(one)
        experts["network"].add(one.network, one.truth, score_of(one.network))
        alone = np.asarray(expit(one.oddness), np.float32)
        experts["self-consistency"].add(alone, one.truth, picture_score(one.patches))
        experts["fused"].add(fused, one.truth, score_of(fused))
    rng = np.random.default_rng(0)
    times = rng.multinomial(len(seen), np.full(len(seen), 1 / len(seen)), size=_RESAMPLES)
    times[0] = 1  # the pictures themselves
    figures = {name: _figures(scores, defective, times) for name, scores in experts.items()}
    result: dict[str, Any] = {name: _with_intervals(table) for name, table in figures.items()}
    gains = {k: v - figures["network"][k] for k, v in figures["fused"].items()}
    return result | {"gain": _with_intervals(gains)}


def _figures(
    scores: Scores, defective: NDArray[np.bool_], times: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """Return metrics `(resamples,)`; `times` `(resamples, n)` tells how often a picture counts."""
    counts = np.stack(scores.pixels).astype(np.float64)
    pictures = np.array(scores.pictures)
    rows = []
    for drawn in times:
        pixels = PixelScores.of_counts(np.tensordot(drawn, counts, 1).astype(np.int64))
        image = score_auroc(np.repeat(pictures, drawn), np.repeat(defective, drawn))
        rows.append((pixels.average_precision(), pixels.auroc(), image))
    names = ("pixel_ap", "pixel_auroc", "image_auroc")
    return dict(zip(names, np.array(rows).T, strict=True))


def _with_intervals(table: dict[str, NDArray[np.float64]]) -> dict[str, list[float]]:
    return {
        name: [round(float(v), 4) for v in (values[0], *np.nanquantile(values, (0.025, 0.975)))]
        for name, values in table.items()
    }


def board_samples(boards: Iterable[Board], mm_per_px: float) -> Iterator[tuple[Sample, bool]]:
    """Yield boards at a scale, and whether each counts as defective; others are left out."""
    ratio = BOARD_MM_PER_PX / mm_per_px
    for board in boards:
        if board.classes and not board.classes & _ASKED:
            continue
        sample = load_board(board)
        pixels = cv2.resize(sample.pixels, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_LINEAR)
        size = (pixels.shape[1], pixels.shape[0])
        target, known = (
            np.stack(
                [cv2.resize(m.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) for m in ms]
            ).astype(bool)
            for ms in (sample.target, sample.known)
        )
        yield Sample(np.asarray(pixels, np.uint8), target, known), bool(board.classes)


def composite_samples(surface: Surface, seed: int, count: int) -> Iterator[tuple[Sample, bool]]:
    """Yield composites on a surface, and whether each has a defect."""
    patches = Patches([CompositeSource([surface], [1.0])], [1.0], _SIDE_PX, count, seed)
    for index in range(count):
        sample = patches.sample(index)
        yield sample, bool(sample.target.any())


def look_at_all(
    experts: Experts, samples: Iterable[tuple[Sample, bool]], what: str
) -> tuple[list[Seen], NDArray[np.bool_]]:
    """Show the experts every picture; items too small to be compared are named and left out."""
    seen, defective = [], []
    for sample, has_defect in track(samples, what, console=Console(stderr=True)):
        try:
            seen.append(experts.look(sample))
        except TrainingDataError as error:
            log.warning("left out of %s: %s", what, error)
        else:
            defective.append(has_defect)
    return seen, np.array(defective)


def main(
    data: Annotated[Path, typer.Option(help="Folder with wood_boards and wood_textures_eval.")],
    release: Annotated[Path, typer.Option(help="Detector.")] = Path("models/detector/0.6.0"),
    encoder: Annotated[Path, typer.Option(help="Encoder.")] = Path("models/encoder/0.1.0"),
    boards: Annotated[int, typer.Option(help="Boards of each part; 0 for all.")] = 0,
    composites: Annotated[int, typer.Option(help="Composites of each part.")] = 400,
    threads: Annotated[int, typer.Option(help="Of the networks; 0 for all cores.")] = 0,
) -> None:
    """Print the fitted weights and all figures with their intervals, as JSON."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    detector = Detector.load(release, threads=threads)
    experts = Experts(detector, Encoder.load(encoder, threads=threads))
    index = read_index(data / "wood_boards")
    random.Random(0).shuffle(index)  # noqa: S311 - a fixed order, no secret
    tune = [board for board in index if board.calibrates]
    held_out = [board for board in index if board.split == "val"]
    other = picture_surface(read_pictures(data / "wood_textures_eval", 0.4, 1.5))

    def on_boards(part: Sequence[Board]) -> Iterator[tuple[Sample, bool]]:
        asked = [board for board in part if not board.classes or board.classes & _ASKED]
        return board_samples(asked[: boards or None], detector.mm_per_px)

    def on_clean(part: Sequence[Board], seed: int) -> Iterator[tuple[Sample, bool]]:
        clean = board_surface([board for board in part if not board.classes])
        return composite_samples(clean, seed, composites)

    parts: dict[str, Callable[[], Iterator[tuple[Sample, bool]]]] = {
        "tune: boards": lambda: on_boards(tune),
        "tune: composites": lambda: on_clean(tune, _TUNE_SEED),
        "held out: boards": lambda: on_boards(held_out),
        "held out: composites": lambda: on_clean(held_out, _HELD_OUT_SEED),
        "held out: composites on other wood": lambda: composite_samples(
            other, _OTHER_SEED, composites
        ),
    }
    looked = {name: look_at_all(experts, samples(), name) for name, samples in parts.items()}
    fusion = Fusion.fit(
        [one for name in parts if name.startswith("tune") for one in looked[name][0]]
    )
    result: dict[str, Any] = {
        "release": detector.reference,
        "weights": [round(float(w), 3) for w in (*fusion.weights, fusion.offset)],
    }
    for name, (seen, defective) in looked.items():
        counts = {"pictures": len(seen), "defective": int(defective.sum())}
        result[name] = counts | measure(seen, defective, fusion)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    typer.run(main)
