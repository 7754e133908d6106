"""Can this photo be measured? Each answer that is not yes says what to change."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from qc.decision.verdict import Reason, Verdict
from qc.geometry.item import Part
from qc.geometry.mat import MatLayout, standard_mat
from qc.geometry.pose import MatView
from qc.geometry.station import SheetSide, Station
from qc.geometry.upright.gate import gate_standing
from qc.geometry.upright.standing import Standing
from qc.photo import cut_out
from qc.spec.models import Spec

Array = npt.NDArray[np.float64]

_MIN_SIDE_SHARE = 0.5
"""Share of a side's corners that must be seen, on each of the four sides."""

_MAX_TILT_DEG = 25.0
_MAX_ASLANT_DEG = 30.0
"""Of a camera before an upright mat, which looks down on the item besides."""

_MAX_EDGE_REACH_PX = 12.0
"""As far along its normal an edge of the ring is looked at, either way."""

_BESIDE_PX = 3.0
"""So much more is needed to read between pixels."""

_MAX_MM_PER_PX = 0.4
_MAX_RESIDUAL_MM = 0.35
"""A sheet that lifts by 3 mm somewhere scatters the corners by about this much."""


def gate_mat(view: MatView, name: str, spec: Spec, station: Station | None) -> list[Reason]:
    """Judge whether the right mat is flat, seen on all four sides, near and from above.

    Of an upright mat the item hides the lower side, and the camera is in front.
    """
    reasons = []
    setup = spec.view(name)
    upright = setup is not None and setup.mat == "upright"
    wanted = station.mat if station and station.mat else None
    needed = standard_mat(spec.mat)
    if (wanted and wanted != view.layout.identity) or _smaller(view.layout, needed):
        expected = wanted if wanted and wanted != view.layout.identity else needed.identity
        reasons.append(
            Reason.of(
                Verdict.RETAKE,
                "mat-wrong",
                view=name,
                found=view.layout.identity,
                expected=expected,
            )
        )
    shares = _side_shares(view)
    if upright and (standing := Standing.of(view)):
        shares = {side: share for side, share in shares.items() if side != standing.down}
    if min(shares.values()) < _MIN_SIDE_SHARE:
        reasons.append(_retake("mat-covered", name))
    tilt_deg, most_deg = view.pose.tilt_deg, _MAX_ASLANT_DEG if upright else _MAX_TILT_DEG
    if tilt_deg > most_deg:
        code = "side-camera-aslant" if upright else "camera-tilted"
        reasons.append(Reason.of(Verdict.RETAKE, code, view=name, tilt_deg=tilt_deg))
    if view.mm_per_px > _MAX_MM_PER_PX:
        reasons.append(_retake("camera-far", name))
    if view.residual_px * view.mm_per_px > _MAX_RESIDUAL_MM:
        reasons.append(_retake("side-mat-not-flat" if upright else "mat-not-flat", name))
    return reasons


def gate_parts(parts: list[Part], view: MatView, name: str, spec: Spec) -> list[Reason]:
    """Judge whether the pieces that the spec expects lie wholly on the field.

    Before an upright mat, the one item must stand before its lower border instead.
    """
    setup = spec.view(name)
    if setup is not None and setup.mat == "upright":
        return gate_standing(parts, view, name)
    if not parts:
        return [_retake("item-missing", name)]
    if any(part.touches_border for part in parts):
        return [_retake("item-cut-off", name)]
    if len(parts) != spec.parts and not spec.counts_parts(name):
        return [
            Reason.of(
                Verdict.RETAKE, "item-count", view=name, found=len(parts), expected=spec.parts
            )
        ]
    return []


def ring_edges(
    grey: npt.NDArray[np.uint8], view: MatView
) -> tuple[npt.NDArray[np.float32], Array, Array, float]:
    """Return where the photo must show sharp black-and-white edges.

    Args:
        grey: `(H, W)` photo in sRGB values.
        view: the mat in it.

    Returns:
        Linear light around the ring's edges, `(N, 2)` places of it on them, midway between
        neighbouring corners, NaN where the photo ends nearby, `(N, 2)` unit normals, and how far
        along them, in pixels, the light reaches without other edges.
    """
    layout = view.layout
    order = np.searchsorted(layout.corner_ids(), view.corner_ids)
    points_mm = layout.corner_points_mm()[order] * view.print_scale
    square = layout.square_mm
    tree = cKDTree(points_mm)
    begin_px, end_px = [], []
    for step_mm in np.diag(np.multiply(square, view.print_scale)):
        away_mm, nearest = (np.asarray(found) for found in tree.query(points_mm + step_mm))
        neighbours = away_mm < square / 4
        begin_px.append(view.corners_px[neighbours])
        end_px.append(view.corners_px[nearest[neighbours]])
    a, b = np.concatenate(begin_px), np.concatenate(end_px)
    if len(a) == 0:
        return np.empty((0, 0), np.float32), np.empty((0, 2)), np.empty((0, 2)), 0.0
    along = (b - a) / np.linalg.norm(b - a, axis=1, keepdims=True)
    normals = np.column_stack([-along[:, 1], along[:, 0]])
    reach_px = min(0.14 * square / view.mm_per_px, _MAX_EDGE_REACH_PX)
    around = cut_out(grey, (a + b) / 2, reach_px + _BESIDE_PX)
    places = np.where(around.whole[:, None], (a + b) / 2 + around.shift_px, np.nan)
    return around.linear_grey, places, normals, reach_px


def _smaller(layout: MatLayout, needed: MatLayout) -> bool:
    return layout.sheet_height_mm < needed.sheet_height_mm


def _side_shares(view: MatView) -> dict[SheetSide, float]:
    """Share of the corners seen at each side of the sheet."""
    layout = view.layout
    points_mm = layout.corner_points_mm()
    seen = np.isin(layout.corner_ids(), view.corner_ids)
    low, high = points_mm.min(axis=0), points_mm.max(axis=0)
    sides: dict[SheetSide, tuple[int, Array]] = {
        "left": (0, low),
        "right": (0, high),
        "bottom": (1, low),
        "top": (1, high),
    }
    return {
        side: float(seen[np.isclose(points_mm[:, axis], at[axis])].mean())
        for side, (axis, at) in sides.items()
    }


def _retake(code: str, view: str) -> Reason:
    return Reason.of(Verdict.RETAKE, code, view=view)
