"""What is said of a view whose parts are found: dimensions, defects, anomalies and colour."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from qc.anomalies import find_anomalies
from qc.decision.severity import Candidate, Judgement, judge_defect, worth_a_look
from qc.decision.verdict import Reason, Verdict, worst
from qc.defects.detector import Detector
from qc.defects.edge import add_notches
from qc.defects.normality import Normality
from qc.defects.surface import find_defects
from qc.dimensions import measure_view
from qc.geometry.colour import compare_colour
from qc.geometry.edge_height import EdgeHeight, TopHeight
from qc.geometry.notch import find_notches
from qc.geometry.station import Station
from qc.geometry.surface import SurfacePatch, surface_patch
from qc.inspection.sight import Seen, Sight
from qc.judge import Judge
from qc.photo import gate_glare
from qc.records import Defect, Points, SurfaceScore, to_points
from qc.spec.models import Spec
from qc.surface_doubt import settle
from qc.zones import zones_at


@dataclass(frozen=True, slots=True)
class Experts:
    """Who judges a surface."""

    detector: Detector | None
    normality: Normality | None
    judge: Judge | None


def judge_view(
    name: str,
    sight: Sight,
    seen: Seen,
    height: EdgeHeight | TopHeight | None,
    spec: Spec,
    station: Station | None,
    experts: Experts,
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


def _cut_out(
    sight: Sight, spec: Spec, height: EdgeHeight | TopHeight | None, detector: Detector
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
    sight: Sight,
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
