"""What a photo shows: the mat and the parts on it, or why it must be taken again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qc.decision.verdict import Reason, Verdict
from qc.dimensions import Dimensions
from qc.geometry.corners import find_corners, shows_mirrored_mat
from qc.geometry.drift import gate_drift, known_camera
from qc.geometry.gate import gate_mat, gate_parts, ring_edges
from qc.geometry.holes import Holes, trace_holes
from qc.geometry.item import Part, find_parts
from qc.geometry.mat import paper_of
from qc.geometry.outline import Outline, trace_outline
from qc.geometry.pose import MatView, locate_mat
from qc.geometry.spread import EdgeSpread, edge_spread
from qc.geometry.station import Station
from qc.geometry.upright.contour import trace_standing
from qc.photo import (
    Photo,
    edge_width_px,
    gate_blur,
    gate_light,
    srgb_to_linear,
    strongest_edges,
    to_grey,
)
from qc.records import ColourMeasurement, Defect, PhotoRecord, SurfaceScore, to_points
from qc.spec.models import Spec

_STRAY_MARKERS = 4
"""More than texture ever imitates; a second mat in the photo shows a dozen."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a photo shows: the mat, the parts' outlines and their holes, and what is kept of it."""

    photo: Photo
    view: MatView
    outlines: list[Outline]
    holes: list[Holes]
    record: PhotoRecord


@dataclass(slots=True)
class Seen:
    """What one view contributes; `sight` is there if the photo can be judged."""

    reasons: list[Reason]
    sight: Sight | None = None
    record: PhotoRecord | None = None
    dimensions: Dimensions = field(default_factory=Dimensions)
    defects: list[Defect] = field(default_factory=list)
    colours: list[ColourMeasurement] = field(default_factory=list)
    score: SurfaceScore | None = None


def look(name: str, photo: Photo, spec: Spec, station: Station | None, today: date | None) -> Seen:
    """Find mat and parts in one photo, or say why it must be taken again."""
    reasons = list(gate_light(photo, name))
    if reasons:
        return Seen(reasons, record=_record(name, photo))
    grey = to_grey(photo.pixels)
    own = paper_of(station.mat) if station and station.mat else None
    corners = find_corners(grey, likely=own or spec.mat)
    if corners and corners.stray_markers >= _STRAY_MARKERS:
        return Seen([retake("mat-doubled", name)], record=_record(name, photo))
    known = known_camera(photo, station, name, today)
    view = locate_mat(corners, known.camera, station) if corners else None
    if view is None:
        return Seen([_why_no_mat(grey, name)], record=_record(name, photo))

    record = _record(name, photo, view)
    light, edges_px, normals, reach_px = ring_edges(grey, view)
    blur = gate_blur(edge_width_px(light, edges_px, normals, window_px=reach_px), name)
    reasons = [*([blur] if blur else []), *gate_mat(view, name, spec, station)]
    if reasons:
        return Seen([*reasons, *known.reasons], record=record)
    doubts = [*known.reasons, *gate_drift(view, known, name)]
    parts = find_parts(photo, view)
    reasons = gate_parts(parts, view, name, spec)
    if reasons:
        return Seen(reasons, record=record)
    spread = edge_spread(light, edges_px, normals, reach_px)
    setup = spec.view(name)
    if setup is not None and setup.mat == "upright":
        return _before_upright(name, photo, view, parts, spread, doubts)
    outlines = [outline for part in parts if (outline := trace_outline(photo, view, part, spread))]
    if len(outlines) != len(parts):
        return Seen([retake("item-unclear", name)], record=record)

    record = _record(name, photo, view, outlines)
    holes: list[Holes] = [() for _ in parts]
    if spec.needs_holes(name):
        holes = [trace_holes(photo, view, part) for part in parts]
    return Seen(doubts, Sight(photo, view, outlines, holes, record), record)


def _before_upright(
    name: str,
    photo: Photo,
    view: MatView,
    parts: list[Part],
    spread: EdgeSpread,
    doubts: list[Reason],
) -> Seen:
    """Trace what rises before an upright mat; nothing else is judged there."""
    outline = trace_standing(photo, view, parts, spread)
    if outline is None:
        return Seen([retake("item-unclear", name)], record=_record(name, photo, view))
    # Records hold closed curves: an open one there and back.
    line = replace(outline, points_px=np.concatenate([outline.points_px, outline.points_px[::-1]]))
    record = _record(name, photo, view, [line])
    return Seen(doubts, Sight(photo, view, [outline], [], record), record)


def _why_no_mat(grey: NDArray[np.uint8], name: str) -> Reason:
    """Tell a blurred photo and a mirrored mat from one without a mat: each needs another act."""
    light = srgb_to_linear(grey)
    sigma_px = edge_width_px(light, *strongest_edges(light))
    if blur := gate_blur(sigma_px, name) if sigma_px is not None else None:
        return blur
    return retake("mat-mirrored" if shows_mirrored_mat(grey) else "mat-missing", name)


def _record(
    name: str, photo: Photo, view: MatView | None = None, outlines: list[Outline] | None = None
) -> PhotoRecord:
    return PhotoRecord(
        view=name,
        sha256=photo.sha256,
        width_px=photo.width_px,
        height_px=photo.height_px,
        mat=view.layout.identity if view else None,
        mm_per_px=view.mm_per_px if view else None,
        distance_mm=float(view.pose.eye_mm[2]) if view else None,
        tilt_deg=view.pose.tilt_deg if view else None,
        mat_residual_px=view.residual_px if view else None,
        outlines_px=tuple(to_points(outline.points_px) for outline in outlines or ()),
    )


def retake(code: str, view: str) -> Reason:
    """Return the reason for taking the photo of a view again."""
    return Reason.of(Verdict.RETAKE, code, view=view)
