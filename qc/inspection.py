"""The whole inspection on one page.

`inspect` is a pure function: no clock, no disk, no globals. The CLI, the service and the tests
call it alike, and the same inputs give the same record.

    photo → light gate → mat and pose → mat gate → item → item gate → outlines → heights
          → dimensions with U95 ─┐      (heights from two photos, or before an upright mat)
          → surface → defects   ─┼→ reasons → verdict
                    → anomalies ─┤
                    → colour    ─┘
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from qc import __version__
from qc.anomalies import find_anomalies
from qc.decision.severity import Candidate, Judgement, judge_defect, worth_a_look
from qc.decision.verdict import Reason, Verdict, worst
from qc.defects.detector import Detector
from qc.defects.edge import add_notches
from qc.defects.normality import Normality
from qc.defects.surface import find_defects
from qc.dimensions import Dimensions, measure_view
from qc.errors import NormalityError, TelitiError
from qc.geometry.colour import compare_colour
from qc.geometry.corners import find_corners, shows_mirrored_mat
from qc.geometry.drift import gate_drift, known_camera
from qc.geometry.edge_height import EdgeHeight, TopHeight
from qc.geometry.gate import gate_mat, gate_parts, ring_edges
from qc.geometry.holes import Holes, trace_holes
from qc.geometry.item import Part, find_parts
from qc.geometry.mat import paper_of
from qc.geometry.notch import find_notches
from qc.geometry.outline import Outline, trace_outline
from qc.geometry.parallax import ParallaxError, Sighting, height_from_two
from qc.geometry.pose import MatView, locate_mat
from qc.geometry.selfcheck import require_sound_vision
from qc.geometry.spread import EdgeSpread, edge_spread
from qc.geometry.station import Station
from qc.geometry.surface import SurfacePatch, surface_patch
from qc.geometry.upright.contour import trace_standing
from qc.judge import Judge
from qc.photo import (
    Photo,
    edge_width_px,
    gate_blur,
    gate_glare,
    gate_light,
    srgb_to_linear,
    strongest_edges,
    to_grey,
)
from qc.records import (
    ColourMeasurement,
    Defect,
    Inspection,
    Measurement,
    PhotoRecord,
    Points,
    SurfaceScore,
    Versions,
    to_points,
)
from qc.side_view import doubt_place, measure_side
from qc.spec.models import Spec
from qc.surface_doubt import settle
from qc.zones import zones_at

__all__ = ["Inspection", "inspect"]

_STRAY_MARKERS = 4
"""More than texture ever imitates; a second mat in the photo shows a dozen."""


def inspect(
    photos: Mapping[str, Photo],
    spec: Spec,
    station: Station | None = None,
    detector: Detector | None = None,
    normality: Mapping[str, Normality] | None = None,
    judges: Mapping[str, Judge] | None = None,
    *,
    today: date | None = None,
) -> Inspection:
    """Inspect one item.

    Args:
        photos: by the name of the spec's view that each shows.
        spec: what the buyer requires.
        station: calibration of camera and mat; None costs uncertainty.
        detector: finds defects; without one the verdict is `check` at best.
        normality: memories of good items on the mat, by view; what is unlike them is `check`.
        judges: by view; they decide what the experts are unsure of.
        today: the day of the inspection; None leaves unasked whether the calibration expired.

    Returns:
        The inspection. Its verdict is the worst of its reasons, and there is always a reason.

    Raises:
        TelitiError: a photo or a memory is given for a view that the spec does not have.
        NormalityError: a memory was learnt without the mat.
        JudgeError: a judge was fitted with other experts.
        VisionError: the installed OpenCV puts corners in the wrong place.
    """
    require_sound_vision()
    memories, deciders = normality or {}, judges or {}
    judged = {view.name for view in spec.views if view.is_judged}
    unknown = sorted(
        (set(photos) - {view.name for view in spec.views})
        | (set(memories) - judged)
        | (set(deciders) - judged)
    )
    if unknown:
        raise TelitiError(
            f"spec {spec.reference} has no view {unknown[0]!r}",
            fix=f"Use one of: {', '.join(view.name for view in spec.views)}.",
        )
    for memory in memories.values():
        if memory.card.mm_per_px is None:
            raise NormalityError(
                f"{memory.reference} was learnt without the mat",
                fix="Learn it from photos on the mat: only those can be inspected.",
            )
    for name, judge in deciders.items():
        own = memories.get(name)
        judge.require(detector.reference if detector else None, own.card.name if own else None)
    by_view = {
        view.name: _look(view.name, photos[view.name], spec, station, today)
        if view.name in photos
        else _Seen(reasons=[_retake("view-missing", view.name)])
        for view in spec.views
    }
    heights: dict[str, EdgeHeight | TopHeight] = {**_heights(spec, by_view)}
    # A view's sizes may tell the depth of a top before an upright mat, and wait for its height.
    waiting = {view.height_of for view in spec.views if view.mat == "upright"}
    for first in (True, False):
        for view in spec.views:
            sight = by_view[view.name].sight
            if sight and view.is_judged and (view.name not in waiting) is first:
                height = heights.get(view.name)
                experts = _Experts(detector, memories.get(view.name), deciders.get(view.name))
                _judge(view.name, sight, by_view[view.name], height, spec, station, experts)
        if first:
            heights |= _heights_from_side(spec, by_view, station)
    _doubt_places(spec, by_view, station)
    seen = by_view.values()
    reasons = [reason for view in seen for reason in view.reasons]
    records = [view.record for view in seen if view.record]
    return Inspection(
        verdict=worst(reasons),
        reasons=tuple(reasons),
        measurements=tuple(m for view in seen for m in view.dimensions.measurements),
        angles=tuple(a for view in seen for a in view.dimensions.angles),
        counts=tuple(c for view in seen for c in view.dimensions.counts),
        defects=tuple(d for view in seen for d in view.defects),
        colours=tuple(c for view in seen for c in view.colours),
        scores=tuple(view.score for view in seen if view.score),
        photos=tuple(records),
        versions=Versions(
            software=__version__,
            spec=spec.reference,
            release=detector.reference if detector else None,
            normality=tuple(memory.reference for memory in memories.values()),
            judges=tuple(judge.reference for judge in deciders.values()),
            mat=next((record.mat for record in records if record.mat), None),
            station=station.id if station else None,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a photo shows: the mat, the parts' outlines and their holes, and what is kept of it."""

    photo: Photo
    view: MatView
    outlines: list[Outline]
    holes: list[Holes]
    record: PhotoRecord


