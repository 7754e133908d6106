"""The whole inspection on one page.

`inspect` is a pure function: no clock, no disk, no globals. The CLI, the service and the tests
call it alike, and the same inputs give the same record.

    photo → light gate → mat and pose → mat gate → item → item gate → outlines  (`sight`)
          → heights                      (from two photos, or before an upright mat)
          → dimensions with U95 ─┐       (`judging`)
          → surface → defects   ─┼→ reasons → verdict
                    → anomalies ─┤
                    → colour    ─┘
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from qc import __version__
from qc.decision.verdict import Reason, Verdict, worst
from qc.defects.detector import Detector
from qc.defects.normality import Normality
from qc.errors import NormalityError, TelitiError
from qc.geometry.edge_height import EdgeHeight, TopHeight
from qc.geometry.parallax import ParallaxError, Sighting, height_from_two
from qc.geometry.selfcheck import require_sound_vision
from qc.geometry.station import Station
from qc.inspection.judging import Experts, judge_view
from qc.inspection.sight import Seen, look, retake
from qc.judge import Judge
from qc.photo import Photo
from qc.records import Inspection, Measurement, Versions
from qc.side_view import doubt_place, measure_side
from qc.spec.models import Spec


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
        view.name: look(view.name, photos[view.name], spec, station, today)
        if view.name in photos
        else Seen(reasons=[retake("view-missing", view.name)])
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
                experts = Experts(detector, memories.get(view.name), deciders.get(view.name))
                judge_view(view.name, sight, by_view[view.name], height, spec, station, experts)
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


def _heights_from_side(
    spec: Spec, seen: Mapping[str, Seen], station: Station | None
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


def _doubt_places(spec: Spec, seen: Mapping[str, Seen], station: Station | None) -> None:
    """Ask for another side view where the item does not stand where the spec says."""
    measured = _measured(seen)
    for view in spec.views:
        sight = seen[view.name].sight
        if view.mat == "upright" and sight is not None:
            outline = sight.outlines[0]
            seen[view.name].reasons += doubt_place(view, outline, sight.view, station, measured)


def _measured(seen: Mapping[str, Seen]) -> list[Measurement]:
    return [one for view in seen.values() for one in view.dimensions.measurements]


def _heights(spec: Spec, seen: Mapping[str, Seen]) -> dict[str, EdgeHeight]:
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
            reasons.append(retake(error.code, view.name))
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
