"""Does a photo show the item before an upright mat? Each answer that is not yes says what to do."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qc.decision.verdict import Reason, Verdict
from qc.geometry.item import Part
from qc.geometry.pose import MatView
from qc.geometry.upright.standing import Standing

Array = npt.NDArray[np.float64]

_BORDER_MM = 1.5
"""What comes as near as this to the field's border may continue beyond it."""

_LEAST_RISE_MM = 6.0
"""The top must rise so far above the field's lower border: the edge is read against some pixels of
the field."""

_PATCH_REACH_MM, _PATCH_MARGIN_MM = 12.0, 3.0
"""How far below the top, and how far around a patch, the outline must not meet one."""

_MIN_LOOK_DOWN_DEG, _MAX_LOOK_DOWN_DEG = 3.0, 25.0
"""Between a near edge that hides the far one, were the mat to lean by 2°, and a view from above in
which a millimetre of depth is half a millimetre of height."""


def gate_standing(parts: list[Part], view: MatView, name: str) -> list[Reason]:
    """Judge whether one item stands before the mat's lower border and ends inside of its field."""
    standing = Standing.of(view)
    if standing is None:
        return [_retake("side-mat-turned", name)]
    if not parts:
        return [_retake("side-item-low", name)]
    half_u, half_v = standing.half_mm(view.layout.field_mm, view.print_scale)
    low = -half_v + _BORDER_MM
    outlines = [standing.to_uv(part.contour_mm) for part in parts]
    inside = half_u - _BORDER_MM, half_v - _BORDER_MM
    if any(_beyond(uv, *inside) or _behind_patch(uv, view, standing) for uv in outlines):
        return [_retake("side-item-high", name)]
    if not any(uv[:, 1].min() < low for uv in outlines):
        return [_retake("side-item-floating", name)]
    if not all(uv[:, 1].min() < low for uv in outlines):
        return [_retake("item-unclear", name)]
    top = max(float(uv[:, 1].max()) for uv in outlines)
    if top < -half_v + _LEAST_RISE_MM:
        return [_retake("side-item-low", name)]
    _, v, w = standing.eye_uvw(view.pose.eye_mm)
    down_deg = float(np.degrees(np.arctan2(v - top, w)))
    if down_deg < _MIN_LOOK_DOWN_DEG:
        return [_retake("side-camera-low", name)]
    if down_deg > _MAX_LOOK_DOWN_DEG:
        return [Reason.of(Verdict.RETAKE, "side-camera-high", view=name, down_deg=down_deg)]
    return []


def _beyond(uv: Array, half_u: float, half_v: float) -> bool:
    return bool((np.abs(uv[:, 0]) > half_u).any() or (uv[:, 1] > half_v).any())


def _behind_patch(uv: Array, view: MatView, standing: Standing) -> bool:
    """Tell whether a top ends at one of the grey patches, before which no item is seen."""
    high = uv[uv[:, 1] > uv[:, 1].max() - _PATCH_REACH_MM]
    for patch in view.layout.patches:
        centre = np.array([patch.x_mm, patch.y_mm]) * view.print_scale
        off = np.abs(high - standing.to_uv(centre)).max(axis=1)
        if (off < patch.size_mm / 2 + _PATCH_MARGIN_MM).any():
            return True
    return False


def _retake(code: str, view: str) -> Reason:
    return Reason.of(Verdict.RETAKE, code, view=view)