@dataclass(frozen=True, slots=True)
class _Experts:
    """Who judges a surface."""

    detector: Detector | None
    normality: Normality | None
    judge: Judge | None


@dataclass(slots=True)
class _Seen:
    """What one view contributes; `sight` is there if the photo can be judged."""

    reasons: list[Reason]
    sight: _Sight | None = None
    record: PhotoRecord | None = None
    dimensions: Dimensions = field(default_factory=Dimensions)
    defects: list[Defect] = field(default_factory=list)
    colours: list[ColourMeasurement] = field(default_factory=list)
    score: SurfaceScore | None = None


def _look(
    name: str, photo: Photo, spec: Spec, station: Station | None, today: date | None
) -> _Seen:
    """Find mat and parts in one photo, or say why it must be taken again."""
    reasons = list(gate_light(photo, name))
    if reasons:
        return _Seen(reasons, record=_record(name, photo))
    grey = to_grey(photo.pixels)
    own = paper_of(station.mat) if station and station.mat else None
    corners = find_corners(grey, likely=own or spec.mat)
    if corners and corners.stray_markers >= _STRAY_MARKERS:
        return _Seen([_retake("mat-doubled", name)], record=_record(name, photo))
    known = known_camera(photo, station, name, today)
    view = locate_mat(corners, known.camera, station) if corners else None
    if view is None:
        return _Seen([_why_no_mat(grey, name)], record=_record(name, photo))

    record = _record(name, photo, view)
    light, edges_px, normals, reach_px = ring_edges(grey, view)
    blur = gate_blur(edge_width_px(light, edges_px, normals, window_px=reach_px), name)
    reasons = [*([blur] if blur else []), *gate_mat(view, name, spec, station)]
    if reasons:
        return _Seen([*reasons, *known.reasons], record=record)
    doubts = [*known.reasons, *gate_drift(view, known, name)]
    parts = find_parts(photo, view)
    reasons = gate_parts(parts, view, name, spec)
    if reasons:
        return _Seen(reasons, record=record)
    spread = edge_spread(light, edges_px, normals, reach_px)
    setup = spec.view(name)
    if setup is not None and setup.mat == "upright":
        return _before_upright(name, photo, view, parts, spread, doubts)
    outlines = [outline for part in parts if (outline := trace_outline(photo, view, part, spread))]
    if len(outlines) != len(parts):
        return _Seen([_retake("item-unclear", name)], record=record)

    record = _record(name, photo, view, outlines)
    holes: list[Holes] = [() for _ in parts]
    if spec.needs_holes(name):
        holes = [trace_holes(photo, view, part) for part in parts]
    return _Seen(doubts, _Sight(photo, view, outlines, holes, record), record)


