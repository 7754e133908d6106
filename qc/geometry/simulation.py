"""Uncertainty by simulation, where it is not linear (JCGM 101:2008).

An error of form is the greatest minus the least of many deviations: noise of the edges can only
enlarge it, and small changes of pose or print scale do so in either direction. Each source is
therefore drawn at random; its contribution is the RMS change of the value, the bias included.
The value itself is reported as measured: no arithmetic makes an item rounder than it was seen.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from qc.geometry.features import Shape
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.station import Station
from qc.geometry.trace import Trace
from qc.geometry.uncertainty import (
    U_FLATNESS_MM,
    U_REPEATABILITY_MM,
    height_u_mm,
    scale_u,
)

Array = npt.NDArray[np.float64]

_DRAWS = 40
"""Enough for a standard uncertainty to 11 %, 1 / sqrt(2 · 40)."""

_SLOW_SHARE = 0.06
"""Stretch, as a share of the outline, over which codec, light and shade move edges alike."""


def simulated_budget(
    value: Callable[[Shape], float],
    trace: Trace,
    view: MatView,
    station: Station | None,
    height_mm: float | None,
    height_u95_mm: float,
    per_mm: float,
) -> dict[str, float]:
    """Build the budget of a feature by drawing each of its sources.

    Args:
        value: of a shape, in its unit.
        trace: the part as it was seen.
        view: gives the estimate and the covariance of camera and pose.
        station: tells whether the print scale was measured.
        height_mm: of the measured edge; None where nobody stated it.
        height_u95_mm: its expanded uncertainty (k = 2).
        per_mm: change of the value where one end of what it is taken from moves by a millimetre.

    Returns:
        Standard uncertainty by source, in the unit of the value.
    """
    rng = np.random.default_rng(0)  # the same photo must give the same budget
    at_mm = height_mm or 0.0
    seen = trace.shape(view.camera, view.pose, at_mm)
    measured = value(seen)
    root = _root(view.covariance)
    u_scale, u_height = scale_u(station), height_u_mm(height_mm, height_u95_mm)

    def spread(draw: Callable[[], Shape]) -> float:
        changes = [value(draw()) - measured for _ in range(_DRAWS)]
        return float(np.sqrt(np.mean(np.square(changes))))

    def print_scale() -> Shape:
        x, y = 1 + u_scale * rng.standard_normal(2)
        return seen.scaled(float(x), float(y))

    def pose() -> Shape:
        return trace.shape(*view.perturbed(root @ rng.standard_normal(len(root))), at_mm)

    def height() -> Shape:
        # Where nobody stated the height, half of it is the least that it can be.
        lifted = max(at_mm + u_height * float(rng.standard_normal()), -at_mm / 2)
        return trace.shape(view.camera, view.pose, lifted)

    def edge() -> Shape:
        return trace.noisy_shape(
            view.camera, view.pose, at_mm, lambda outline: _noise(outline, rng)
        )

    away = np.linalg.norm(seen.outline_mm - seen.eye_mm, axis=1).max()
    return {
        "print scale": spread(print_scale),
        "pose and camera": spread(pose),
        "edge": spread(edge),
        "height": spread(height),
        "mat flatness": per_mm * U_FLATNESS_MM * float(away / view.pose.eye_mm[2]),
        "repeatability": per_mm * U_REPEATABILITY_MM,
    }


def _noise(outline: Outline, rng: np.random.Generator) -> Array:
    """Draw how far an outline's points may be off: each by itself, and whole stretches alike."""
    count = len(outline.points_px)
    slow = gaussian_filter1d(rng.standard_normal(count), _SLOW_SHARE * count, mode="wrap")
    slow *= outline.u_px / max(float(slow.std()), 1e-12)
    return np.asarray(slow + outline.scatter_px * rng.standard_normal(count))


def _root(covariance: Array) -> Array:
    """Return a matrix whose square is the covariance, which may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
