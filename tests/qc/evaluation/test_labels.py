"""Labels: three ways to say where a defect is, and all that may be wrong with each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qc.evaluation.labels import BinaryMask, CocoLabels, IndexMask, LabelError, decode_run_lengths

SHAPE = (20, 30)


def _write(path: Path, values: np.ndarray) -> Path:
    Image.fromarray(values).save(path)
    return path


def _runs(mask: np.ndarray) -> list[int]:
    """COCO's run lengths, counted one pixel at a time."""
    runs, now = [0], False
    for value in mask.T.ravel().tolist():
        if value != now:
            runs.append(0)
            now = value
        runs[-1] += 1
    return runs


def _text(runs: list[int]) -> str:
    """The text form, as COCO's maskApi.c writes it."""
    characters = []
    for place, run in enumerate(runs):
        value = run - runs[place - 2] if place > 2 else run
        while True:
            group = value & 0x1F
            value >>= 5
            more = value != (-1 if group & 0x10 else 0)
            characters.append(chr((group | 0x20 if more else group) + 48))
            if not more:
                break
    return "".join(characters)


@pytest.mark.parametrize("seed", range(6))
def test_run_lengths_of_both_forms_give_the_mask_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random(SHAPE) < rng.choice([0.02, 0.5, 0.98])
    mask[:, 5:20] = seed % 2 == 0  # long runs need several characters
    runs = _runs(mask)
    for counts in (runs, _text(runs)):
        assert np.array_equal(decode_run_lengths({"size": SHAPE, "counts": counts}, SHAPE), mask)


def test_a_polygon_covers_its_pixels() -> None:
    """A rectangle from pixel corner (4, 3) to (14, 9) holds ten by six pixels."""
    labels = CocoLabels(
        [{"id": 1, "category_id": 7, "segmentation": [[4, 3, 14, 3, 14, 9, 4, 9]]}], {7: "dent"}
    )
    mask = labels.masks(SHAPE)["dent"]
    assert mask[3:9, 4:14].all()
    assert mask.sum() == 60


def _coco(**changes: Any) -> CocoLabels:
    plain = {"id": 5, "category_id": 1, "segmentation": [[4, 3, 14, 3, 14, 9, 4, 9]]}
    return CocoLabels([plain | changes], {1: "crack"})


def test_what_is_wrong_has_a_code(tmp_path: Path) -> None:
    empty = _write(tmp_path / "empty.png", np.zeros(SHAPE, np.uint8))
    small = _write(tmp_path / "small.png", np.full((9, 9), 255, np.uint8))
    indexed = _write(tmp_path / "indexed.png", np.full(SHAPE, 3, np.uint8))
    broken = tmp_path / "broken.png"
    broken.write_bytes(empty.read_bytes()[:40])
    cases = {
        "mask-empty": [
            BinaryMask(empty, "crack"),
            _coco(segmentation={"size": SHAPE, "counts": [600]}),
        ],
        "mask-size": [
            BinaryMask(small, "crack"),
            _coco(segmentation={"size": [9, 9], "counts": [81]}),
        ],
        "label-unknown": [
            IndexMask(indexed, {1: "crack"}),
            _coco(category_id=2),
            _coco(category_id=None),
        ],
        "mask-unreadable": [
            BinaryMask(broken, "crack"),
            BinaryMask(tmp_path / "none.png", "crack"),
            _coco(segmentation={"size": SHAPE, "counts": [3]}),
            _coco(segmentation=[["a"]]),
        ],
        "mask-missing": [_coco(segmentation=[]), _coco(segmentation=None)],
    }
    for code, labels in cases.items():
        for label in labels:
            with pytest.raises(LabelError) as caught:
                label.masks(SHAPE)
            assert caught.value.code == code
            assert caught.value.fix


def test_masks_by_type(tmp_path: Path) -> None:
    values = np.zeros(SHAPE, np.uint8)
    values[2:4], values[6:9] = 1, 2
    path = _write(tmp_path / "m.png", values)
    found = IndexMask(path, {1: "crack", 2: "stain"}).masks(SHAPE)
    assert {kind: int(mask.sum()) for kind, mask in found.items()} == {"crack": 60, "stain": 90}
    assert int(BinaryMask(path, "hole").masks(SHAPE)["hole"].sum()) == 150
    clean = _write(tmp_path / "clean.png", np.zeros(SHAPE, np.uint8))
    assert BinaryMask(clean, "hole", may_be_empty=True).masks(SHAPE) == {}
