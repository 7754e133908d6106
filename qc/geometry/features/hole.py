"""Holes and openings: their diameter and where they lie.

Looking into a hole, the side nearer to the camera shows the upper edge, and the far side the
lower edge of the wall: only the near side lies on the plane of the stated height. The circle is
fitted to that side alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from qc.geometry.features.frame import ItemFrame
from qc.geometry.features.shape import FeatureError, Found, Shape, across
from qc.geometry.fit import Circle, fit_circle
from qc.spec.dimension import HolePosition

Array = npt.NDArray[np.float64]

_ARC_DEG = 65.0
"""Half of the arc, about the direction of the camera, that belongs to the upper edge as long as
the lower one is seen displaced by less than 0.8 radii."""

_ROUNDS = 3

_MIN_ARC_POINTS = 8
_MAX_OFF_ROUND = 0.05
"""RMS departure from the circle, as a share of its radius, beyond which there is no diameter."""


def hole_diameters(shape: Shape) -> list[Found]:
    """Return the diameter of each hole.

    Raises:
        FeatureError: there is no hole, or one is not round.
    """
    return [_size(circle) for circle in _circles(shape)]


def inside_diameter(shape: Shape) -> Found:
    """Return the diameter of the item's opening, its largest hole.

    Raises:
        FeatureError: there is no opening, or it is not round.
    """
    return _size(max(_circles(shape), key=lambda circle: circle.radius_mm))


def hole_positions(shape: Shape, dimension: HolePosition) -> list[Found]:
    """Return the distance of each hole's centre from an end along the axis, or from the edge.

    Raises:
        FeatureError: there is no hole, one is not round, or the ends are alike.
    """
    circles = _circles(shape)
    if dimension.distance_to == "edge":
        return [_to_edge(shape, np.array(circle.centre_mm)) for circle in circles]
    frame = ItemFrame.of(shape.outline_mm)
    end = frame.from_end(dimension.distance_to, 0.0)
    found = []
    for circle in circles:
        centre = np.array([circle.centre_mm])
        along = float(frame.along(centre)[0])
        beside = float((centre[0] - frame.origin_mm) @ frame.across_axis)
        found.append(Found(abs(along - end), frame.to_mat([along, end], [beside, beside])))
    return found


def _circles(shape: Shape) -> list[Circle]:
    if not shape.holes_mm:
        raise FeatureError("feature-no-hole")
    circles = [_upper_circle(hole, np.array(shape.eye_mm)) for hole in shape.holes_mm]
    if any(c.residual_mm > _MAX_OFF_ROUND * c.radius_mm for c in circles):
        raise FeatureError("feature-hole-not-round")
    return circles


def _upper_circle(hole_mm: Array, eye_mm: Array) -> Circle:
    circle = fit_circle(hole_mm)
    for _ in range(_ROUNDS):
        outwards, towards = hole_mm - circle.centre_mm, eye_mm - circle.centre_mm
        away = float(np.linalg.norm(towards))
        if away < circle.radius_mm:  # the camera looks into it and sees the upper edge all round
            return circle
        cosine = (outwards @ towards) / (np.linalg.norm(outwards, axis=1) * away)
        arc = hole_mm[cosine > np.cos(np.radians(_ARC_DEG))]
        if len(arc) < _MIN_ARC_POINTS:
            raise FeatureError("feature-hole-not-round")
        circle = fit_circle(arc)
    return circle


def _size(circle: Circle) -> Found:
    return across(circle.centre_mm, np.array([1.0, 0.0]), 2 * circle.radius_mm)


def _to_edge(shape: Shape, centre: Array) -> Found:
    """Measure to the nearest edge, by the parabola through the distances around it."""
    distances, nearest = (np.ravel(a) for a in cKDTree(shape.outline_mm).query(centre))
    distance, at = float(distances[0]), int(nearest[0])
    step = np.linalg.norm(np.diff(shape.outline_mm, axis=0, append=shape.outline_mm[:1]), axis=1)
    reach = max(5, round(1.0 / float(np.median(step))))
    around = np.arange(at - reach, at + reach + 1) % len(shape.outline_mm)
    distances = np.linalg.norm(shape.outline_mm[around] - centre, axis=1)
    bend, slope, level = np.polyfit(np.arange(-reach, reach + 1), distances, 2)
    value = float(level - slope**2 / (4 * bend)) if bend > 0 else distance
    return Found(value, np.array([centre, shape.outline_mm[at]]))
