"""Radius of the rounded corners of a four-sided item."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qc.geometry.features.edges import Corner, find_corners
from qc.geometry.features.shape import FeatureError, Found, Shape

Array = npt.NDArray[np.float64]

_MIN_RADIUS_MM = 1.5
"""Below this the outline's own smoothing rounds a corner as much as the maker did."""

_ARC_SHARE = 0.85
_ROUNDS = 8
_MAX_RESIDUAL = 0.02
"""RMS departure from the arc, as a share of the radius, beyond which the corner is not round."""


def corner_radii(shape: Shape) -> list[Found]:
    """Return the radius of each of the four corners, of the arc that both edges touch.

    Raises:
        FeatureError: the edges are not straight, or a corner is sharp or not an arc.
    """
    return [_radius(corner, shape.outline_mm) for corner in find_corners(shape.outline_mm)]


def _radius(corner: Corner, outline_mm: Array) -> Found:
    """Fit the arc by least squares; its centre on the bisector leaves the radius alone free."""
    bisector = corner.first + corner.second
    bisector /= np.linalg.norm(bisector)
    half = np.radians(corner.angle_deg) / 2
    reach = 1 / np.sin(half)  # from the vertex to the centre, in radii
    local = outline_mm - corner.vertex_mm
    radius = float(np.linalg.norm(local, axis=1).min()) / (reach - 1)
    open_cosine = np.cos(_ARC_SHARE * (np.pi / 2 - half))
    for _ in range(_ROUNDS):
        if radius < _MIN_RADIUS_MM:
            raise FeatureError("feature-corner-sharp")
        outwards = local - bisector * reach * radius
        distance = np.linalg.norm(outwards, axis=1)
        arc = (-outwards @ bisector > open_cosine * distance) & (distance < 1.5 * radius)
        if arc.sum() < 5:
            raise FeatureError("feature-corner-sharp")
        error = distance[arc] - radius
        slope = -reach * (outwards[arc] @ bisector) / distance[arc] - 1
        radius -= float(error @ slope / (slope @ slope))
    if np.sqrt(np.mean(error**2)) > _MAX_RESIDUAL * radius + 0.05:
        raise FeatureError("feature-corner-not-round")
    centre = corner.vertex_mm + bisector * reach * radius
    return Found(
        float(radius), np.array([centre, centre - bisector * radius]), float(1 / (reach - 1))
    )
