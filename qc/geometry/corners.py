"""Finding the mat's chessboard corners in a photo.

Markers are detected on a reduced image, which is fast and robust. They predict where every
corner of the ring must be; each is then refined at full resolution in linear light, because
gamma moves the apparent edge between black and white, and kept if its four squares show the
right colours. Corners under the item or a hand thus drop out by themselves.
This module also owns the shapes of OpenCV's ArUco results.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.mat import PAPERS, MatLayout, Paper, identify, standard_mat
from qc.photo import CutOuts, cut_out

Array = npt.NDArray[np.float64]

_MIN_MARKERS = 6


@dataclass(frozen=True, slots=True)
class _Search:
    """One way to look for markers.

    On an image reduced to about `side_px`, thresholded against the means of `windows_px`, for
    every so many-th marker; believed where `enough` markers of one mat are seen.
    """

    side_px: int
    windows_px: tuple[int, int]
    enough: int
    every: int = 1
    shortest: float = 0.03


_SEARCHES = (
    _Search(1000, (31, 31), enough=20),
    # Slower, finds markers in poor photos: shaded, covered; blurred; an A4 mat from a metre away.
    _Search(1400, (21, 61), enough=_MIN_MARKERS),
    _Search(700, (21, 61), enough=_MIN_MARKERS),
    _Search(2000, (31, 31), enough=_MIN_MARKERS, shortest=0.015),
)
_GLANCE = (_Search(1000, (21, 21), enough=4, every=3),)
"""Some 20 ms on a frame of a thousand pixels: a third of the markers foretell every corner."""

_MIN_WINDOW_PX, _FINE_WINDOW_PX, _SEARCH_WINDOW_PX = 3, 15, 45
"""Half sides of the windows in which a corner is refined."""

_PROBE_SHARE = 0.1
"""Distance, in squares, at which a corner's four squares are probed; markers begin at 0.15."""

_STRAY_SHARE = 0.003
"""Of the photo's longer side: so far off are markers' corners, found on a reduced photo through a
lens that bends it. Were it less, the search for those that agree would take long."""

_CUT_OUT_SHARE, _CUT_OUT_MARGIN_PX = 0.4, 8.0
"""How much of the photo is looked at around where a corner is foretold, in squares and besides: one
that moves by a window of 0.14, for which another 0.14 is read, is probed 0.1 farther at most."""

_MIN_CONTRAST = 0.03
"""Difference of linear light between a corner's black and white squares."""


@dataclass(frozen=True, slots=True)
class MatCorners:
    """Corners found: `(N,)` ids of `layout`, `(N, 2)` as designed (mm) and as seen (px)."""

    layout: MatLayout
    ids: npt.NDArray[np.int32]
    points_mm: Array
    points_px: Array
    stray_markers: int = 0
    """Markers of this mat seen elsewhere than the others tell: on another mat, or on a fold."""


