"""Angles between straight edges, in degrees."""

from __future__ import annotations

import numpy as np

from qc.geometry.features.edges import find_corners
from qc.geometry.features.frame import ItemFrame
from qc.geometry.features.shape import FeatureError, Found, Shape
from qc.geometry.fit import fit_line
from qc.spec.dimension import Angle

_LEG_SHARE = 0.3
"""Length of the drawn legs, as a share of the outline's greater extent."""

_END_SHARE = 0.25
"""What is left out of a long side at each end."""

_MAX_BENT = 0.01


def angles(shape: Shape, dimension: Angle) -> list[Found]:
    """Return the four corner angles, or the taper between the long sides.

    Raises:
        FeatureError: the edges are not straight.
    """
    return [_taper(shape)] if dimension.between == "long_sides" else _corner_angles(shape)


def _corner_angles(shape: Shape) -> list[Found]:
    leg_mm = _LEG_SHARE * float(np.ptp(shape.outline_mm, axis=0).max())
    return [
        Found(
            corner.angle_deg,
            np.array(
                [
                    corner.vertex_mm + leg_mm * corner.first,
                    corner.vertex_mm,
                    corner.vertex_mm + leg_mm * corner.second,
                ]
            ),
            _deg_per_mm(leg_mm),
        )
        for corner in find_corners(shape.outline_mm)
    ]


def _taper(shape: Shape) -> Found:
    frame = ItemFrame.of(shape.outline_mm)
    low, high = np.quantile(frame.ends_mm, [_END_SHARE, 1 - _END_SHARE])
    slopes, drawn = [], []
    for side in frame.sides:
        stretch = side[(side[:, 0] >= low) & (side[:, 0] <= high)]
        if len(stretch) < 8:
            raise FeatureError("feature-not-straight")
        line = fit_line(stretch)
        if line.residual_mm > _MAX_BENT * (high - low):
            raise FeatureError("feature-not-straight")
        slope = line.direction[1] / line.direction[0]
        slopes.append(float(np.degrees(np.arctan(slope))))
        across = line.point_mm[1] + slope * (np.array([low, high]) - line.point_mm[0])
        drawn.append(frame.to_mat([low, high], across))
    path = np.vstack([drawn[0][::-1], drawn[1]])
    return Found(slopes[1] - slopes[0], path, _deg_per_mm(high - low))


def _deg_per_mm(leg_mm: float) -> float:
    return float(np.degrees(1 / leg_mm))
