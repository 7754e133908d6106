"""Mats as no mat may lie: each is told, and no number comes of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from program import BOWL_SPEC, Program

from qc.photo import Photo

Pixels = npt.NDArray[np.uint8]

RETAKE = 3
WOOD = (170, 120, 70)


def _folded(pixels: Pixels) -> Pixels:
    """The left quarter stands up by 50°: it looks narrower."""
    width, fold = pixels.shape[1], pixels.shape[1] // 4
    columns = np.arange(width, dtype=np.float32)
    risen = fold - (fold - columns) / np.cos(np.radians(50)).astype(np.float32)
    x = np.where(columns < fold, risen, columns).astype(np.float32)
    y = np.arange(pixels.shape[0], dtype=np.float32)[:, None] + 0 * x
    return np.asarray(cv2.remap(pixels, x + 0 * y, y, cv2.INTER_LINEAR), np.uint8)


def _turned_over(pixels: Pixels) -> Pixels:
    """A corner is folded over: it shows the sheet's blank back."""
    sheet = pixels.copy()
    height, width = sheet.shape[:2]
    corner = np.array([(0, 0), (width * 2 // 3, 0), (0, height * 2 // 3)], np.int32)
    return np.asarray(cv2.fillPoly(sheet, [corner], (225, 225, 220)), np.uint8)


def _beside(pixels: Pixels) -> Pixels:
    return np.hstack([pixels, pixels])


def _over_one_side(pixels: Pixels) -> Pixels:
    item = pixels.copy()
    item[200:1050, :700] = WOOD
    return item


def _over_everything(pixels: Pixels) -> Pixels:
    item = pixels.copy()
    item[60:-60, 60:-60] = WOOD
    return item


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        pytest.param(np.fliplr, {"mat-mirrored"}, id="mirrored"),
        pytest.param(_folded, {"mat-covered", "mat-not-flat", "mat-doubled"}, id="folded"),
        pytest.param(_turned_over, {"mat-covered"}, id="corner turned over"),
        pytest.param(_beside, {"mat-doubled"}, id="two mats"),
        pytest.param(_over_one_side, {"mat-covered"}, id="item over one side"),
        pytest.param(_over_everything, {"mat-missing", "mat-covered"}, id="item over the mat"),
    ],
)
def test_a_bad_mat_is_a_retake_without_a_number(
    qc: Program, bowl: Photo, tmp_path: Path, change, codes: set[str]
) -> None:
    path = tmp_path / "photo.jpg"
    changed = np.ascontiguousarray(change(bowl.pixels))
    Image.fromarray(changed).save(path, "JPEG", quality=92)
    run = qc("inspect", path, "--spec", BOWL_SPEC, "--json")
    assert run.status == RETAKE
    record = run.json()
    assert codes & {reason["code"] for reason in record["reasons"]}
    assert record["measurements"] == []
