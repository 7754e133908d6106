"""Measure normality on sawn boards: `python -m training.normality_boards --boards DIR`.

Boards of training blocks without any label are good; validation boards without a label are
tested against those with a crack, a missing knot or a stain. Beside `qc learn` stands plain
PatchCore (K. Roth et al., CVPR 2022) on the same encoder, and the promise on false rejects is
put to the proof over many draws of learning photos.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from scipy import ndimage

from qc.defects.normality import Encoder, Line, teach
from qc.defects.normality.learning import Seen, fit_suspicion, score_seen, unseen_distances
from qc.defects.normality.memory import (
    Floats,
    PatchStatistics,
    build_memory,
    greedy_coreset,
    nearest,
)
from qc.defects.normality.picture import Picture, whole_picture
from qc.defects.normality.threshold import choose_threshold
from qc.evaluation.pixels import score_auroc
from qc.photo import Photo
from training.datasets.boards import Board, load_board, read_index

DEFECTS = {4: "crack", 8: "missing knot", 9: "stain"}
_DRAW_PATCHES = 160
_DRAW_VECTORS = 400


def board_photo(board: Board) -> Photo:
    """Return a board, without the conveyor, as a photo."""
    pixels = load_board(board).pixels
    return Photo(pixels, board.image.name, pixels.shape[1], pixels.shape[0], None, None)


def compare(
    good: Sequence[Board], tested: Sequence[Board], encoder: Encoder, size_px: int
) -> dict[str, Any]:
    """Learn from `good` and return AUROC by defect, for `qc learn` and for plain PatchCore."""
    photos = [board_photo(board) for board in tested]
    names = [board.image.name for board in good]
    line = Line("boards", size_px=size_px, keep_outliers=True)
    ours = teach(names, lambda i: board_photo(good[i]), line, encoder)
    plain = _plain_patchcore([whole_picture(board_photo(b), size_px) for b in good], encoder)
    scores: dict[str, list[float]] = {"qc learn": [], "plain PatchCore": []}
    for photo in photos:
        picture = whole_picture(photo, size_px)
        scores["qc learn"].append(ours.map(picture).score)
        scores["plain PatchCore"].append(_plain_score(picture, encoder, plain))
    clean = np.array([not board.classes for board in tested])
    result: dict[str, Any] = {}
    for method, values in scores.items():
        figures = np.array(values)
        asked = {"all": np.ones(len(tested), bool)} | {
            name: clean | np.array([number in board.classes for board in tested])
            for number, name in DEFECTS.items()
        }
        result[method] = {
            name: round(score_auroc(figures[which], ~clean[which]), 3)
            for name, which in asked.items()
        }
    limit = ours.threshold
    result["alarms on good"] = round(float((np.array(scores["qc learn"])[clean] > limit).mean()), 3)
    result["promised"] = round(ours.card.false_reject_bound, 3)
    return result


def promise_kept(
    photos: Sequence[Seen], learnt: int, draws: int, rng: np.random.Generator
) -> float:
    """Return the share of draws in which the false rejects stay within the promise.

    Args:
        photos: features `(N, C)` and suspicion `(N,)` of the patches of each good photo; those not
            drawn are tested.
        learnt: number of photos of a draw.
        draws: number of draws.
        rng: draws.
    """
    kept = 0
    features, logits = ([photo[part] for photo in photos] for part in (0, 1))
    for _ in range(draws):
        order = rng.permutation(len(features))
        chosen, others = order[:learnt], order[learnt:]
        statistics = PatchStatistics(features[0].shape[1])
        for index in chosen:
            statistics.add(features[index])
        photo = np.repeat(np.arange(learnt, dtype=np.int32), [len(features[i]) for i in chosen])
        memory = build_memory(
            np.concatenate([features[i] for i in chosen]),
            photo,
            statistics.whitening(),
            _DRAW_VECTORS,
            rng,
        )

        own: list[list[Seen]] = []
        for number, i in enumerate(chosen):
            (unseen,) = unseen_distances(number, [features[i]], features[i], memory, statistics)
            own.append([(unseen, logits[i])])
        suspicion = fit_suspicion(own)
        threshold = choose_threshold(np.array([score_seen(seen, suspicion) for seen in own]))
        scores = np.empty(len(others))
        for number, i in enumerate(others):
            distance = memory.weigh(*nearest(memory.whiten(features[i]), memory.vectors))
            scores[number] = score_seen([(distance, logits[i])], suspicion)
        rejected = float((scores > threshold.value).mean())
        kept += bool(rejected <= threshold.false_reject_bound)
    return kept / draws


def _plain_patchcore(pictures: Sequence[Picture], encoder: Encoder) -> Floats:
    patches = np.concatenate([_pooled(picture, encoder) for picture in pictures])
    rng = np.random.default_rng(0)
    candidates = patches[rng.permutation(len(patches))[:24_000]]
    return candidates[greedy_coreset(candidates, 4000, rng)]


def _plain_score(picture: Picture, encoder: Encoder, memory: Floats) -> float:
    return float(nearest(_pooled(picture, encoder), memory)[0].max())


def _pooled(picture: Picture, encoder: Encoder) -> Floats:
    """Average features over 3 × 3 patches, as PatchCore does."""
    features = encoder.describe(picture.pixels)
    pooled = ndimage.uniform_filter(features, (3, 3, 1), mode="mirror")
    return np.asarray(pooled, np.float32).reshape(-1, features.shape[-1])


def main(
    boards: Annotated[Path, typer.Option(help="Folder with index.csv, images and masks.")],
    encoder: Annotated[Path, typer.Option()] = Path("models/encoder/0.2.0"),
    counts: Annotated[str, typer.Option(help="Numbers of good boards.")] = "5,10,20,50",
    tested: Annotated[int, typer.Option(help="Validation boards of each side, 0 for all.")] = 0,
    size: int = 384,
    draws: Annotated[int, typer.Option(help="Draws for the promise; 0 leaves it out.")] = 200,
    threads: Annotated[int, typer.Option(help="0 leaves them to onnxruntime.")] = 0,
) -> None:
    """Print one line of JSON for each number of good boards, and one for the promise."""
    index = read_index(boards)
    good = [b for b in index if b.split == "train" and not b.classes]
    clean = [b for b in index if b.split == "val" and not b.classes]
    defective = [b for b in index if b.split == "val" and b.classes & set(DEFECTS)]
    for group in (good, clean, defective):
        random.Random(0).shuffle(group)  # noqa: S311 - a fixed order, no secret
    chosen = [*clean[: tested or None], *defective[: tested or None]]
    inspector = Encoder.load(encoder, threads=threads)
    for count in [int(part) for part in counts.split(",") if part]:
        found = compare(good[:count], chosen, inspector, size)
        sys.stdout.write(json.dumps({"good": count, "tested": len(chosen), **found}) + "\n")
        sys.stdout.flush()
    if draws:
        rng = np.random.default_rng(0)
        photos = [_some_patches(board, inspector, size, rng) for board in good[:130]]
        share = promise_kept(photos, 29, draws, rng)
        sys.stdout.write(json.dumps({"draws": draws, "learnt": 29, "kept": share}) + "\n")


def _some_patches(board: Board, encoder: Encoder, size: int, rng: np.random.Generator) -> Seen:
    features, logits = encoder.suspect(whole_picture(board_photo(board), size).pixels)
    patches = features.reshape(-1, features.shape[-1])
    rows = rng.permutation(len(patches))[:_DRAW_PATCHES]
    return patches[rows], logits.ravel()[rows]


if __name__ == "__main__":
    typer.run(main)