def _before_upright(
    name: str,
    photo: Photo,
    view: MatView,
    parts: list[Part],
    spread: EdgeSpread,
    doubts: list[Reason],
) -> _Seen:
    """Trace what rises before an upright mat; nothing else is judged there."""
    outline = trace_standing(photo, view, parts, spread)
    if outline is None:
        return _Seen([_retake("item-unclear", name)], record=_record(name, photo, view))
    # Records hold closed curves: an open one there and back.
    line = replace(outline, points_px=np.concatenate([outline.points_px, outline.points_px[::-1]]))
    record = _record(name, photo, view, [line])
    return _Seen(doubts, _Sight(photo, view, [outline], [], record), record)


def _heights_from_side(
    spec: Spec, seen: Mapping[str, _Seen], station: Station | None
) -> dict[str, TopHeight]:
    """Measure the height before each upright mat, and return it by the view that waits for it."""
    heights = {}
    measured = _measured(seen)
    for view in spec.views:
        sight = seen[view.name].sight
        if view.mat != "upright" or sight is None:
            continue
        side = measure_side(view, sight.outlines[0], sight.view, spec, station, measured)
        seen[view.name].dimensions = side.dimensions
        seen[view.name].reasons += side.dimensions.reasons
        if view.height_of is not None and side.height is not None:
            heights[view.height_of] = side.height
    return heights


def _doubt_places(spec: Spec, seen: Mapping[str, _Seen], station: Station | None) -> None:
    """Ask for another side view where the item does not stand where the spec says."""
    measured = _measured(seen)
    for view in spec.views:
        sight = seen[view.name].sight
        if view.mat == "upright" and sight is not None:
            outline = sight.outlines[0]
            seen[view.name].reasons += doubt_place(view, outline, sight.view, station, measured)


def _measured(seen: Mapping[str, _Seen]) -> list[Measurement]:
    return [one for view in seen.values() for one in view.dimensions.measurements]


def _heights(spec: Spec, seen: Mapping[str, _Seen]) -> dict[str, EdgeHeight]:
    """Measure the height of each view's edge that another view repeats from elsewhere."""
    heights = {}
    for view in spec.views:
        if view.height_of is None or view.mat == "upright":
            continue
        here, there = seen[view.height_of].sight, seen[view.name].sight
        if here is None or there is None:
            continue
        reasons = seen[view.name].reasons
        try:
            height = height_from_two(
                Sighting(here.outlines[0], here.view), Sighting(there.outlines[0], there.view)
            )
        except ParallaxError as error:
            reasons.append(_retake(error.code, view.name))
            continue
        heights[view.height_of] = height
        reasons.append(
            Reason.of(
                Verdict.PASS,
                "height-measured",
                view=view.name,
                height_mm=height.height_mm,
                u95_mm=height.u95_mm,
            )
        )
    return heights


