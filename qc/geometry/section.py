"""What a camera sees of an edge that is not a line: where its silhouette falls.

A calliper closes on the widest place. The camera sees where its rays touch the item, and that is
another place of the edge's vertical section: of an upright wall that faces the camera it is the
foot, of a round side a point above or below the widest one. Carried to the plane of the widest
place, the silhouette lies farther out than the item. For a section with a wall of height w and
edges rounded with radius r, and rays that meet the side at the angle φ off the vertical, positive
where they see the wall, it is the section's support function:

    d = r (1 / cos φ - 1) + w tan φ     (the second term where φ > 0)

A round side that is flatter than it is high, as the end of a stick that was cut off, is half an
ellipse of that height h and of that radius of curvature at its widest place: e = h² / r and

    d = √(e² + h² tan² φ) - e, never more than the h tan φ of a blunt end.

A rim whose side leans inwards by the angle α, straight down to the mat, hides that side from rays
that are no flatter than α; then the foot is seen, and both terms count from there:

    d = r (1 / cos min(φ, α) - 1) + w (tan φ - tan α)     (the second term where φ > α)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from qc.spec.dimension import MeasuredDimension

Array = npt.NDArray[np.float64]

_SMOOTHING = 3.0

_LIP_MM = 2.0
"""Radius that a rim's lip may have (uniform from 0)."""

_OVERHANG_DEG = 10.0
"""A rim of which nothing else is stated hides the side below it from rays no flatter than this."""

_OVERHANG_U_DEG = 1.5
"""Standard uncertainty of a stated overhang."""

_ROUNDING_MM = 1.5
"""Rounding of a wall's edges where nobody states it, and its standard uncertainty."""

_STATED_SHARE = 0.1
"""Standard uncertainty of a stated rounding of a wall."""

_CURVATURE_SHARE = 0.15
"""That of the stated radius of a round side, which is seldom quite a circle."""

_SPUR_MM = 0.1
_SPUR_REACH = 2.5

_MIRRORED_FACING = 0.37
"""Cosine between normal and ray below which a dark gloss is too bright with the mat that it mirrors
to be told from it: Schlick's approximation there gives a tenth of the light."""

_UNSEEN_MM = 1.5
"""A flank that is seen no wider than this is not told by its colour from the mat in shade: where
its edge shows the mat more than itself, it may have been taken for mat."""

_UNKNOWN_SHARE = 0.5
"""Radius of a side of which nothing is stated, at most, as a share of the edge's height."""