def find_corners(
    grey: npt.NDArray[np.uint8],
    *,
    mats: tuple[Paper, ...] = PAPERS,
    likely: Paper | None = None,
    glance: bool = False,
) -> MatCorners | None:
    """Find a mat and its corners.

    Args:
        grey: `(H, W)` photo in sRGB values.
        mats: which to look for; each costs time.
        likely: looked for alone first; the others only where it is not clearly seen.
        glance: look once and quickly, at a small frame of the live camera.

    Returns:
        The corners of the mat that most markers belong to, or None where fewer than six
        markers (at a glance: four) of any known mat are seen or they do not lie in one plane.
    """
    searches = _GLANCE if glance else _SEARCHES
    tries = [(searches[0], (likely,))] if likely else []
    for search, among in [*tries, *((search, mats) for search in searches)]:
        markers = _find_markers(grey, search, among)
        layout = identify(markers)
        printed = layout.marker_ids if layout else frozenset()
        known = [marker for marker in markers if marker in printed]
        if len(known) >= search.enough:
            break
    if layout is None or len(known) < searches[-1].enough:
        return None
    squares = _marker_corners_mm(layout, known)
    seen = np.concatenate([markers[marker] for marker in known])
    stray_px = max(grey.shape) * _STRAY_SHARE
    homography, _ = cv2.findHomography(squares, seen, cv2.RANSAC, stray_px)
    if np.size(homography) != 9:  # OpenCV gives none where the points lie in no plane
        return None

    ids, points_mm = layout.corner_ids(), layout.corner_points_mm()
    predicted = _apply(homography, points_mm)
    height, width = grey.shape
    inside = ((predicted >= 4) & (predicted <= [width - 5, height - 5])).all(axis=1)
    ids, points_mm, predicted = ids[inside], points_mm[inside], predicted[inside]
    if len(ids) == 0:
        return None
    right = _apply(homography, points_mm + np.array([layout.square_mm, 0.0]))
    square_px = float(np.median(np.linalg.norm(right - predicted, axis=1)))
    around = cut_out(grey, predicted, _CUT_OUT_SHARE * square_px + _CUT_OUT_MARGIN_PX)
    refined = _refine(around.linear_grey, predicted + around.shift_px, square_px) - around.shift_px
    good = (np.linalg.norm(refined - predicted, axis=1) < 0.25 * square_px) & _shows_corner(
        around, refined, points_mm, layout, homography
    )
    away_px = np.linalg.norm(_apply(homography, squares) - seen, axis=1).reshape(-1, 4).min(axis=1)
    stray = int(np.count_nonzero(away_px > square_px))
    return MatCorners(layout, ids[good], points_mm[good], refined[good], stray)


def sheet_px(corners: MatCorners) -> Array | None:
    """Return the `(4, 2)` corners of the mat's sheet, clockwise from the upper left as printed.

    None where too few corners were found to tell.
    """
    homography, _ = cv2.findHomography(corners.points_mm, corners.points_px, 0)
    if np.size(homography) != 9:
        return None
    half_mm = np.array([corners.layout.sheet_width_mm, corners.layout.sheet_height_mm]) / 2
    return _apply(homography, np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]]) * half_mm)


def shows_mirrored_mat(grey: npt.NDArray[np.uint8]) -> bool:
    """Tell whether the `(H, W)` photo shows a mat left to right: a mirroring camera or print."""
    markers = _find_markers(np.asarray(cv2.flip(grey, 1), np.uint8), _SEARCHES[1])
    return identify(markers) is not None and len(markers) >= _MIN_MARKERS


@cache
def _marker_detector(
    search: _Search, mats: tuple[Paper, ...]
) -> tuple[cv2.aruco.ArucoDetector, list[int]]:
    """Return a detector, and the ids of the markers that it numbers from 0.

    OpenCV 5.0 compares each candidate with every marker of its dictionary, some 4 µs each, so
    it is given those alone that are on some mat. Two markers differ in more bits than are
    corrected: what is no marker of a mat is none with the others left out either.
    """
    # One or two wide windows find more markers in slightly blurred photos than OpenCV's three
    # narrow ones, in a third of the time.
    parameters = cv2.aruco.DetectorParameters()
    narrow, wide = search.windows_px
    parameters.adaptiveThreshWinSizeMin, parameters.adaptiveThreshWinSizeMax = narrow, wide
    parameters.adaptiveThreshWinSizeStep = max(1, wide - narrow)
    parameters.adaptiveThreshConstant = 5
    parameters.minMarkerPerimeterRate = search.shortest
    ids = [
        marker for mat in mats for marker in sorted(standard_mat(mat).marker_ids)[:: search.every]
    ]
    every_marker = standard_mat("A3").board().getDictionary()
    printed = cv2.aruco.Dictionary(
        every_marker.bytesList[ids], every_marker.markerSize, every_marker.maxCorrectionBits
    )
    return cv2.aruco.ArucoDetector(printed, parameters), ids


def _find_markers(
    grey: npt.NDArray[np.uint8], search: _Search, mats: tuple[Paper, ...] = PAPERS
) -> dict[int, Array]:
    """Return id → `(4, 2)` corners in full-resolution pixels of the markers of `mats`."""
    factor = max(1, round(max(grey.shape) / search.side_px))
    reduced = _reduced(grey, factor)
    detector, ids_of = _marker_detector(search, mats)
    corners, found, _ = detector.detectMarkers(reduced)
    if len(corners) == 0:
        return {}
    # Pixel centres are integers, hence the half pixel around the change of scale.
    quads = (np.reshape(corners, (-1, 4, 2)).astype(np.float64) + 0.5) * factor - 0.5
    return dict(zip([ids_of[int(marker)] for marker in np.ravel(found)], quads, strict=True))


