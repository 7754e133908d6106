"""Heights that were measured, and what they say of the edge that a dimension is measured on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qc.spec.dimension import MeasuredDimension

_K = 2.0

_LIP_MM = (1.0, 2 / np.sqrt(12))
_ROUNDING_MM = (1.5, 3 / np.sqrt(12))
"""Radius of a rim's lip and of a wall's edges where nobody states it: 0 to 2 mm and 0 to 3 mm."""

_STATED_SHARE = 0.15
"""Standard uncertainty of a stated radius."""


@dataclass(frozen=True, slots=True)
class EdgeHeight:
    """Height of an edge above the mat, and its expanded uncertainty (k = 2)."""

    height_mm: float
    u95_mm: float

    def of_edge(self, dimension: MeasuredDimension) -> EdgeHeight:  # noqa: ARG002 - as TopHeight
        """Return the height of the edge that a dimension is measured on: this one."""
        return self


@dataclass(frozen=True, slots=True)
class TopHeight:
    """Height of an item's highest place, and its expanded uncertainty (k = 2)."""

    height_mm: float
    u95_mm: float

    def of_edge(self, dimension: MeasuredDimension) -> EdgeHeight:
        """Return the height of the edge that a dimension is measured on.

        A rim or wall is widest where its rounding begins, a radius below the top.
        """
        radius, u = _ROUNDING_MM if dimension.edge == "wall" else _LIP_MM
        if dimension.edge_radius_mm is not None:
            radius, u = dimension.edge_radius_mm, _STATED_SHARE * dimension.edge_radius_mm
        height_mm = max(self.height_mm - radius, 0.0)
        return EdgeHeight(height_mm, float(np.hypot(self.u95_mm, _K * u)))