@dataclass(frozen=True, slots=True)
class Section:
    """The vertical section of an edge.

    `edge` is what the spec says of it, None where it says nothing; `radius_mm` the radius that
    it states and `overhang_deg` how far the side below a rim leans inwards. `mirrors` tells of an
    item that shows little but what it mirrors, whose outline may run where it begins to be seen.
    `ends` tells that it is measured from end to end: a stick's end may be round, or cut off.
    """

    edge: str | None = None
    radius_mm: float | None = None
    overhang_deg: float | None = None
    mirrors: bool = False
    ends: bool = False

    @classmethod
    def of(cls, dimension: MeasuredDimension, *, mirrors: bool = False) -> Section:
        """Return the section of the edge that a dimension is measured on."""
        return cls(
            dimension.edge,
            dimension.edge_radius_mm,
            dimension.overhang_deg,
            mirrors=mirrors,
            ends=dimension.feature == "length",
        )

    def moves(self, sigmas: float = 0.0) -> bool:
        """Tell whether the silhouette lies anywhere else than the widest place."""
        told = self.edge in ("wall", "round") or self.overhang_deg is not None
        return told or sigmas != 0

    def displacement_mm(
        self, slope: Array, height_mm: float, rise_mm: Array | float = 0.0
    ) -> Array:
        """Return how far the silhouette lies outside the widest place, `(N,)`.

        Args:
            slope: `(N,)` tan φ.
            height_mm: of the widest place.
            rise_mm: how much higher than that it lies at each point, `(N,)`.
        """
        bulge = np.sqrt(1 + slope**2) - 1
        if self.edge == "wall":
            radius = self._rounding_mm(height_mm)
            return radius * bulge + (height_mm - radius) * np.maximum(slope, 0)
        if self.edge == "round":
            radius = self._curvature_mm(height_mm)
            if radius <= height_mm or height_mm <= 0:
                return radius * bulge
            across = height_mm**2 / radius
            return np.asarray(np.hypot(across, (height_mm + rise_mm) * slope) - across)
        if self.edge == "rim" and self.overhang_deg is not None:
            lean = _tan(self.overhang_deg)
            lip = np.sqrt(1 + np.minimum(np.abs(slope), lean) ** 2) - 1
            foot = height_mm * np.maximum(slope - lean, 0)
            return np.asarray((self.radius_mm or 0.0) * lip + foot)
        return np.zeros_like(slope)

    def displacement_u_mm(
        self,
        slope: Array,
        height_mm: float,
        rise_mm: Array | float = 0.0,
        mirrored: Array | float = 0.0,
    ) -> Array:
        """Return the standard uncertainty of that, `(N,)`, alike all around the item.

        `mirrored` is how much of what its edge shows is the mat, `(N,)`.
        """
        known = self._shape_u_mm(slope, height_mm, rise_mm)
        if self.edge == "wall":
            flank_mm = (height_mm - self._rounding_mm(height_mm)) * np.maximum(slope, 0)
            unseen_mm = np.where(flank_mm <= _UNSEEN_MM, flank_mm, 0.0)
            known = np.hypot(known, np.square(mirrored) * unseen_mm / np.sqrt(3))
        if not self.mirrors:
            return known
        return np.asarray(np.hypot(known, self._hidden_u_mm(height_mm)))

    def _hidden_u_mm(self, height_mm: float) -> float:
        """Return that of how far inside a mirroring item begins to be seen (uniform from 0)."""
        radius_mm = {
            "wall": self._rounding_mm(height_mm),
            "rim": _LIP_MM,
            "round": self._curvature_mm(height_mm),
        }.get(self.edge or "", height_mm)
        return float((1 - np.sqrt(1 - _MIRRORED_FACING**2)) * radius_mm / np.sqrt(3))

    def _shape_u_mm(self, slope: Array, height_mm: float, rise_mm: Array | float) -> Array:
        bulge = np.sqrt(1 + slope**2) - 1
        facing = np.maximum(slope, 0)
        if self.edge == "wall":
            if self.radius_mm is None:
                return min(_ROUNDING_MM, height_mm) * facing
            return _STATED_SHARE * self.radius_mm * facing
        if self.edge == "round":
            known = _CURVATURE_SHARE * self.displacement_mm(slope, height_mm, rise_mm)
            if not self.ends or self.radius_mm is not None:
                return known
            blunt = (
                (height_mm + rise_mm) * (np.abs(slope) - bulge) / np.sqrt(3)
            )  # uniform from a ball's end
            return np.asarray(np.hypot(known, blunt))
        if self.edge == "rim" and self.overhang_deg is not None:
            less = _tan(max(0.0, self.overhang_deg - _OVERHANG_U_DEG))
            doubt = np.maximum(slope - less, 0) - np.maximum(slope - _tan(self.overhang_deg), 0)
            lip_mm = _LIP_MM if self.radius_mm is None else _CURVATURE_SHARE * self.radius_mm
            return np.asarray(np.hypot(height_mm * doubt, lip_mm * bulge))
        if self.edge == "rim":
            most = _LIP_MM * bulge + height_mm * np.maximum(slope - _tan(_OVERHANG_DEG), 0)
        else:
            most = height_mm * (_UNKNOWN_SHARE * bulge + facing)
        return np.asarray(most / np.sqrt(3))

    def _rounding_mm(self, height_mm: float) -> float:
        return min(_ROUNDING_MM if self.radius_mm is None else self.radius_mm, height_mm)

    def _curvature_mm(self, height_mm: float) -> float:
        return height_mm if self.radius_mm is None else self.radius_mm

    def widest(
        self,
        outline_mm: Array,
        eye_mm: Array,
        height_mm: float,
        sigmas: float,
        rise_mm: Array | float = 0.0,
        mirrored: Array | float = 0.0,
    ) -> Array:
        """Move a silhouette `(N, 2)` on the plane of the widest place to that place.

        Args:
            outline_mm: closed, in order.
            eye_mm: `(3,)` the camera's centre.
            height_mm: of the plane.
            sigmas: how many standard uncertainties to move it farther inwards.
            rise_mm: how much higher than the plane the widest place lies at each point, `(N,)`.
            mirrored: how much of what each point's edge shows is the mat, `(N,)`.
        """
        if not self.moves(sigmas):
            return outline_mm
        normals = outward_normals(outline_mm)
        towards = ((eye_mm[:2] - outline_mm) * normals).sum(axis=1)
        slope = towards / (eye_mm[2] - height_mm)
        inwards = self.displacement_mm(slope, height_mm, rise_mm)
        if sigmas:
            inwards = inwards + sigmas * self.displacement_u_mm(slope, height_mm, rise_mm, mirrored)
        moved = outline_mm - inwards[:, None] * normals
        stepped = self.edge == "wall" or self.overhang_deg is not None
        return _without_spurs(moved, normals, inwards) if stepped else moved


RIM = Section("rim")


def _tan(angle_deg: float) -> float:
    return float(np.tan(np.radians(angle_deg)))


def _without_spurs(points: Array, normals: Array, inwards: Array) -> Array:
    """Cut off what stands out where a silhouette changes from a side's top to its foot.

    The stretch between them is tangent to both and belongs to neither, so it was not moved; what
    of it lies beyond the line of a neighbour that was moved is cut to that line.
    """
    most = float(inwards.max())
    if most < _SPUR_MM:
        return points
    step = float(np.median(np.linalg.norm(np.diff(points, axis=0), axis=1)))
    reach = int(np.ceil(_SPUR_REACH * most / max(step, 1e-3)))
    higher = maximum_filter1d(inwards, 2 * reach + 1, mode="wrap") >= inwards + _SPUR_MM
    spurs = np.flatnonzero(higher)
    if len(spurs) == 0:
        return points
    away = np.r_[-reach:0, 1 : reach + 1]
    beside = (spurs - away[:, None]) % len(points)
    (x, y), (across_x, across_y) = points.T, normals.T
    beyond = (x[spurs] - x[beside]) * across_x[beside] + (y[spurs] - y[beside]) * across_y[beside]
    beyond[inwards[beside] < inwards[spurs] + _SPUR_MM] = 0
    worst, every = beyond.argmax(axis=0), np.arange(len(spurs))
    excess = np.maximum(beyond[worst, every], 0.0)
    cut = points.copy()
    cut[spurs] -= excess[:, None] * normals[beside[worst, every]]
    return cut


def outward_normals(points: Array) -> Array:
    """Return unit normals `(N, 2)` that point out of a closed curve."""
    smooth = gaussian_filter1d(points, _SMOOTHING, axis=0, mode="wrap")
    tangent = np.roll(smooth, -1, axis=0) - np.roll(smooth, 1, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    x, y = smooth[:, 0], smooth[:, 1]
    doubled_area = float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    normal = np.column_stack([tangent[:, 1], -tangent[:, 0]])
    return normal if doubled_area > 0 else -normal