def _reduced(grey: npt.NDArray[np.uint8], factor: int) -> npt.NDArray[np.uint8]:
    """Average whole blocks of pixels, which is several times faster than any other reduction.

    Halving again and again is several times faster still.
    """
    while factor > 1:
        block = 2 if factor % 2 == 0 else factor
        height, width = (length // block for length in grey.shape)
        whole = grey[: height * block, : width * block]
        reduced = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
        grey, factor = np.asarray(reduced, np.uint8), factor // block
    return grey


def _marker_corners_mm(layout: MatLayout, markers: list[int]) -> Array:
    """Return `(4 N, 2)` corners of markers, each in OpenCV's order: clockwise from upper left."""
    squares = layout.marker_squares
    gap = (layout.square_mm - layout.marker_mm) / 2
    corners = []
    for marker in markers:
        rect = layout.square_rect(*squares[marker])
        left, right = rect.left_mm + gap, rect.right_mm - gap
        bottom, top = rect.bottom_mm + gap, rect.top_mm - gap
        corners += [(left, top), (right, top), (right, bottom), (left, bottom)]
    return np.array(corners)


def _apply(homography: npt.ArrayLike, points: Array) -> Array:
    moved = cv2.perspectiveTransform(points.reshape(-1, 1, 2), np.asarray(homography))
    return np.asarray(moved, np.float64).reshape(-1, 2)


def _refine(linear_grey: npt.NDArray[np.float32], points_px: Array, square_px: float) -> Array:
    """Refine saddle points within a window that no marker reaches into.

    Near the mat the lens bends its picture by more than a small window sees, so a large one, as
    far as the markers leave room, comes first where the squares are large.
    """
    free_px = max(int(0.14 * square_px), _MIN_WINDOW_PX)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 60, 1e-4)
    refined: npt.NDArray[Any] = points_px.astype(np.float32).reshape(-1, 1, 2)
    windows_px = {min(free_px, most_px) for most_px in (_SEARCH_WINDOW_PX, _FINE_WINDOW_PX)}
    for half in sorted(windows_px, reverse=True):
        refined = cv2.cornerSubPix(linear_grey, refined, (half, half), (-1, -1), criteria)
    return np.asarray(refined, np.float64).reshape(-1, 2)


def _shows_corner(
    around: CutOuts,
    points_px: Array,
    points_mm: Array,
    layout: MatLayout,
    homography: npt.ArrayLike,
) -> npt.NDArray[np.bool_]:
    """Tell which points have two black and two white squares where the mat has them."""
    column = np.rint((points_mm[:, 0] - layout.ring_mm.left_mm) / layout.square_mm).astype(int)
    row = np.rint((layout.ring_mm.top_mm - points_mm[:, 1]) / layout.square_mm).astype(int)
    # The square up and left of the corner is black where column + row is even.
    falling_is_black = (column + row) % 2 == 0
    step = _PROBE_SHARE * layout.square_mm
    origin = _apply(homography, points_mm)

    def probe(dx: float, dy: float) -> Array:
        probed_mm = points_mm + np.array([dx * step, dy * step])
        where = points_px + around.shift_px + _apply(homography, probed_mm) - origin
        x, y = where[:, 0].astype(np.float32), where[:, 1].astype(np.float32)
        light = cv2.remap(around.linear_grey, x, y, cv2.INTER_LINEAR)
        return np.asarray(light, np.float64).ravel()

    falling = np.stack([probe(-1, 1), probe(1, -1)])
    rising = np.stack([probe(-1, -1), probe(1, 1)])
    black = np.where(falling_is_black, falling.max(axis=0), rising.max(axis=0))
    white = np.where(falling_is_black, rising.min(axis=0), falling.min(axis=0))
    return np.asarray((white - black > _MIN_CONTRAST) & (white > 1.5 * black))
