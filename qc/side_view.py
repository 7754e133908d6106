"""What a view before an upright mat gives: the item's height, and doubts about where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from qc.decision.conformity import decide
from qc.decision.dimension import dimension_reason
from qc.decision.verdict import Reason, Verdict
from qc.dimensions import VERDICTS, Dimensions, with_swelling
from qc.geometry.edge_height import TopHeight
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.station import Station
from qc.geometry.uncertainty import combined_u
from qc.geometry.upright.apart import stands_apart
from qc.geometry.upright.height import Depth, SideReading, gap_of, read_height
from qc.geometry.upright.standing import Standing
from qc.records import BudgetLine, Measurement
from qc.spec.dimension import Height
from qc.spec.models import Spec, View


@dataclass(slots=True)
class SideView:
    """The dimensions measured in a side view, and the height for others; None where unknown."""

    dimensions: Dimensions = field(default_factory=Dimensions)
    height: TopHeight | None = None


def measure_side(
    setup: View,
    outline: Outline,
    view: MatView,
    spec: Spec,
    station: Station | None,
    measured: Sequence[Measurement],
) -> SideView:
    """Measure the item's height before an upright mat.

    Args:
        setup: the spec's view.
        outline: the item's upper outline.
        view: the mat in the photo.
        spec: what to measure.
        station: tells how well print scale and margin are known.
        measured: what other views gave, of which one may tell the top's depth.
    """
    result = SideView()
    wanted = [one for one in spec.of_view(setup.name) if isinstance(one, Height)]
    depth = _depth(setup, measured)
    if setup.top_depth_of is not None and depth is None:
        result.dimensions.reasons += [
            dimension_reason(one, "side-depth-unknown", None, spec, size=setup.top_depth_of)
            for one in wanted
        ]
        return result
    standing = Standing.of(view)
    if standing is None:
        return result
    reading = read_height(outline, view, standing, setup, station, depth)
    if reading.faint:
        # What mirrors the mat ends anywhere: such a height is worse than none.
        result.dimensions.reasons += [
            dimension_reason(one, "dimension-edge-faint", None, spec) for one in wanted
        ]
        return result
    for one in wanted:
        _decide(result.dimensions, one, reading, spec)
    if setup.height_of is not None:
        result.height = reading.top
        if not wanted:  # else its own reason says as much
            result.dimensions.reasons.append(
                Reason.of(
                    Verdict.PASS,
                    "height-from-side",
                    view=setup.name,
                    height_mm=reading.height_mm,
                    u95_mm=reading.u95_mm,
                )
            )
    return result


def doubt_place(
    setup: View,
    outline: Outline,
    view: MatView,
    station: Station | None,
    measured: Sequence[Measurement],
) -> list[Reason]:
    """Ask for another photo where a round item does not stand where the spec says."""
    diameter = next((one for one in measured if one.feature == "diameter"), None)
    standing = Standing.of(view)
    if diameter is None or standing is None:
        return []
    gap = gap_of(setup)
    found_mm = stands_apart(outline, view, standing, gap.depth_mm, gap.u95_mm, diameter, station)
    if found_mm is None:
        return []
    return [
        Reason.of(
            Verdict.RETAKE,
            "side-item-apart",
            view=setup.name,
            found_mm=found_mm,
            known_mm=diameter.value_mm,
        )
    ]


def _depth(setup: View, measured: Sequence[Measurement]) -> Depth | None:
    """Return half of the size that tells how deep the item is."""
    size = next((one for one in measured if one.name == setup.top_depth_of), None)
    return None if size is None else Depth(size.value_mm / 2, size.u95_mm / 2)


def _decide(result: Dimensions, dimension: Height, reading: SideReading, spec: Spec) -> None:
    lower, upper = dimension.limits
    decision = decide(reading.height_mm, combined_u(reading.u_mm), lower, upper)
    measured = Measurement(
        name=dimension.name,
        label=dimension.label,
        feature=dimension.feature,
        view=dimension.view,
        value_mm=reading.height_mm,
        u95_mm=reading.u95_mm,
        lower_mm=lower,
        upper_mm=upper,
        default_tolerance=dimension.default_tolerance,
        decision=decision,
        budget=tuple(BudgetLine(source=s, u_mm=u_mm) for s, u_mm in reading.u_mm.items()),
        line_px=reading.line_px,
    )
    verdict, code = VERDICTS[decision]
    result.measurements.append(with_swelling(measured, spec))
    said = measured.quantity._asdict()
    result.reasons.append(dimension_reason(dimension, code, None, spec, verdict, **said))
