"""Saw marks that no label tells of: sawn boards teach nothing of what looks like them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from training.calibration import calibrate
from training.config import TrainingConfig
from training.datasets.boards import Board
from training.datasets.catalogue import Catalogue
from training.datasets.patches import (
    UNTOLD_BY_SAWN_WOOD,
    BoardSource,
    CompositeSource,
    Patches,
    without_untold,
)
from training.datasets.surfaces import Picture, Surface, procedural_surface
from training.labels import TYPES, Sample, empty_target

UNTOLD = [TYPES.index(name) for name in UNTOLD_BY_SAWN_WOOD]
TOLD = [c for c in range(len(TYPES)) if c not in UNTOLD]


def flat(grey: float) -> Surface:
    return lambda _, side: np.full((side, side, 3), grey, np.float32)


def test_saw_marks_are_neither_defects_nor_clean() -> None:
    sample = Sample(
        np.zeros((8, 8, 3), np.uint8), empty_target((8, 8)), np.ones((len(TYPES), 8, 8), bool)
    )
    left = without_untold(sample)
    assert not left.known[UNTOLD].any()
    assert left.known[TOLD].all()
    assert sample.known.all(), "the sample itself is as it was"


def test_composites_on_sawn_wood_are_of_other_types() -> None:
    source = CompositeSource([flat(0.4), flat(0.6)], [1.0, 1.0], sawn=frozenset({0}))
    told, every = set[str](), set[str]()
    for seed in range(60):
        sample = source(np.random.default_rng(seed), 64)
        shown = {name for name, own in zip(TYPES, sample.target, strict=True) if own.any()}
        if sample.known[UNTOLD].any():
            every |= shown
        else:
            told |= shown
            assert sample.known[TOLD].any()
    assert told & set(UNTOLD_BY_SAWN_WOOD) == set()
    assert set(UNTOLD_BY_SAWN_WOOD) <= every
    assert len(told) > 3


def test_boards_are_sawn_wherever_they_are_used(tmp_path: Path) -> None:
    board = Board(tmp_path / "a.jpg", tmp_path / "a.png", 1, "train", frozenset())
    picture = Picture(np.zeros((99, 99, 3), np.uint8), 1, 1)
    catalogue = Catalogue([board], [board], [picture], [picture])
    source = catalogue.composites([board], ("procedural", "boards", "hires", "textures"))
    assert source.sawn == {1, 2}
    assert catalogue.composites([], ("textures", "boards")).sawn == set()  # no board, no place
    _write_board(board)
    patches = catalogue.training_patches(TrainingConfig(boards_share=1.0, side_px=64), 4)
    for index in range(4):
        assert not patches.sample(index).known[UNTOLD].any()


def test_what_boards_leave_open_does_not_silence_a_type(tmp_path: Path) -> None:
    """On procedural wood a scratch is as likely as composites there have it, boards or not."""
    board = Board(tmp_path / "a.jpg", tmp_path / "a.png", 1, "train", frozenset())
    _write_board(board)
    wood, scratch = CompositeSource([procedural_surface], [1.0]), TYPES.index("scratch")
    boards = BoardSource([board], 0.2)

    class Blind(torch.nn.Module):
        """Says the same everywhere: calibrated, it gives how frequent a type is."""

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return torch.zeros(len(images), len(TYPES), *images.shape[2:])

    def frequency(*sources: CompositeSource | BoardSource) -> NDArray[np.float64]:
        patches = Patches(sources, [1.0] * len(sources), 64, 60, 3)
        offset = calibrate(Blind(), patches, range(60)).offset
        return np.asarray(1 / (1 + np.exp(-offset)))

    alone, mixed = frequency(wood), frequency(wood, boards)
    assert 0.6 * alone[scratch] < mixed[scratch] < 1.7 * alone[scratch]
    hole = TYPES.index("hole")
    assert mixed[hole] < 0.75 * alone[hole]  # of holes boards do tell: there are none


def _write_board(board: Board) -> None:
    Image.new("RGB", (200, 120), (200, 170, 120)).save(board.image)
    Image.new("L", (200, 120)).save(board.mask)
