from __future__ import annotations

import re
import zlib
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from qc.geometry.mat import PAPERS, MatLayout, Paper, standard_mat
from qc.geometry.mat_print import Fill, drawing, mat_pdf, mat_png, px_per_mm

MM_PER_POINT = 25.4 / 72


@cache
def pixels(layout: MatLayout) -> NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(mat_png(layout), np.uint8), cv2.IMREAD_COLOR_RGB)
    return np.asarray(image, np.uint8)


def to_pixel(layout: MatLayout, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixel-centre coordinates: the sheet's corner is at (-0.5, -0.5)."""
    corner = np.array([-layout.sheet_width_mm / 2, layout.sheet_height_mm / 2])
    found: NDArray[np.float64] = (points_mm - corner) * [1, -1] * px_per_mm(layout) - 0.5
    return found


@pytest.mark.parametrize("paper", PAPERS)
def test_opencv_finds_every_corner_where_the_layout_says(paper: Paper) -> None:
    layout = standard_mat(paper)
    image = pixels(layout)
    shape = (layout.sheet_height_mm * px_per_mm(layout), layout.sheet_width_mm * px_per_mm(layout))
    assert image.shape[:2] == shape
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    corners, ids, _, marker_ids = cv2.aruco.CharucoDetector(layout.board()).detectBoard(grey)
    assert set(np.ravel(marker_ids).tolist()) == layout.marker_ids
    found = dict(zip(np.ravel(ids).tolist(), np.reshape(corners, (-1, 2)), strict=True))
    measured = np.array([found[i] for i in layout.corner_ids().tolist()])
    offset = np.abs(measured - to_pixel(layout, layout.corner_points_mm()))
    assert offset.max() <= 0.02


def test_field_and_patches_have_their_nominal_colours() -> None:
    layout = standard_mat("A3")
    image = pixels(layout)
    for patch in layout.patches:
        x, y = np.rint(to_pixel(layout, np.array([patch.x_mm, patch.y_mm]))).astype(int)
        half = int(patch.size_mm / 2 * px_per_mm(layout)) - 1
        area = image[y - half : y + half, x - half : x + half].reshape(-1, 3)
        assert (area == patch.srgb).all()
    middle = np.array(image.shape[:2]) // 2
    assert tuple(image[*middle]) == layout.field_srgb


def test_check_lines_are_100_mm_in_the_image() -> None:
    layout = standard_mat("A3")
    dark = pixels(layout).max(axis=2) < 128
    scale = px_per_mm(layout)
    for line in layout.check_lines:
        start, end = (to_pixel(layout, np.array(p)) for p in (line.start_mm, line.end_mm))
        # Beside the line itself only its two ticks cross.
        if line.axis == "x":
            row = round(start[1]) + scale
            strip = dark[row, round(start[0]) - 9 : round(end[0]) + 10]
        else:
            column = round(start[0]) + scale
            strip = dark[round(end[1]) - 9 : round(start[1]) + 10, column]
        runs = np.flatnonzero(np.diff(strip.astype(np.int8))).reshape(-1, 2).mean(axis=1)
        assert len(runs) == 2
        assert runs[1] - runs[0] == pytest.approx(100 * scale, abs=0.51)


def pdf_content(pdf: bytes) -> str:
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    texts = []
    for stream in streams:
        try:
            texts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    (page,) = [text for text in texts if b" scn " in text]
    return page.decode("latin-1")


@pytest.mark.parametrize("paper", PAPERS)
def test_pdf_page_has_the_papers_size(paper: Paper) -> None:
    layout = standard_mat(paper)
    (box,) = set(re.findall(rb"/MediaBox\s*\[([^\]]*)\]", mat_pdf(layout)))
    size_mm = np.array([float(v) for v in box.split()]) * MM_PER_POINT
    expected = [0, 0, layout.sheet_width_mm, layout.sheet_height_mm]
    np.testing.assert_allclose(size_mm, expected, atol=0.005)


def test_pdf_draws_the_field_true_to_scale() -> None:
    layout = standard_mat("A3")
    content = pdf_content(mat_pdf(layout))
    # The first shape on the page is the field.
    shape = re.findall(r"([\d.-]+) ([\d.-]+) [ml] ", content)[:4]
    points = np.array(shape, float) * MM_PER_POINT
    field = layout.field_mm
    width_mm, height_mm = field.right_mm - field.left_mm, field.top_mm - field.bottom_mm
    np.testing.assert_allclose(np.ptp(points, axis=0), [width_mm, height_mm], atol=0.005)
    middle = [layout.sheet_width_mm / 2, layout.sheet_height_mm / 2]
    np.testing.assert_allclose(points.mean(axis=0), middle, atol=0.005)


def test_the_same_layout_gives_the_same_bytes() -> None:
    layout = standard_mat("A3")
    assert mat_pdf(layout) == mat_pdf(layout)
    assert mat_png(layout) == mat_png(layout)


def test_markers_are_drawn_as_the_dictionary_says() -> None:
    layout = standard_mat("A4")
    modules = layout.board().getDictionary().markerSize + 2
    markers = [p for p in drawing(layout) if isinstance(p, Fill)][-len(layout.marker_ids) - 2 : -2]
    module_mm = layout.marker_mm / modules
    for marker_id, fill in zip(layout.marker_squares, markers, strict=True):
        bits = layout.board().getDictionary().generateImageMarker(marker_id, modules)
        area = sum((r.right_mm - r.left_mm) * (r.top_mm - r.bottom_mm) for r in fill.rects)
        assert area == pytest.approx((bits == 0).sum() * module_mm**2)
        for above, below in pairwise(fill.rects):
            assert below.top_mm <= above.bottom_mm + 1e-9 or below.left_mm > above.right_mm
