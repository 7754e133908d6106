"""Boards: classes become types, and whatever is wrong is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from training.datasets.boards import load_board, read_index, readable
from training.errors import TrainingDataError
from training.labels import TYPES

HEIGHT, WIDTH = 40, 120
FIRST, LAST = 10, 110  # columns of the board between the conveyor's black borders


def _write(
    root: Path,
    masks: dict[str, NDArray[np.uint8]],
    *,
    index: str | None = None,
) -> None:
    (root / "images").mkdir()
    (root / "masks").mkdir()
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:, FIRST:LAST] = (200, 170, 120)
    for name, mask in masks.items():
        Image.fromarray(pixels).save(root / "images" / f"{name}.jpg", quality=95)
        Image.fromarray(mask).save(root / "masks" / f"{name}.png")
    rows = index or "".join(f"{name}.jpg,1,train,0,4\n" for name in masks)
    (root / "index.csv").write_text("image,block,split,location,labels\n" + rows)


def test_classes_become_types(tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    expected = {1: "knot", 2: "knot", 3: "knot", 4: "crack", 5: "stain", 8: "knot", 9: "stain"}
    for class_id in range(1, 11):
        mask[10:20, 12 + 9 * class_id : 16 + 9 * class_id] = class_id
    _write(tmp_path, {"a": mask})
    sample = load_board(read_index(tmp_path)[0])
    left = sample.pixels[0].astype(int) - (200, 170, 120)
    assert np.abs(left).max() < 40, "the conveyor was cropped"
    width = sample.pixels.shape[1]
    assert LAST - FIRST - 6 <= width <= LAST - FIRST
    offset = int(np.flatnonzero(sample.target[TYPES.index("knot")].any(axis=0))[0]) - 21
    for class_id in range(1, 11):
        x = 13 + 9 * class_id + offset
        types = {name for c, name in enumerate(TYPES) if sample.target[c, 15, x]}
        assert types == ({expected[class_id]} if class_id in expected else set())
        known = {name for c, name in enumerate(TYPES) if sample.known[c, 15, x]}
        unknown = {3: {"crack"}, 8: {"crack", "hole"}}.get(class_id, set())
        assert known == (set() if class_id in (6, 7, 10) else set(TYPES) - unknown)


def test_broken_files_are_named_and_the_others_read(tmp_path: Path) -> None:
    good = np.zeros((HEIGHT, WIDTH), np.uint8)
    good[20:30, 30:60] = 4
    foreign = good.copy()
    foreign[5, 50] = 11
    _write(
        tmp_path,
        {"good": good, "small": good[:-1].copy(), "foreign": foreign, "torn": good, "bad": good},
    )
    (tmp_path / "images" / "torn.jpg").write_bytes(b"no picture")
    (tmp_path / "masks" / "bad.png").write_bytes(b"no mask")
    found = {board.image.stem: problem for board, problem in readable(read_index(tmp_path))}
    assert found.pop("good") is None
    messages = {name: str(problem) for name, problem in found.items()}
    assert "(39, 120)" in messages["small"]
    assert "class 11" in messages["foreign"]
    assert "torn.jpg is unreadable" in messages["torn"]
    assert "bad.png is unreadable" in messages["bad"]


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("a.jpg,1,train,0,12\n", "class 12"),
        ("a.jpg,1,train,0,\nb.jpg,1,val,0,\n", "block 1 is in two splits"),
    ],
)
def test_a_wrong_index_is_refused(tmp_path: Path, index: str, message: str) -> None:
    (tmp_path / "index.csv").write_text("image,block,split,location,labels\n" + index)
    with pytest.raises(TrainingDataError, match=message):
        read_index(tmp_path)


def test_a_missing_index_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"index\.csv"):
        read_index(tmp_path)
