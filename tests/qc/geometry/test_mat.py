from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qc.errors import StationError
from qc.geometry.mat import PAPERS, Paper, identify, read_mat, standard_mat


@pytest.mark.parametrize("paper", PAPERS)
def test_layout_survives_its_json(paper: Paper, tmp_path: Path) -> None:
    layout = standard_mat(paper)
    path = tmp_path / "mat.json"
    path.write_text(layout.model_dump_json())
    assert read_mat(path) == layout


@pytest.mark.parametrize("paper", PAPERS)
def test_corners_are_those_of_the_opencv_board(paper: Paper) -> None:
    layout = standard_mat(paper)
    board_mm = np.asarray(layout.board().getChessboardCorners())[layout.corner_ids()]
    width_mm, height_mm = layout.columns * layout.square_mm, layout.rows * layout.square_mm
    expected = np.stack([board_mm[:, 0] - width_mm / 2, height_mm / 2 - board_mm[:, 1]], axis=1)
    np.testing.assert_allclose(layout.corner_points_mm(), expected, atol=1e-9)


@pytest.mark.parametrize("paper", PAPERS)
def test_marker_squares_are_where_opencv_expects_the_markers(paper: Paper) -> None:
    layout = standard_mat(paper)
    board = layout.board()
    corners = dict(zip(np.ravel(board.getIds()).tolist(), board.getObjPoints(), strict=True))
    margin_mm = (layout.square_mm - layout.marker_mm) / 2
    for marker_id, (column, row) in layout.marker_squares.items():
        expected = np.array([column, row]) * layout.square_mm + margin_mm
        np.testing.assert_allclose(corners[marker_id].reshape(-1, 3)[0, :2], expected, atol=1e-4)


def test_every_corner_lies_a_square_inside_the_ring() -> None:
    layout = standard_mat("A3")
    ring, points = layout.ring_mm, layout.corner_points_mm()
    edge_mm = np.minimum(ring.right_mm - np.abs(points[:, 0]), ring.top_mm - np.abs(points[:, 1]))
    np.testing.assert_allclose(edge_mm, layout.square_mm)
    assert len(points) == 2 * (13 + 19) - 4


def test_no_two_mats_share_a_marker() -> None:
    for one, other in combinations(PAPERS, 2):
        assert not standard_mat(one).marker_ids & standard_mat(other).marker_ids


@pytest.mark.parametrize("paper", PAPERS)
def test_patches_neither_overlap_nor_leave_the_field(paper: Paper) -> None:
    layout = standard_mat(paper)
    assert all(layout.field_mm.contains(patch.rect) for patch in layout.patches)
    for one, other in combinations([patch.rect for patch in layout.patches], 2):
        width = min(one.right_mm, other.right_mm) - max(one.left_mm, other.left_mm)
        height = min(one.top_mm, other.top_mm) - max(one.bottom_mm, other.bottom_mm)
        assert width <= 1e-9 or height <= 1e-9


@pytest.mark.parametrize("paper", PAPERS)
def test_a_mat_is_recognised_among_stray_markers(paper: Paper) -> None:
    layout = standard_mat(paper)
    some = sorted(layout.marker_ids)[:5]
    assert identify([*some, 990, 991]) == layout


@pytest.mark.parametrize("ids", [[], [200, 201], [990, 991, 992], [0, 1, 2, 200, 201, 202]])
def test_too_little_evidence_identifies_no_mat(ids: list[int]) -> None:
    assert identify(ids) is None


def _edit(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda layout: layout | changes


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (_edit(square_mm=30.0), "does not fit"),
        (_edit(marker_mm=20.0), "marker_mm"),
        (_edit(first_marker_id=950), "ids exceed"),
        (_edit(field_srgb=[0, 0, 0]), "differs from mat teliti-a3-1"),
        (_edit(square_mm=19.0), "patch"),
        (_edit(colour="blue"), "colour"),
    ],
)
def test_an_edited_layout_is_refused(
    edit: Callable[[dict[str, Any]], dict[str, Any]], complaint: str, tmp_path: Path
) -> None:
    path = tmp_path / "mat.json"
    path.write_text(json.dumps(edit(json.loads(standard_mat("A3").model_dump_json()))))
    with pytest.raises(StationError, match=complaint) as raised:
        read_mat(path)
    assert raised.value.fix


def test_a_changed_mat_under_its_own_identity_is_read(tmp_path: Path) -> None:
    own = standard_mat("A3").model_copy(
        update={"identity": "workshop-mat", "field_srgb": (0, 90, 60)}
    )
    path = tmp_path / "mat.json"
    path.write_text(own.model_dump_json())
    assert read_mat(path) == own


@pytest.mark.parametrize("content", [None, "", "{}", "not json"])
def test_a_file_that_is_no_layout_is_refused(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "mat.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(StationError):
        read_mat(path)


def test_an_unknown_paper_is_refused() -> None:
    with pytest.raises(StationError, match="A5"):
        standard_mat("A5")
