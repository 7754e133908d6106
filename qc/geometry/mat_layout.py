"""Layout of a mat: a printed ring of ChArUco squares around a plain blue field.

Convention: the mat frame has its origin at the sheet's centre, x to the right, y up the page
and z towards the camera (right-handed); lengths in millimetres. OpenCV's `CharucoBoard` has its
origin at the board's upper left corner, y down the page and z into it:
`x = x_cv - columns * square_mm / 2`, `y = rows * square_mm / 2 - y_cv`.

Only the ring is printed, but squares, markers and corners are numbered as on the full board, so
that OpenCV's board, detector and ids serve unchanged.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal, NamedTuple, Self

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from qc.spec.models import Slug

Paper = Literal["A4", "A3", "A2"]
Srgb = tuple[int, int, int]

CHECK_LINE_MM = 100.0
"""Length of the print-check lines: what a ruler must read on a true-to-scale print."""

_DICTIONARY = cv2.aruco.DICT_5X5_1000


class Rect(NamedTuple):
    """A rectangle with sides along x and y, in the mat frame."""

    left_mm: float
    bottom_mm: float
    right_mm: float
    top_mm: float

    def contains(self, other: Rect) -> bool:
        """Whether `other` lies inside or on the border."""
        return (
            self.left_mm <= other.left_mm
            and self.bottom_mm <= other.bottom_mm
            and other.right_mm <= self.right_mm
            and other.top_mm <= self.top_mm
        )


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Patch(_Model):
    """A neutral square for white balance and exposure; `x_mm, y_mm` is its centre."""

    tone: Literal["white", "grey", "dark"]
    x_mm: float
    y_mm: float
    size_mm: PositiveFloat
    srgb: Srgb

    @property
    def rect(self) -> Rect:
        """The area that the patch covers."""
        half = self.size_mm / 2
        return Rect(self.x_mm - half, self.y_mm - half, self.x_mm + half, self.y_mm + half)


class CheckLine(_Model):
    """A printed line of `CHECK_LINE_MM`; a person measures it to learn the print's scale."""

    axis: Literal["x", "y"]
    start_mm: tuple[float, float]
    end_mm: tuple[float, float]


class MatLayout(_Model):
    """Everything that is printed on a mat, and where.

    `first_marker_id` opens the id range of the full board (`columns * rows // 2` ids). The
    ranges of the standard mats do not overlap, so a marker alone tells which mat it lies on.
    """

    identity: Slug
    paper: Paper
    revision: PositiveInt
    sheet_width_mm: PositiveFloat
    sheet_height_mm: PositiveFloat
    columns: int = Field(ge=6)
    rows: int = Field(ge=6)
    ring_squares: Literal[2] = 2
    square_mm: PositiveFloat
    marker_mm: PositiveFloat
    first_marker_id: NonNegativeInt
    field_srgb: Srgb
    patches: tuple[Patch, ...]
    check_lines: tuple[CheckLine, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        sheet = centred(self.sheet_width_mm, self.sheet_height_mm)
        if not sheet.contains(self.ring_mm):
            raise ValueError("the ring does not fit on the sheet")
        if self.marker_mm >= self.square_mm:
            raise ValueError("marker_mm must be below square_mm")
        available = cv2.aruco.getPredefinedDictionary(_DICTIONARY).bytesList.shape[0]
        if self.first_marker_id + self.columns * self.rows // 2 > available:
            raise ValueError(f"the marker ids exceed the dictionary's {available}")
        if not all(self.field_mm.contains(patch.rect) for patch in self.patches):
            raise ValueError("a patch lies outside the field")
        return self

    @property
    def ring_mm(self) -> Rect:
        """The ring's outer border."""
        return centred(self.columns * self.square_mm, self.rows * self.square_mm)

    @property
    def field_mm(self) -> Rect:
        """The plain field inside the ring, where the item lies."""
        inner = 2 * self.ring_squares
        return centred(
            (self.columns - inner) * self.square_mm, (self.rows - inner) * self.square_mm
        )

    @cached_property
    def marker_squares(self) -> dict[int, tuple[int, int]]:
        """The printed markers: id → (column, row) of its square, from the upper left."""
        numbered = (
            (column, row)
            for row in range(self.rows)
            for column in range(self.columns)
            if (column + row) % 2 == 1
        )
        return {
            marker_id: square
            for marker_id, square in enumerate(numbered, start=self.first_marker_id)
            if self.in_ring(*square)
        }

    @cached_property
    def marker_ids(self) -> frozenset[int]:
        """Ids of the printed markers."""
        return frozenset(self.marker_squares)

    def in_ring(self, column: int, row: int) -> bool:
        """Whether a square, counted from the upper left, belongs to the ring."""
        edge = min(column, row, self.columns - 1 - column, self.rows - 1 - row)
        return 0 <= edge < self.ring_squares

    def square_rect(self, column: int, row: int) -> Rect:
        """The area of a square, counted from the upper left."""
        left, top = self.ring_mm.left_mm, self.ring_mm.top_mm
        return Rect(
            left + column * self.square_mm,
            top - (row + 1) * self.square_mm,
            left + (column + 1) * self.square_mm,
            top - row * self.square_mm,
        )

    def corner_ids(self) -> NDArray[np.int32]:
        """Ids, in OpenCV's numbering, of the corners whose four squares all lie in the ring.

        OpenCV may report a few further corners at the field's border; those are not printed
        as corners and must be dropped.

        Returns:
            Ascending ids, shape `(N,)`.
        """
        columns, rows = self.columns - 1, self.rows - 1
        return np.array(
            [
                row * columns + column
                for row in range(rows)
                for column in range(columns)
                if row in (0, rows - 1) or column in (0, columns - 1)
            ],
            dtype=np.int32,
        )

    def corner_points_mm(self) -> NDArray[np.float64]:
        """Positions of `corner_ids` in the mat frame, shape `(N, 2)`."""
        row, column = np.divmod(self.corner_ids(), self.columns - 1)
        x_mm = self.ring_mm.left_mm + (column + 1) * self.square_mm
        y_mm = self.ring_mm.top_mm - (row + 1) * self.square_mm
        return np.stack([x_mm, y_mm], axis=1).astype(np.float64)

    def board(self) -> cv2.aruco.CharucoBoard:
        """OpenCV's model of the full board, in OpenCV's board frame (see the module)."""
        count = self.columns * self.rows // 2
        ids = np.arange(self.first_marker_id, self.first_marker_id + count, dtype=np.int32)
        return cv2.aruco.CharucoBoard(
            (self.columns, self.rows),
            self.square_mm,
            self.marker_mm,
            cv2.aruco.getPredefinedDictionary(_DICTIONARY),
            ids,
        )


def centred(width_mm: float, height_mm: float) -> Rect:
    """A rectangle around the sheet's centre."""
    return Rect(-width_mm / 2, -height_mm / 2, width_mm / 2, height_mm / 2)
