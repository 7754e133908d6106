"""From a traced part to a decided dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qc.decision.conformity import Decision, decide
from qc.geometry.camera import Camera, Pose
from qc.geometry.features import SIMULATED, Found, Shape, find
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.section import Section
from qc.geometry.simulation import simulated_budget
from qc.geometry.station import Station
from qc.geometry.trace import Trace
from qc.geometry.uncertainty import COVERAGE_FACTOR, Sensitivity, budget, combined_u
from qc.records import (
    AngleBudgetLine,
    AngleMeasurement,
    BudgetLine,
    Count,
    Measurement,
    Points,
    to_points,
)
from qc.spec.dimension import HOLE_FEATURES, Angle, MeasuredDimension
from qc.spec.dimension import Count as CountDimension

_SCALE_STEP = 1e-3
_EDGE_STEP_PX = 0.25


def measure(
    dimension: MeasuredDimension, trace: Trace, view: MatView, station: Station | None, part: int
) -> Measurement | AngleMeasurement:
    """Measure a dimension on the plane of its stated height and decide on it.

    Without a stated height the value is taken on the mat and the decision is `check`, for the
    photo alone cannot tell a larger item from a higher one; on a faint outline it is `check` as
    well. Where a part has the feature several
    times, the one farthest from nominal counts.

    Raises:
        FeatureError: the part does not show the feature.
    """
    reading = _Reading.of(dimension, trace, view)
    lines = _budget(reading, view, station)
    u, value = combined_u(lines), reading.found.value
    lower, upper = dimension.limits
    decision = Decision.CHECK
    if dimension.height_mm is not None and not trace.faint:
        decision = decide(value, u, lower, upper)
    line_px = _in_photo(reading.found.path_mm, view, reading.height_mm)
    if isinstance(dimension, Angle):
        return AngleMeasurement(
            name=dimension.name,
            label=dimension.label,
            feature=dimension.feature,
            view=dimension.view,
            part=part,
            value_deg=value,
            u95_deg=COVERAGE_FACTOR * u,
            lower_deg=lower,
            upper_deg=upper,
            decision=decision,
            budget=tuple(AngleBudgetLine(source=s, u_deg=u_deg) for s, u_deg in lines.items()),
            line_px=line_px,
        )
    return Measurement(
        name=dimension.name,
        label=dimension.label,
        feature=dimension.feature,
        view=dimension.view,
        part=part,
        value_mm=value,
        u95_mm=COVERAGE_FACTOR * u,
        lower_mm=max(lower, 0.0),
        upper_mm=upper,
        default_tolerance=getattr(dimension, "default_tolerance", False),
        decision=decision,
        budget=tuple(BudgetLine(source=s, u_mm=u_mm) for s, u_mm in lines.items()),
        line_px=line_px,
    )


def count(dimension: CountDimension, found: int, part: int | None) -> Count:
    """Decide on a number of parts or holes.

    A wrong number asks a person, for parts that touch look like one, and so does a filled hole.
    """
    right = found == dimension.expected
    return Count(
        name=dimension.name,
        label=dimension.label,
        feature=dimension.feature,
        view=dimension.view,
        part=part,
        found=found,
        expected=dimension.expected,
        decision=Decision.PASS if right else Decision.CHECK,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """A dimension of one part: what was found, and how to find the same once more.

    Camera, height or edges may then be a little different.
    """

    dimension: MeasuredDimension
    trace: Trace
    height_mm: float
    found: Found

    @classmethod
    def of(cls, dimension: MeasuredDimension, trace: Trace, view: MatView) -> _Reading:
        height_mm = dimension.height_mm or 0.0
        section = Section.of(dimension, mirrors=trace.mirrors)
        trace = trace.on_edge(section, dimension.rise_mm)
        candidates = find(trace.shape(view.camera, view.pose, height_mm), dimension)
        worst = max(candidates, key=lambda found: abs(found.value - dimension.nominal))
        return cls(dimension, trace, height_mm, worst)

    def value(self, shape: Shape) -> float:
        """Return the value of the same corner, hole or side of a slightly different shape."""
        here = self.found.path_mm.mean(axis=0)
        candidates = find(shape, self.dimension)
        nearest = min(
            candidates, key=lambda found: np.linalg.norm(found.path_mm.mean(axis=0) - here)
        )
        return nearest.value

    def value_at(self, camera: Camera, pose: Pose, height_mm: float) -> float:
        return self.value(self.trace.shape(camera, pose, height_mm))

    @property
    def edge(self) -> Outline:
        """The least certain of the outlines that it is measured on."""
        holes = self.trace.holes if self.dimension.feature in HOLE_FEATURES else ()
        return max((self.trace.outline, *holes), key=lambda outline: outline.u_px)


def _budget(reading: _Reading, view: MatView, station: Station | None) -> dict[str, float]:
    dimension = reading.dimension
    moved = reading.trace.shape(view.camera, view.pose, reading.height_mm, section_sigmas=1.0)
    by_section = {"edge shape": abs(reading.value(moved) - reading.found.value)}
    if dimension.feature in SIMULATED:
        return by_section | simulated_budget(
            reading.value,
            reading.trace,
            view,
            station,
            dimension.height_mm,
            dimension.height_u95_mm,
            reading.found.per_mm,
        )
    return by_section | budget(
        reading.value_at,
        view,
        station,
        dimension.height_mm,
        dimension.height_u95_mm,
        reading.edge,
        _sensitivity(reading, view),
    )


def _sensitivity(reading: _Reading, view: MatView) -> Sensitivity:
    """Find by finite differences what print scale and edges do to a value.

    Nobody knows how far the errors of the print in x and in y go together; the worse of together
    and against each other bounds every case.
    """
    shape = reading.trace.shape(view.camera, view.pose, reading.height_mm)
    more, less = 1 + _SCALE_STEP, 1 - _SCALE_STEP

    def per_scale(ahead: Shape, behind: Shape) -> float:
        return abs(reading.value(ahead) - reading.value(behind)) / (2 * _SCALE_STEP)

    def shifted(step_px: float) -> float:
        return reading.value(
            reading.trace.shape(view.camera, view.pose, reading.height_mm, shift_px=step_px)
        )

    return Sensitivity(
        per_scale=max(
            per_scale(shape.scaled(more, more), shape.scaled(less, less)),
            per_scale(shape.scaled(more, less), shape.scaled(less, more)),
        ),
        per_edge_px=abs(shifted(_EDGE_STEP_PX) - shifted(-_EDGE_STEP_PX)) / (2 * _EDGE_STEP_PX),
        per_mm=reading.found.per_mm,
    )


def _in_photo(path_mm: npt.NDArray[np.float64], view: MatView, height_mm: float) -> Points:
    raised = np.column_stack([path_mm, np.full(len(path_mm), height_mm)])
    return to_points(view.camera.project(raised, view.pose))
