"""Rendered items: a photo patch, the item's mask and one mask per defect type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.defects.surface import hide_surroundings
from training.augment import CameraEffects
from training.datasets.windows import Window
from training.errors import TrainingDataError
from training.labels import TYPES, Sample, empty_target
from training.synthesis.composite.scene import log_uniform

_HIDDEN_SHARE = 0.75


def read_renders(root: Path) -> list[str]:
    """List the names of the rendered samples of `root/index.json`.

    Raises:
        TrainingDataError: no index.
    """
    try:
        index = json.loads((root / "index.json").read_text())
    except (OSError, ValueError) as error:
        raise TrainingDataError(
            f"no index.json in {root}", fix="Render the items first."
        ) from error
    entries = index["items"] if isinstance(index, dict) else index
    return [str(entry["name"] if isinstance(entry, dict) else entry) for entry in entries]


def load_render(root: Path, name: str) -> tuple[Sample, NDArray[np.bool_]]:
    """Read one rendered sample and its item mask.

    Raises:
        TrainingDataError: a file is unreadable or has another size than the picture.
    """
    pixels = cv2.imread(str(root / f"{name}.png"), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise TrainingDataError(f"{name}.png is unreadable", fix="Render it again.")
    item = _mask(root / f"{name}.item.png", pixels.shape[:2])
    target = empty_target(pixels.shape[:2])
    for channel, kind in enumerate(TYPES):
        path = root / f"{name}.{kind}.png"
        if path.exists():
            target[channel] = _mask(path, pixels.shape[:2])
    known = np.ones_like(target)
    known[TYPES.index("knot")] = False  # rendered wood may show knots that nobody labelled
    return Sample(np.asarray(pixels, np.uint8), target, known), item


def _mask(path: Path, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if mask is None or mask.shape != tuple(shape):
        raise TrainingDataError(
            f"{path.name} is missing or not of size {tuple(shape)}", fix="Render it again."
        )
    return np.asarray(mask) > 127


class RenderSource:
    """Windows of rendered items, half of them about a defect."""

    def __init__(self, root: Path, names: Sequence[str]) -> None:
        self._root, self._names = root, list(names)
        self._effects = CameraEffects()

    def __call__(self, rng: np.random.Generator, side: int) -> Sample:
        """Cut one augmented patch."""
        whole, item = load_render(self._root, self._names[int(rng.integers(len(self._names)))])
        where = whole.target.any(axis=0) if rng.random() < 0.5 else item
        rows, columns = np.nonzero(where if where.any() else item)
        centre = None
        if len(rows):
            at = int(rng.integers(len(rows)))
            jitter = rng.normal(0, side / 6, 2)
            centre = (columns[at] + jitter[0], rows[at] + jitter[1])
        shape = (whole.pixels.shape[0], whole.pixels.shape[1])
        window = Window.draw(rng, shape, side, log_uniform(rng, 0.7, 1.4), centre)
        photo = self._effects(window.cut(whole.pixels), int(rng.integers(2**31)))
        if rng.random() < _HIDDEN_SHARE:
            photo = hide_surroundings(photo, window.cut_mask(item))
        return Sample(
            photo,
            np.stack([window.cut_mask(m) for m in whole.target]),
            np.stack([window.cut_mask(m) for m in whole.known]),
        )
