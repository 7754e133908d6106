"""The four straight edges of a four-sided item, and where they would meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qc.geometry.features.shape import FeatureError
from qc.geometry.fit import fit_box, fit_line

Array = npt.NDArray[np.float64]

_MIDDLE_SHARE = 0.5
"""Each edge is the line through its middle half, so that rounded corners do not count."""

_MAX_BENT = 0.01
"""RMS departure from the line, as a share of the stretch, beyond which an edge is not straight."""


@dataclass(frozen=True, slots=True)
class Corner:
    """Where two edges would meet: the point, and unit vectors `(2,)` along both from there."""

    vertex_mm: Array
    first: Array
    second: Array

    @property
    def angle_deg(self) -> float:
        """Between the edges, inside the item."""
        cosine = float(np.clip(self.first @ self.second, -1.0, 1.0))
        return float(np.degrees(np.arccos(cosine)))


def find_corners(outline_mm: Array) -> list[Corner]:
    """Return the four corners of an outline in order.

    Raises:
        FeatureError: the outline does not have four straight edges.
    """
    box = fit_box(outline_mm)
    axis = np.array(box.axis)
    across = np.array([-axis[1], axis[0]])
    half = np.array([box.length_mm, box.width_mm]) / 2
    local = (outline_mm - box.centre_mm) @ np.column_stack([axis, across]) / half
    lines = [
        _edge(outline_mm[(local[:, k] * sign > np.abs(local[:, 1 - k]) / _MIDDLE_SHARE)])
        for k, sign in ((0, 1), (1, 1), (0, -1), (1, -1))
    ]
    centre = np.array(box.centre_mm)
    corners = []
    for (p, u), (q, v) in zip(lines, [*lines[1:], lines[0]], strict=True):
        if abs(u[0] * v[1] - u[1] * v[0]) < 0.1:
            raise FeatureError("feature-not-straight")
        shares = np.linalg.solve(np.column_stack([u, -v]), q - p)
        vertex = p + shares[0] * u
        corners.append(Corner(vertex, _towards(u, centre - vertex), _towards(v, centre - vertex)))
    return corners


def _edge(points_mm: Array) -> tuple[Array, Array]:
    if len(points_mm) < 8:
        raise FeatureError("feature-not-straight")
    line = fit_line(points_mm)
    if line.residual_mm > _MAX_BENT * np.ptp(points_mm @ line.direction):
        raise FeatureError("feature-not-straight")
    return line.point_mm, line.direction


def _towards(direction: Array, target: Array) -> Array:
    return direction if direction @ target > 0 else -direction
