"""All dimensions that one view shows: measured, counted, or why that cannot be."""

from __future__ import annotations

from dataclasses import dataclass, field

from qc.decision.conformity import Decision
from qc.decision.dimension import dimension_reason
from qc.decision.verdict import Reason, Verdict
from qc.geometry.dimension import count, measure
from qc.geometry.edge_height import EdgeHeight, TopHeight
from qc.geometry.features import FeatureError
from qc.geometry.holes import Holes
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.station import Station
from qc.geometry.trace import Trace
from qc.records import AngleMeasurement, Count, Measurement, Swelling
from qc.spec.dimension import Count as CountDimension
from qc.spec.dimension import Height, MeasuredDimension, needs_holes
from qc.spec.models import Spec

VERDICTS = {
    Decision.PASS: (Verdict.PASS, "dimension-inside"),
    Decision.FAIL: (Verdict.FAIL, "dimension-outside"),
    Decision.CHECK: (Verdict.CHECK, "dimension-doubtful"),
}
"""Verdict and message that follow from a decision on a size."""


@dataclass(slots=True)
class Dimensions:
    """What was measured and counted in a view; every dimension has its reasons."""

    measurements: list[Measurement] = field(default_factory=list)
    angles: list[AngleMeasurement] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)


def measure_view(
    name: str,
    view: MatView,
    outlines: list[Outline],
    holes: list[Holes],
    spec: Spec,
    station: Station | None,
    height: EdgeHeight | TopHeight | None = None,
) -> Dimensions:
    """Measure every dimension that the spec has in a view, on every part.

    Args:
        name: of the view.
        view: the mat in it.
        outlines: of the parts, from left to right.
        holes: of each part; None where they cannot be seen clearly.
        spec: what to measure.
        station: tells how well the print's scale is known.
        height: measured from other photos, for dimensions whose height the spec does not state.
    """
    result = Dimensions()
    neighbours = [*outlines[1:], None]
    traces = [
        Trace(outline, pierced or (), neighbour)
        for outline, pierced, neighbour in zip(outlines, holes, neighbours, strict=True)
    ]
    for dimension in spec.of_view(name):
        if isinstance(dimension, Height):
            continue  # seen from the side only
        if isinstance(dimension, CountDimension) and dimension.of == "parts":
            _count(result, dimension, len(outlines), None, spec)
            continue
        for number, (trace, pierced) in enumerate(zip(traces, holes, strict=True), start=1):
            if dimension.feature == "gap" and trace.next_outline is None:
                continue
            if needs_holes(dimension) and pierced is None:
                result.reasons.append(
                    dimension_reason(dimension, "feature-hole-unclear", number, spec)
                )
            elif isinstance(dimension, CountDimension):
                _count(result, dimension, len(pierced or ()), number, spec)
            else:
                raised = _at_height(dimension, height)
                _measure(result, raised, trace, view, station, number, spec)
    return result


def _at_height(
    dimension: MeasuredDimension, height: EdgeHeight | TopHeight | None
) -> MeasuredDimension:
    if dimension.height_mm is not None or height is None:
        return dimension
    edge = height.of_edge(dimension)
    return dimension.model_copy(update={"height_mm": edge.height_mm, "height_u95_mm": edge.u95_mm})


def _measure(
    result: Dimensions,
    dimension: MeasuredDimension,
    trace: Trace,
    view: MatView,
    station: Station | None,
    part: int,
    spec: Spec,
) -> None:
    try:
        measured = measure(dimension, trace, view, station, part)
    except FeatureError as error:
        result.reasons.append(dimension_reason(dimension, error.code, part, spec))
        return
    verdict, code = VERDICTS[measured.decision]
    if trace.faint:
        code = "dimension-edge-faint"
    elif dimension.height_mm is None:
        code = "dimension-height-unknown"
    if isinstance(measured, AngleMeasurement):
        result.angles.append(measured)
    else:
        result.measurements.append(with_swelling(measured, spec))
    said = measured.quantity._asdict()
    result.reasons.append(dimension_reason(dimension, code, part, spec, verdict, **said))


def with_swelling(measured: Measurement, spec: Spec) -> Measurement:
    """State beside a size what moisture may do to it; it is no part of U95."""
    moisture = spec.moisture
    per_percent = moisture.coefficient_of(measured.name) if moisture else None
    if moisture is None or per_percent is None:
        return measured
    swelling = Swelling(
        per_percent=per_percent,
        moisture_percent=moisture.change_percent,
        change_mm=per_percent * moisture.change_percent * measured.value_mm,
    )
    return measured.model_copy(update={"swelling": swelling})


def _count(
    result: Dimensions, dimension: CountDimension, found: int, part: int | None, spec: Spec
) -> None:
    counted = count(dimension, found, part)
    result.counts.append(counted)
    right = counted.decision is Decision.PASS
    code = "count-right" if right else f"count-wrong-{dimension.of}"
    result.reasons.append(
        dimension_reason(
            dimension,
            code,
            part,
            spec,
            VERDICTS[counted.decision][0],
            found=found,
            expected=dimension.expected,
        )
    )
