"""Where a photo's defects are: masks from files, polygons or run lengths.

Whatever is wrong with a label is a `LabelError` with a code, so that it can be counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from qc.errors import EvaluationError

Mask = NDArray[np.bool_]
Shape = tuple[int, int]

UNTYPED: Final = "defect"
"""The type of a defect whose mask does not say which."""


_FINER = 4
"""Samples of a pixel along each side where a polygon is filled."""


class LabelError(EvaluationError):
    """A label is missing, empty or does not fit its photo; `code` says which."""

    def __init__(self, message: str, *, code: str, fix: str) -> None:
        super().__init__(message, fix=fix)
        self.code = code


class Labels(Protocol):
    """The defects of one photo."""

    def masks(self, shape: Shape) -> dict[str, Mask]:
        """Return a mask `(H, W)` per type of defect; nothing for a good photo.

        Raises:
            LabelError: the label does not fit a photo of this shape.
        """
        ...


class Good:
    """No defect at all."""

    def masks(self, _shape: Shape) -> dict[str, Mask]:
        """Return nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class BinaryMask:
    """A picture that is not black on the defects, all of one type."""

    path: Path
    kind: str
    may_be_empty: bool = False
    """True where an empty mask says that the photo is good."""

    def masks(self, shape: Shape) -> dict[str, Mask]:
        """Return the one mask."""
        mask = _read(self.path, shape) > 0
        if mask.any():
            return {self.kind: mask}
        if self.may_be_empty:
            return {}
        raise LabelError(
            f"{self.path} is empty, but its photo stands among the defective ones",
            code="mask-empty",
            fix="Draw the defect, or move the photo to the good ones.",
        )


@dataclass(frozen=True, slots=True)
class IndexMask:
    """A picture whose values are the numbers of types; 0 is none."""

    path: Path
    types: Mapping[int, str]

    def masks(self, shape: Shape) -> dict[str, Mask]:
        """Return a mask per type that occurs."""
        values = _read(self.path, shape)
        numbers = [int(value) for value in np.unique(values) if value]
        if unknown := [number for number in numbers if number not in self.types]:
            raise LabelError(
                f"{self.path} contains class {unknown[0]}, which classes.json does not list",
                code="label-unknown",
                fix="Correct the mask, or add the class to the list.",
            )
        found: dict[str, Mask] = {}
        for number in numbers:
            kind = self.types[number]
            found[kind] = found.get(kind, np.zeros(shape, bool)) | (values == number)
        return found


@dataclass(frozen=True, slots=True)
class CocoLabels:
    """The annotations of one image of a COCO file."""

    annotations: Sequence[Mapping[str, Any]]
    types: Mapping[int, str]

    def masks(self, shape: Shape) -> dict[str, Mask]:
        """Return a mask per category that occurs."""
        found: dict[str, Mask] = {}
        for annotation in self.annotations:
            number, category = annotation.get("id"), annotation.get("category_id")
            kind = self.types.get(category) if isinstance(category, int) else None
            if kind is None:
                raise LabelError(
                    f"annotation {number} is of category {category}, which is not in the list",
                    code="label-unknown",
                    fix="Add the category, or correct the annotation.",
                )
            mask = _segmentation(annotation, shape)
            if not mask.any():
                raise LabelError(
                    f"annotation {number} is empty",
                    code="mask-empty",
                    fix="Draw it again or remove it.",
                )
            found[kind] = found.get(kind, np.zeros(shape, bool)) | mask
        return found


def _read(path: Path, shape: Shape) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            plain = image if image.mode in ("L", "P") else image.convert("L")
            values = np.asarray(plain, np.uint8)
    except (OSError, ValueError) as error:
        raise LabelError(
            f"{path} is unreadable: {error}", code="mask-unreadable", fix="Write the mask again."
        ) from error
    if values.shape != shape:
        raise LabelError(
            f"{path} is {values.shape[1]}×{values.shape[0]}, its photo {shape[1]}×{shape[0]}",
            code="mask-size",
            fix="A mask has the size of its photo.",
        )
    return values


def _segmentation(annotation: Mapping[str, Any], shape: Shape) -> Mask:
    drawn = annotation.get("segmentation")
    try:
        if isinstance(drawn, Mapping):
            return decode_run_lengths(drawn, shape)
        if isinstance(drawn, Sequence) and drawn:
            mask = np.zeros(shape, bool)
            for polygon in drawn:
                _fill(mask, np.asarray(polygon, np.float64).reshape(-1, 2))
            return mask
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise LabelError(
            f"annotation {annotation.get('id')} has no valid segmentation: {error}",
            code="mask-unreadable",
            fix="Export the annotations again.",
        ) from error
    raise LabelError(
        f"annotation {annotation.get('id')} is a box without a segmentation",
        code="mask-missing",
        fix="Export masks or polygons; a box is no outline of a defect.",
    )


def _fill(mask: Mask, corners: NDArray[np.float64]) -> None:
    """Add the pixels of which a polygon covers half; its corners count from the photo's corner."""
    size = np.array(mask.shape[::-1])
    low = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, size)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, size)
    width, height = (high - low).tolist()
    if not width or not height:
        return
    fine = Image.new("1", (_FINER * width, _FINER * height))
    # Pillow counts from the centre of the first pixel.
    ImageDraw.Draw(fine).polygon([*((corners - low) * _FINER - 0.5).ravel().tolist()], fill=1)
    share = np.asarray(fine, bool).reshape(height, _FINER, width, _FINER).mean(axis=(1, 3))
    mask[low[1] : high[1], low[0] : high[0]] |= share >= 0.5


def decode_run_lengths(drawn: Mapping[str, Any], shape: Shape) -> Mask:
    """Decode COCO's run lengths: zeros and ones in turn, down the columns.

    `counts` is a list, or the text form: each number, less the one two places before it, in
    groups of five bits, each plus 48 as a character, bit 5 where another group follows.

    Raises:
        LabelError: it is of another size than the photo.
        ValueError: the runs do not fill the picture.
    """
    if tuple(drawn["size"]) != shape:
        raise LabelError(
            f"run lengths are of size {tuple(drawn['size'])}, their photo {shape}",
            code="mask-size",
            fix="Export the annotations for photos of this size.",
        )
    counts = drawn["counts"]
    runs = _runs_of_text(counts) if isinstance(counts, str) else [int(run) for run in counts]
    if sum(runs) != shape[0] * shape[1] or min(runs, default=0) < 0:
        raise ValueError("the runs do not fill the picture")
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return np.asarray(flat.reshape(shape[1], shape[0]).T)


def _runs_of_text(text: str) -> list[int]:
    runs: list[int] = []
    value, shift = 0, 0
    for character in text.encode("ascii"):
        group = character - 48
        value |= (group & 0x1F) << shift
        shift += 5
        if group & 0x20:
            continue
        if group & 0x10:  # negative
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value, shift = 0, 0
    if shift:
        raise ValueError("the text of run lengths ends within a number")
    return runs
