"""The uncertainty budget of a dimension, after the GUM (JCGM 100:2008).

Each source is a standard uncertainty in the dimension's unit; they are independent, so their
squares add (clause 5.1.2), and U95 = 2 u (clause 6.2.1, k = 2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qc.geometry.camera import Camera, Pose
from qc.geometry.outline import Outline
from qc.geometry.pose import U_HELD, MatView
from qc.geometry.station import Station

Value = Callable[[Camera, Pose, float], float]
"""The dimension as a function of camera, pose and height, the outline's pixels held fixed."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How a dimension answers to what camera, pose and height do not say.

    `per_scale` is its change for a relative change of the print's scale by one, `per_edge_px`
    for edges that all move outwards by a pixel, `per_mm` for one end that moves by a millimetre.
    """

    per_scale: float
    per_edge_px: float
    per_mm: float


COVERAGE_FACTOR = 2.0

_U_SCALE_MEASURED = 0.0005
"""Both 100 mm check lines read on a steel rule to ±0.1 mm."""

_U_SCALE_ASSUMED = 0.003
"""Office printers that "print to scale" are off by up to half a per cent (uniform)."""

U_FLATNESS_MM = 0.2
"""Height to which paper lifts off a table (uniform ±0.35 mm)."""

U_REPEATABILITY_MM = 0.03

_U_HEIGHT_UNKNOWN_MM = 15.0
"""Uniform over the 50 mm which tableware may be high; such a dimension never passes."""


def budget(
    value: Value,
    view: MatView,
    station: Station | None,
    height_mm: float | None,
    height_u95_mm: float,
    outline: Outline,
    sensitivity: Sensitivity,
) -> dict[str, float]:
    """Build the budget of a dimension by finite differences.

    Args:
        value: the dimension as a function of camera, pose and height.
        view: gives the estimate and the covariance of camera and pose.
        station: tells whether the print scale was measured.
        height_mm: of the measured edge; None where nobody stated it.
        height_u95_mm: its expanded uncertainty (k = 2).
        outline: tells how well it is known.
        sensitivity: to print scale, edges and handling.

    Returns:
        Standard uncertainty by source, in the dimension's unit.
    """
    at_mm = height_mm or 0.0
    sigma = np.sqrt(np.diag(view.covariance))
    here = value(view.camera, view.pose, at_mm)
    gradient = np.array([_slope(value, here, view, at_mm, i, sigma[i]) for i in range(len(sigma))])
    pose_u, camera_u = _split(gradient, view.covariance)

    u_height_mm = height_u_mm(height_mm, height_u95_mm)
    step_mm = max(u_height_mm, 0.1)
    per_height = (
        value(view.camera, view.pose, at_mm + step_mm)
        - value(view.camera, view.pose, at_mm - step_mm)
    ) / (2 * step_mm)
    return {
        "print scale": sensitivity.per_scale * scale_u(station),
        "pose": pose_u,
        "camera": camera_u,
        "edge": sensitivity.per_edge_px * outline.u_px,
        "height": abs(per_height) * u_height_mm,
        "mat flatness": abs(per_height) * U_FLATNESS_MM,
        "repeatability": sensitivity.per_mm * U_REPEATABILITY_MM,
    }


def scale_u(station: Station | None) -> float:
    """Return the relative standard uncertainty of the print's scale."""
    return _U_SCALE_MEASURED if station and station.print_scale_measured else _U_SCALE_ASSUMED


def height_u_mm(height_mm: float | None, height_u95_mm: float) -> float:
    """Return the standard uncertainty of an edge's height."""
    return _U_HEIGHT_UNKNOWN_MM if height_mm is None else height_u95_mm / 2


def combined_u(lines: Mapping[str, float]) -> float:
    """Return the combined standard uncertainty (k = 1) of a budget, in its unit."""
    return float(np.sqrt(sum(u**2 for u in lines.values())))


def _slope(
    value: Value, here: float, view: MatView, height_mm: float, index: int, step: float
) -> float:
    """Return the difference of the dimension along one parameter, a standard uncertainty away.

    Over so little it is straight: looking to both sides takes twice the time for the same.
    """
    if step <= U_HELD:
        return 0.0
    delta = np.zeros(len(view.covariance))
    delta[index] = step
    return (value(*view.perturbed(delta), height_mm) - here) / step


def _split(
    gradient: npt.NDArray[np.float64], covariance: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Split the joint contribution into pose (camera held) and what the camera adds.

    Focal length and distance are strongly correlated, so the parts are taken from the
    conditional covariance (Schur complement) rather than from the diagonal.
    """
    pose, camera, cross = covariance[:6, :6], covariance[6:, 6:], covariance[:6, 6:]
    held = pose - cross @ np.linalg.pinv(camera) @ cross.T
    u2_pose = max(0.0, float(gradient[:6] @ held @ gradient[:6]))
    u2_all = max(u2_pose, float(gradient @ covariance @ gradient))
    return float(np.sqrt(u2_pose)), float(np.sqrt(u2_all - u2_pose))
