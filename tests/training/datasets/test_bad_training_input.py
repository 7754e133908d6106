"""Bad input to training is named and counted, and what is good goes on."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import DataLoader

from training.datasets.boards import read_index
from training.datasets.catalogue import read_catalogue
from training.datasets.patches import BoardSource, Patches
from training.errors import TrainingDataError

SHAPE = (64, 96)
CALIBRATES = 6
"""A block whose boards are not trained on."""


def board(root: Path, name: str, *, block: int, split: str = "train", classes: str = "",
          mask: NDArray[np.uint8] | None = None, seed: int | None = None) -> str:  # fmt: skip
    """Write a board and return its line of the index."""
    for folder in ("images", "masks"):
        (root / "wood_boards" / folder).mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(sum(name.encode()) if seed is None else seed)
    pixels = rng.integers(120, 200, (*SHAPE, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(root / "wood_boards" / "images" / f"{name}.png")
    if mask is None:
        mask = np.zeros(SHAPE, np.uint8)
        if classes:
            mask[20:40, 30:60] = int(classes)
    Image.fromarray(mask).save(root / "wood_boards" / "masks" / f"{name}.png")
    return f"{name}.png,{block},{split},0,{classes}\n"


def index(root: Path, *lines: str) -> None:
    (root / "wood_boards" / "index.csv").write_text(
        "image,block,split,location,labels\n" + "".join(lines)
    )
    for name in ("wood_boards_hires", "wood_textures_cc0"):
        (root / name).mkdir(exist_ok=True)
    (root / "wood_boards_hires" / "index.csv").write_text("image,block,split\n")


def test_empty_masks_wrong_sizes_and_doubles_are_left_out_named_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    empty = np.zeros(SHAPE, np.uint8)
    foreign = empty.copy()
    foreign[5, 5] = 11
    index(
        tmp_path,
        board(tmp_path, "good", block=1, classes="4"),
        board(tmp_path, "empty", block=1, classes="4", mask=empty),
        board(tmp_path, "small", block=1, mask=empty[:-1].copy()),
        board(tmp_path, "foreign", block=1, mask=foreign),
        board(tmp_path, "copy", block=1, seed=7),
        board(tmp_path, "original", block=2, split="val", seed=7),
        board(tmp_path, "second", block=1, seed=8),
        board(tmp_path, "judge", block=CALIBRATES, seed=8),
        board(tmp_path, "twin-a", block=1, seed=9),
        board(tmp_path, "twin-b", block=3, seed=9),
    )
    with caplog.at_level(logging.WARNING):
        catalogue = read_catalogue(tmp_path)

    assert {b.image.stem for b in catalogue.fitting} == {"good", "twin-a", "twin-b"}
    assert [b.image.stem for b in catalogue.calibration] == ["judge"]
    said = dict(zip(("empty", "small", "foreign", "copy", "second"),
                    catalogue.summary["left_out"], strict=True))  # fmt: skip
    assert "empty.png is empty, but index.csv says class 4" in said["empty"]
    assert "(63, 96)" in said["small"]
    assert "class 11" in said["foreign"]
    assert "copy.png is the same photo as original.png" in said["copy"]
    assert "second.png is the same photo as judge.png" in said["second"]
    assert "5 of 9 boards were left out" in caplog.text


def test_a_file_that_breaks_in_the_middle_of_a_run_is_named_counted_and_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index(tmp_path, *(board(tmp_path, name, block=1, classes="4") for name in ("a", "b", "c")))
    boards = read_index(tmp_path / "wood_boards")
    patches = Patches([BoardSource(boards, 0.275)], [1.0], 32, 24, 5)
    batches = iter(DataLoader(patches, batch_size=4))
    next(batches)
    assert patches.unusable == 0
    whole = boards[1].image.read_bytes()
    boards[1].image.write_bytes(whole[: len(whole) // 3])

    with caplog.at_level(logging.WARNING):
        rest = list(batches)

    assert sum(len(pixels) for pixels, _, _ in rest) == 20
    assert patches.unusable == caplog.text.count("b.png") > 0


def test_processes_that_load_patches_count_together(tmp_path: Path) -> None:
    index(tmp_path, *(board(tmp_path, name, block=1, classes="4") for name in ("a", "b", "c")))
    boards = read_index(tmp_path / "wood_boards")
    boards[0].image.unlink()
    patches = Patches([BoardSource(boards, 0.275)], [1.0], 32, 24, 5)
    list(DataLoader(patches, batch_size=4, num_workers=2))
    alone = Patches([BoardSource(boards, 0.275)], [1.0], 32, 24, 5)
    list(DataLoader(alone, batch_size=4))
    assert patches.unusable == alone.unusable > 0


def test_data_that_is_gone_ends_the_run(tmp_path: Path) -> None:
    index(tmp_path, board(tmp_path, "a", block=1, classes="4"))
    (only,) = read_index(tmp_path / "wood_boards")
    only.image.unlink()
    patches = Patches([BoardSource([only], 0.275)], [1.0], 32, 4, 5)
    with pytest.raises(TrainingDataError, match="10 patches in a row"):
        patches.sample(0)
    assert patches.unusable == 10
