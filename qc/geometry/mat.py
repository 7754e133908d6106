"""The mat: a printed ring of ChArUco squares around a plain blue field.

Convention: the mat frame has its origin at the sheet's centre, x to the right, y up the page
and z towards the camera (right-handed); lengths in millimetres. OpenCV's `CharucoBoard` has its
origin at the board's upper left corner, y down the page and z into it:
`x = x_cv - columns * square_mm / 2`, `y = rows * square_mm / 2 - y_cv`.

Only the ring is printed, but squares, markers and corners are numbered as on the full board, so
that OpenCV's board, detector and ids serve unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
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
    ValidationError,
    model_validator,
)

from qc.errors import StationError
from qc.spec.models import Slug

Paper = Literal["A4", "A3", "A2"]
Srgb = tuple[int, int, int]

PAPERS: tuple[Paper, ...] = ("A4", "A3", "A2")

CHECK_LINE_MM = 100.0
"""Length of the print-check lines: what a ruler must read on a true-to-scale print."""

_DICTIONARY = cv2.aruco.DICT_5X5_1000
_MARKER_SHARE = 0.7
_REVISION = 1
_MIN_MARKERS = 3


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
        sheet = _centred(self.sheet_width_mm, self.sheet_height_mm)
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
        return _centred(self.columns * self.square_mm, self.rows * self.square_mm)

    @property
    def field_mm(self) -> Rect:
        """The plain field inside the ring, where the item lies."""
        inner = 2 * self.ring_squares
        return _centred(
            (self.columns - inner) * self.square_mm, (self.rows - inner) * self.square_mm
        )

    @property
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

    @property
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


def _centred(width_mm: float, height_mm: float) -> Rect:
    return Rect(-width_mm / 2, -height_mm / 2, width_mm / 2, height_mm / 2)


class _Format(NamedTuple):
    sheet_mm: tuple[float, float]
    columns: int
    rows: int
    square_mm: float
    first_marker_id: int


_FORMATS: dict[Paper, _Format] = {
    "A4": _Format((210.0, 297.0), 12, 18, 15.0, 0),
    "A3": _Format((297.0, 420.0), 14, 20, 20.0, 200),
    "A2": _Format((420.0, 594.0), 20, 28, 20.0, 400),
}

# Strong enough a blue that dark walnut and pale bamboo both stand out, and within the gamut
# of an office printer.
_FIELD_SRGB: Srgb = (20, 80, 170)
_PATCH_SIZE_MM = 12.0
_PATCH_INSET_MM = 4.0
_TONES: tuple[tuple[Literal["white", "grey", "dark"], Srgb], ...] = (
    ("white", (240, 240, 240)),
    ("grey", (128, 128, 128)),
    ("dark", (48, 48, 48)),
)
_CHECK_LINE_OFFSET_MM = 3.0


@cache
def standard_mat(paper: Paper) -> MatLayout:
    """Return the current standard mat for a paper size.

    Raises:
        StationError: there is no standard mat for this paper.
    """
    if paper not in _FORMATS:
        raise StationError(f"no mat for paper {paper!r}", fix=f"Choose one of {', '.join(PAPERS)}.")
    sheet_mm, columns, rows, square_mm, first_marker_id = _FORMATS[paper]
    ring = _centred(columns * square_mm, rows * square_mm)
    field = _centred((columns - 4) * square_mm, (rows - 4) * square_mm)
    below_mm, beside_mm = (
        ring.bottom_mm - _CHECK_LINE_OFFSET_MM,
        ring.left_mm - _CHECK_LINE_OFFSET_MM,
    )
    half = CHECK_LINE_MM / 2
    return MatLayout(
        identity=f"teliti-{paper.lower()}-{_REVISION}",
        paper=paper,
        revision=_REVISION,
        sheet_width_mm=sheet_mm[0],
        sheet_height_mm=sheet_mm[1],
        columns=columns,
        rows=rows,
        square_mm=square_mm,
        marker_mm=round(_MARKER_SHARE * square_mm, 3),
        first_marker_id=first_marker_id,
        field_srgb=_FIELD_SRGB,
        patches=_corner_patches(field),
        check_lines=(
            CheckLine(axis="x", start_mm=(-half, below_mm), end_mm=(half, below_mm)),
            CheckLine(axis="y", start_mm=(beside_mm, -half), end_mm=(beside_mm, half)),
        ),
    )


def _corner_patches(field: Rect) -> tuple[Patch, ...]:
    """One column of tones in each corner, along the long side: a long item fits between."""
    x_mm = field.right_mm - _PATCH_INSET_MM - _PATCH_SIZE_MM / 2
    y_mm = field.top_mm - _PATCH_INSET_MM - _PATCH_SIZE_MM / 2
    return tuple(
        Patch(
            tone=tone,
            x_mm=side * x_mm,
            y_mm=end * (y_mm - step * _PATCH_SIZE_MM),
            size_mm=_PATCH_SIZE_MM,
            srgb=srgb,
        )
        for end in (1, -1)
        for side in (-1, 1)
        for step, (tone, srgb) in enumerate(_TONES)
    )


def identify(marker_ids: Iterable[int]) -> MatLayout | None:
    """Tell which standard mat the detected markers belong to.

    A few ids of no mat or of another are forgiven, as texture can imitate a marker.

    Returns:
        The mat to which more than half of the ids belong, if at least three do; else None.
    """
    seen = set(marker_ids)
    for paper in PAPERS:
        layout = standard_mat(paper)
        known = len(seen & layout.marker_ids)
        if known >= _MIN_MARKERS and known * 2 > len(seen):
            return layout
    return None


def read_mat(path: Path) -> MatLayout:
    """Read a layout that `qc mat print` wrote.

    Raises:
        StationError: the file is missing, is not a layout, contradicts itself, or differs from
            the standard mat whose identity it bears.
    """
    again = "Write it again with `qc mat print`; a changed mat needs an identity of its own."
    try:
        layout = MatLayout.model_validate_json(path.read_bytes())
    except OSError as error:
        raise StationError(
            f"cannot read mat file {path}: {error.strerror}", fix="Check the path."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StationError(f"{path}: {where or 'mat'}: {first['msg']}", fix=again) from error
    standard = next((m for m in map(standard_mat, PAPERS) if m.identity == layout.identity), None)
    if standard is not None and layout != standard:
        raise StationError(f"{path}: the layout differs from mat {layout.identity}", fix=again)
    return layout
