"""From an outline to a decided dimension."""

from __future__ import annotations

import numpy as np

from qc.decision.conformity import Decision, decide
from qc.geometry.camera import Camera, Pose
from qc.geometry.features import FEATURES
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.station import Station
from qc.geometry.uncertainty import COVERAGE_FACTOR, budget, combined_u_mm
from qc.records import Measurement
from qc.spec.models import Dimension


def measure(
    dimension: Dimension, outline: Outline, view: MatView, station: Station | None, part: int
) -> Measurement:
    """Measure a dimension on the plane of its stated height and decide on it.

    Without a stated height the value is taken on the mat and the decision is `check`, for the
    photo alone cannot tell a larger item from a higher one.
    """
    feature = FEATURES[dimension.feature]

    def value_mm(camera: Camera, pose: Pose, height_mm: float) -> float:
        return feature(camera.back_project(outline.points_px, pose, height_mm)).value_mm

    height_mm = dimension.height_mm or 0.0
    found = feature(view.camera.back_project(outline.points_px, view.pose, height_mm))
    lines = budget(value_mm, view, station, dimension.height_mm, dimension.height_u95_mm, outline)
    u_mm = combined_u_mm(lines)
    decision = Decision.CHECK
    if dimension.height_mm is not None:
        decision = decide(found.value_mm, u_mm, dimension.lower_mm, dimension.upper_mm)
    ends = np.column_stack([found.ends_mm, np.full(2, height_mm)])
    (x0, y0), (x1, y1) = view.camera.project(ends, view.pose).round(1).tolist()
    return Measurement(
        name=dimension.name,
        label=dimension.label,
        feature=dimension.feature,
        view=dimension.view,
        part=part,
        value_mm=found.value_mm,
        u95_mm=COVERAGE_FACTOR * u_mm,
        lower_mm=dimension.lower_mm,
        upper_mm=dimension.upper_mm,
        default_tolerance=dimension.default_tolerance,
        decision=decision,
        budget=lines,
        line_px=((x0, y0), (x1, y1)),
    )
