"""Does a round item stand where it is said to? Its width in front tells, if its diameter is known.

From the front a circle is seen between two tangents. Carried to the plane through its centre, at
the depth gap + D/2, they are D (1/cos θ₁ + 1/cos θ₂) / 2 apart, θ measured off the mat's normal.
An item that stands nearer to the camera looks wider by D / distance for each millimetre.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qc.geometry.camera import Camera, Pose
from qc.geometry.fit import extremes
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.station import Station
from qc.geometry.uncertainty import COVERAGE_FACTOR, Sensitivity, budget, combined_u
from qc.geometry.upright.standing import Standing
from qc.records import Measurement

Array = npt.NDArray[np.float64]

_INSIDE_MM = 2.0
"""The widest place must lie so far above both ends of the outline, or it is not seen."""

_MOST_U95_MM = 2.0
_SURE = 1.5
"""A contradiction must exceed the U95 by this: with k = 3 one photo in 300 is asked again."""


def stands_apart(
    outline: Outline,
    view: MatView,
    standing: Standing,
    gap_mm: float,
    u95_gap_mm: float,
    diameter: Measurement,
    station: Station | None,
) -> float | None:
    """Compare the width in front with a diameter measured from above.

    Args:
        outline: of what is seen above the mat's border; an open line.
        view: the upright mat.
        standing: which side of it is down.
        gap_mm: from the mat to the item's back.
        u95_gap_mm: expanded uncertainty of that.
        diameter: as another view measured it.
        station: tells print scale.

    Returns:
        The diameter as it looks here, mm, if it contradicts the other for sure; else None.
    """
    known = diameter.value_mm
    if diameter.u95_mm > _MOST_U95_MM:
        return None

    def carried(camera: Camera, pose: Pose, depth_mm: float) -> Array:
        return standing.to_uv(camera.back_project(outline.points_px, pose, depth_mm))

    def value(camera: Camera, pose: Pose, depth_mm: float) -> float:
        uv = carried(camera, pose, depth_mm)
        ends = np.array(extremes(uv[:, 0], uv[:, 1]))
        eye_u, _, eye_w = standing.eye_uvw(pose.eye_mm)
        wider = np.hypot(1, (ends - eye_u) / (eye_w - depth_mm))
        return float(np.ptp(ends) / wider.mean())

    depth_mm = gap_mm + known / 2
    uv = carried(view.camera, view.pose, depth_mm)
    widest = uv[[int(uv[:, 0].argmin()), int(uv[:, 0].argmax())], 1]
    if widest.min() < max(uv[0, 1], uv[-1, 1]) + _INSIDE_MM:
        return None
    found = value(view.camera, view.pose, depth_mm)
    lines = budget(
        value,
        view,
        station,
        depth_mm,
        u95_gap_mm,
        outline,
        Sensitivity(per_scale=known, per_edge_px=2 * view.mm_per_px, per_mm=1.0),
    )
    u95_mm = COVERAGE_FACTOR * combined_u(lines)
    apart = abs(found - known) > _SURE * float(np.hypot(u95_mm, diameter.u95_mm))
    return found if apart else None