def _judge(
    name: str,
    sight: _Sight,
    seen: _Seen,
    height: EdgeHeight | TopHeight | None,
    spec: Spec,
    station: Station | None,
    experts: _Experts,
) -> None:
    """Measure what a view shows, find its defects and compare its colour."""
    # Cutting out surfaces keeps all cores busy by itself.
    patches = _cut_out(sight, spec, height, experts.detector) if experts.detector else []
    # The network leaves cores idle at times: what needs no answer of it is done aside. The thread
    # is this view's own and its tasks give none, so that no inspection waits for another.
    with ThreadPoolExecutor(1) as aside:
        measured = aside.submit(
            measure_view, name, sight.view, sight.outlines, sight.holes, spec, station, height
        )
        seen.defects, reasons, suspicion = _defects(sight, patches, spec, experts.detector, aside)
        seen.dimensions = measured.result()
    unlike = None
    if experts.normality and worst(reasons) is not Verdict.RETAKE:
        anomalies, doubts, unlike = find_anomalies(
            name, sight.photo, sight.view, sight.outlines, experts.normality
        )
        seen.defects, reasons = [*seen.defects, *anomalies], [*reasons, *doubts]
    probability = None
    if experts.judge and suspicion is not None and (unlike is not None or not experts.normality):
        probability = experts.judge.probability(suspicion, unlike)
        seen.defects, reasons = settle(experts.judge, probability, name, seen.defects, reasons)
    if suspicion is not None or unlike is not None:
        seen.score = SurfaceScore(
            view=name, detector=suspicion, normality=unlike, probability=probability
        )
    seen.colours, colour_reasons = compare_colour(
        sight.photo, sight.view, sight.outlines, spec, name, seen.defects
    )
    seen.reasons += [*seen.dimensions.reasons, *reasons, *colour_reasons]


def _why_no_mat(grey: np.typing.NDArray[np.uint8], name: str) -> Reason:
    """Tell a blurred photo and a mirrored mat from one without a mat: each needs another act."""
    light = srgb_to_linear(grey)
    sigma_px = edge_width_px(light, *strongest_edges(light))
    if blur := gate_blur(sigma_px, name) if sigma_px is not None else None:
        return blur
    return _retake("mat-mirrored" if shows_mirrored_mat(grey) else "mat-missing", name)


def _cut_out(
    sight: _Sight, spec: Spec, height: EdgeHeight | TopHeight | None, detector: Detector
) -> list[SurfacePatch]:
    """Cut out the surface of every part. Holes that were ordered are none of it."""
    measured_mm = [height.height_mm] if height else []
    height_mm = max([*spec.heights_mm(sight.record.view), *measured_mm], default=0.0)
    return [
        surface_patch(
            sight.photo, sight.view, outline, height_mm, detector.mm_per_px, ordered or ()
        )
        for outline, ordered in zip(sight.outlines, sight.holes, strict=True)
    ]


def _defects(
    sight: _Sight,
    patches: list[SurfacePatch],
    spec: Spec,
    detector: Detector | None,
    aside: Executor,
) -> tuple[list[Defect], list[Reason], float | None]:
    """Find and judge the defects on every part; glare that could hide one comes first.

    The last is the score of the most suspicious part. Holes that the spec has measured or
    counted are no defects. Notches are found `aside`, while the network runs.
    """
    record, name = sight.record, sight.record.view
    if detector is None:
        return [], [Reason.of(Verdict.CHECK, "defects-not-inspected", view=name)], None
    defects: list[Defect] = []
    reasons: list[Reason] = []
    suspicion = 0.0
    for patch in patches:
        if glare := gate_glare(patch.pixels, patch.mask, name):
            return [], [glare], None
        notches = aside.submit(find_notches, patch.outline_mm)
        regions, score = find_defects(detector, patch.pixels, patch.mask)
        suspicion = max(suspicion, score)
        for region in add_notches(regions, notches.result(), patch.plane):
            seen = Candidate(region.type, name, region.length, region.area, region.probability)
            if not worth_a_look(seen, spec):
                continue
            polygon_px = to_points(patch.to_photo(region.polygon))
            judged = judge_defect(seen, spec, zones_at(spec, record, polygon_px))
            defects.append(_defect(seen, region.width, polygon_px, judged))
            if judged.reason:
                reasons.append(judged.reason)
    return defects, reasons or [Reason.of(Verdict.PASS, "defects-none", view=name)], suspicion


def _defect(seen: Candidate, width_mm: float, polygon_px: Points, judged: Judgement) -> Defect:
    return Defect(
        type=seen.type,
        view=seen.view,
        length_mm=seen.length_mm,
        width_mm=width_mm,
        area_mm2=seen.area_mm2,
        probability=seen.probability,
        severity=judged.severity,
        zone=judged.zone,
        verdict=judged.verdict,
        polygon_px=polygon_px,
    )


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


def _retake(code: str, view: str) -> Reason:
    return Reason.of(Verdict.RETAKE, code, view=view)
