"""The standard mats: which there are, and how one is recognised or read from its file.

See `qc.geometry.mat_layout` for the frames and for what is printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ValidationError

from qc.errors import StationError, first_problem
from qc.geometry.mat_layout import (
    CHECK_LINE_MM,
    CheckLine,
    MatLayout,
    Paper,
    Patch,
    Rect,
    Srgb,
    centred,
)

__all__ = [
    "CHECK_LINE_MM",
    "PAPERS",
    "CheckLine",
    "MatLayout",
    "Paper",
    "Patch",
    "Rect",
    "Srgb",
    "identify",
    "paper_of",
    "read_mat",
    "standard_mat",
]

PAPERS: tuple[Paper, ...] = ("A4", "A3", "A2")

_MARKER_SHARE = 0.7
_REVISION = 1
_MIN_MARKERS = 3


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
    ring = centred(columns * square_mm, rows * square_mm)
    field = centred((columns - 4) * square_mm, (rows - 4) * square_mm)
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


def paper_of(identity: str) -> Paper | None:
    """Return the paper of a standard mat, by its printed identity; None of another one."""
    return next((paper for paper in PAPERS if standard_mat(paper).identity == identity), None)


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
        raise StationError(f"{path}: {first_problem(error, 'mat')}", fix=again) from error
    paper = paper_of(layout.identity)
    if paper is not None and layout != standard_mat(paper):
        raise StationError(f"{path}: the layout differs from mat {layout.identity}", fix=again)
    return layout
