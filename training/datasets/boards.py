"""Sawn softwood boards with labelled defects (VSB; Kodytek, Bodzas, Bilik)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.errors import TrainingDataError
from training.labels import TYPES, Sample, empty_target

MM_PER_PX = 0.275
"""Scale of the 612×224 images: a line scan of 16.7 px/mm, reduced 4.6 times."""

KNOWN_CLASSES = frozenset(range(11))
# Mask class → type. A knot with a crack (3) is masked as a whole: called `crack` it would teach
# that knots are cracks. Resin pockets (5) count as foreign colour.
_TYPE_OF_CLASS = {1: "knot", 2: "knot", 3: "knot", 4: "crack", 5: "stain", 8: "knot", 9: "stain"}
_SILENT_CLASSES = (6, 7, 10)  # marrow, quartzity, overgrown: neither defect nor clean
# What a mask leaves open: a crack somewhere in a class 3 knot; a missing knot is a kind of hole.
_OPEN_TYPES = {3: ("crack",), 8: ("crack", "hole")}


@dataclass(frozen=True)
class Board:
    """One image of the set; `classes` are those which the index says its mask contains."""

    image: Path
    mask: Path
    block: int
    split: str
    classes: frozenset[int]

    @property
    def calibrates(self) -> bool:
        """True for the part of the training blocks that is not trained on."""
        return self.split == "train" and calibrates(self.block)


def calibrates(block: int) -> bool:
    """True for the blocks kept for calibration and early stopping: one in fourteen."""
    return block % 20 == 6


def read_index(root: Path) -> list[Board]:
    """List the boards of `root/index.csv`.

    Raises:
        TrainingDataError: no index, an unknown class, or a block in two splits.
    """
    try:
        rows = list(csv.DictReader((root / "index.csv").read_text().splitlines()))
    except OSError as error:
        raise TrainingDataError(
            f"no index.csv in {root}", fix="Point --boards to the folder of the boards."
        ) from error
    boards, split_of_block = [], dict[int, str]()
    for row in rows:
        board = Board(
            image=root / "images" / row["image"],
            mask=(root / "masks" / row["image"]).with_suffix(".png"),
            block=int(row["block"]),
            split=row["split"],
            classes=frozenset(int(label) for label in row["labels"].split()),
        )
        if unknown := board.classes - KNOWN_CLASSES:
            raise TrainingDataError(
                f"{row['image']}: class {min(unknown)} is not in the list",
                fix="Correct index.csv.",
            )
        if split_of_block.setdefault(board.block, board.split) != board.split:
            raise TrainingDataError(
                f"block {board.block} is in two splits", fix="Split by block, never by image."
            )
        boards.append(board)
    return boards


def load_board(board: Board) -> Sample:
    """Read a board without the black conveyor beside it.

    Raises:
        TrainingDataError: a file is unreadable, the mask has another size than the image,
            contains a class outside the list, or is empty although the index names a defect.
    """
    return _to_sample(*load_classes(board))


def load_classes(board: Board) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read a board and the classes of its mask, without the black conveyor beside it.

    Raises:
        TrainingDataError: as `load_board`.
    """
    pixels = cv2.imread(str(board.image), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise TrainingDataError(f"{board.image.name} is unreadable", fix="Fetch it again.")
    classes = cv2.imread(str(board.mask), cv2.IMREAD_UNCHANGED)
    if classes is None:
        raise TrainingDataError(f"{board.mask.name} is unreadable", fix="Fetch it again.")
    if classes.shape != pixels.shape[:2]:
        raise TrainingDataError(
            f"{board.mask.name} is {classes.shape}, its image {pixels.shape[:2]}",
            fix="A mask has one channel and the size of its image.",
        )
    if outside := set(np.unique(classes).tolist()) - KNOWN_CLASSES:
        raise TrainingDataError(
            f"{board.mask.name} contains class {min(outside)}, which is not in the list",
            fix="Correct the mask, or add the class to training.datasets.boards.",
        )
    if board.classes and not classes.any():
        raise TrainingDataError(
            f"{board.mask.name} is empty, but index.csv says class {min(board.classes)}",
            fix="Draw the defect, or correct index.csv.",
        )
    wood = slice(*_wood_columns(np.asarray(pixels, np.uint8)))
    return np.array(pixels[:, wood], np.uint8), np.asarray(classes[:, wood], np.uint8)


def readable(boards: Iterable[Board]) -> Iterator[tuple[Board, TrainingDataError | None]]:
    """Read every board once and say what is wrong with it, or None."""
    for board in boards:
        try:
            load_board(board)
        except TrainingDataError as error:
            yield board, error
        else:
            yield board, None


def _wood_columns(pixels: NDArray[np.uint8]) -> tuple[int, int]:
    """First and last (exclusive) column of the board: the conveyor is black."""
    bright = pixels.max(axis=2).mean(axis=0) > 60
    columns = np.flatnonzero(bright)
    if len(columns) < 16:
        return 0, pixels.shape[1]
    return int(columns[0]) + 2, int(columns[-1]) - 1


def _to_sample(pixels: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Sample:
    target = empty_target(classes.shape)
    known = np.ones_like(target)
    for class_id, name in _TYPE_OF_CLASS.items():
        target[TYPES.index(name)] |= classes == class_id
    known[:, np.isin(classes, _SILENT_CLASSES)] = False
    for class_id, names in _OPEN_TYPES.items():
        for name in names:
            known[TYPES.index(name), classes == class_id] = False
    return Sample(pixels, target, known)
