"""The height of an item before an upright mat, and its uncertainty budget.

A ray that touches the item's top goes down towards the mat at the slope s = tan φ. Of a top edge
that is rounded with radius r about a line at the depth w and parallel to the mat, it touches the
place whose normal stands upright on the ray. At the depth w it passes r / cos φ above that line, so

    height = v(w) - r (1 / cos φ - 1) - (where the table is)

with v(w) the highest place of the silhouette carried to the plane at depth w: the support function
of a circle, as in `qc.geometry.section`. A dome that is a deep may instead be half an ellipse of
the same curvature, h = a² / r high: √(h² + a² s²) - h. The value lies between, the rest is in U95.
The far edge of a rim is highest where it is nearest to the mat, wherever the camera stands. An edge
that reaches the item's back has w = gap + r.

Where the mat leans by λ off the upright, a place at depth d is seen d λ too low or too high, and
an upright back parts from the mat by up to H λ at the top, or touches it there:

    u = (d + H s / √2) λ,   λ uniform within ±lean

The table is at the sheet's lower edge, beside the printed ring by the margin: printers place a page
to a millimetre only, so the margin is measured with the station, or costs uncertainty.
Sources: GUM (JCGM 100:2008) 4.3.7 for uniform distributions and 5.1.2 for the sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qc.geometry.camera import Camera, Pose
from qc.geometry.edge_height import TopHeight
from qc.geometry.fit import extremes
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.station import Station
from qc.geometry.uncertainty import COVERAGE_FACTOR, Sensitivity, budget, combined_u
from qc.geometry.upright.standing import Standing
from qc.records import Points, to_points
from qc.spec.models import View

Array = npt.NDArray[np.float64]

_UNIFORM = float(np.sqrt(3))

_TOUCHING_MM = 1.0
"""How far an item may stand off the mat that it is said to touch."""

_GAP_U95_MM, _DEPTH_U95_MM = 1.0, 0.5
"""Of what a spec states without saying how well it is known."""

_EDGE_MM = 2.0
"""Radius that a top edge may have of which nothing is stated."""

_STATED_RADIUS_SHARE = 0.15
_LEAN_DEG = 2.0

_MARGIN_MM = 1.0
"""How far a printer may place the page off the sheet's middle (uniform)."""

_U_MARGIN_MM = 0.1
"""Standard uncertainty of a margin read on a steel rule."""

_U_SEAT_MM = 0.1
"""That of how board, block and item sit on the table and on each other."""

_ALIKE_MM = 0.3


@dataclass(frozen=True, slots=True)
class Depth:
    """A distance along the mat's normal, and its U95 (k = 2)."""

    depth_mm: float
    u95_mm: float


@dataclass(frozen=True, slots=True)
class SideReading:
    """An item's height with its standard uncertainties by source, and the line to draw."""

    height_mm: float
    u_mm: dict[str, float]
    line_px: Points
    faint: bool

    @property
    def u95_mm(self) -> float:
        """Expanded uncertainty (k = 2)."""
        return COVERAGE_FACTOR * combined_u(self.u_mm)

    @property
    def top(self) -> TopHeight:
        """What other views may take it for."""
        return TopHeight(self.height_mm, self.u95_mm)


def read_height(
    outline: Outline,
    view: MatView,
    standing: Standing,
    setup: View,
    station: Station | None,
    depth: Depth | None = None,
) -> SideReading:
    """Measure how high an item is whose upper outline was traced.

    Args:
        outline: of what is seen above the mat's border; an open line.
        view: the upright mat.
        standing: which side of it is down.
        setup: how item and mat stand, by the spec.
        station: tells print scale and margin.
        depth: how far the highest line lies in front of the item's back, as another view measured
            it; None for what the setup states.
    """
    top = _Top.of(setup, depth)
    table_v, known_v, u_margin_mm = _table(view, standing, station)
    base_v = table_v + (setup.stand_mm or 0.0)

    def crest(camera: Camera, pose: Pose, depth_mm: float, top: _Top) -> tuple[float, float]:
        """Return v of the item's top, and the slope of the ray there."""
        uv = standing.to_uv(camera.back_project(outline.points_px, pose, depth_mm))
        v = extremes(uv[:, 1], uv[:, 0])[1]
        _, eye_v, eye_w = standing.eye_uvw(pose.eye_mm)
        slope = (eye_v - v) / (eye_w - depth_mm)
        return v - top.bulge_mm(slope)[0], slope

    def value(camera: Camera, pose: Pose, depth_mm: float) -> float:
        return crest(camera, pose, depth_mm, top)[0] - base_v

    v, slope = crest(view.camera, view.pose, top.depth_mm, top)
    height_mm = v - base_v
    rounder = top.rounder()
    shape_mm = crest(view.camera, view.pose, rounder.depth_mm, rounder)[0] - v
    line_px, px_per_mm = _line(outline, view, standing, top, base_v, v)
    lines = budget(
        value,
        view,
        station,
        top.depth_mm,
        COVERAGE_FACTOR * top.u_depth_mm,
        outline,
        Sensitivity(
            per_scale=abs(v - known_v),
            per_edge_px=1 / px_per_mm,
            per_mm=1.0,
        ),
    )
    lines["depth"] = lines.pop("height")
    lean = np.radians(_LEAN_DEG if setup.lean_deg is None else setup.lean_deg) / _UNIFORM
    risen = abs(slope) * height_mm / np.sqrt(2)
    lines |= {
        "edge shape": float(np.hypot(shape_mm, top.bulge_mm(slope)[1])),
        "lean": float(lean * (top.depth_mm + risen)),
        "table line": float(np.hypot(u_margin_mm, _U_SEAT_MM * (1.5 if setup.stand_mm else 1))),
    }
    return SideReading(height_mm, lines, line_px, outline.faint)


def gap_of(setup: View) -> Depth:
    """Return how far the item's back stands off the mat."""
    if setup.gap_mm is None:
        return Depth(_TOUCHING_MM / 2, COVERAGE_FACTOR * _TOUCHING_MM / 2 / _UNIFORM)
    return Depth(setup.gap_mm, _GAP_U95_MM if setup.gap_u95_mm is None else setup.gap_u95_mm)


@dataclass(frozen=True, slots=True)
class _Top:
    """The line about which the top is rounded: its depth before the mat, and its radius."""

    gap_mm: float
    back_mm: float | None
    radius_mm: float
    u_depth_mm: float
    u_radius_mm: float

    @classmethod
    def of(cls, setup: View, measured: Depth | None) -> _Top:
        gap = gap_of(setup)
        radius, u_radius = _EDGE_MM / 2, _EDGE_MM / 2 / _UNIFORM
        if setup.top_radius_mm is not None:
            radius, u_radius = setup.top_radius_mm, _STATED_RADIUS_SHARE * setup.top_radius_mm
        back, u_back = None, 0.0
        if measured is not None:
            back, u_back = measured.depth_mm, measured.u95_mm / COVERAGE_FACTOR
        elif setup.top_depth_mm is not None:
            u95 = _DEPTH_U95_MM if setup.top_depth_u95_mm is None else setup.top_depth_u95_mm
            back, u_back = setup.top_depth_mm, u95 / COVERAGE_FACTOR
        u_gap = gap.u95_mm / COVERAGE_FACTOR
        return cls(gap.depth_mm, back, radius, float(np.hypot(u_gap, u_back)), u_radius)

    @property
    def depth_mm(self) -> float:
        return self.gap_mm + (self.radius_mm if self.back_mm is None else self.back_mm)

    def bulge_mm(self, slope: float) -> tuple[float, float]:
        """Return how far above the top a ray passes the line below it, and the uncertainty.

        A dome may be part of a ball, or half an ellipse of the same curvature at its top.
        """
        ball = self.radius_mm * (float(np.hypot(1, slope)) - 1)
        if not self.back_mm or not self.radius_mm:
            return ball, 0.0
        high = self.back_mm**2 / self.radius_mm
        half_ellipse = float(np.hypot(high, self.back_mm * slope)) - high
        return (ball + half_ellipse) / 2, abs(ball - half_ellipse) / 2 / _UNIFORM

    def rounder(self) -> _Top:
        """Return the same with a radius that is larger by its standard uncertainty."""
        radius = self.radius_mm + self.u_radius_mm
        return _Top(self.gap_mm, self.back_mm, radius, self.u_depth_mm, 0.0)


def _table(
    view: MatView, standing: Standing, station: Station | None
) -> tuple[float, float, float]:
    """Return v of the table, v of what its place is known from, and the uncertainty of that.

    A margin is measured from the printed ring's border; else the sheet's middle must serve.
    """
    layout, known = view.layout, station.upright if station else None
    if known is not None and known.side == standing.down:
        ring = standing.half_mm(layout.ring_mm, view.print_scale)[1]
        return -ring - known.margin_mm, -ring, _U_MARGIN_MM
    sheet = layout.sheet_height_mm if standing.down in ("bottom", "top") else layout.sheet_width_mm
    return -sheet / 2, 0.0, _MARGIN_MM / _UNIFORM


def _line(
    outline: Outline, view: MatView, standing: Standing, top: _Top, base_v: float, v: float
) -> tuple[Points, float]:
    """Return the dimension line from the table to the top, and pixels for a millimetre there."""
    seen = view.camera.back_project(outline.points_px, view.pose, top.depth_mm)
    uv = standing.to_uv(seen)
    u = float(np.median(uv[uv[:, 1] > uv[:, 1].max() - _ALIKE_MM, 0]))
    ends = standing.to_mat(np.array([[u, at, top.depth_mm] for at in (base_v, v - 1, v)]))
    foot, below, crest = view.camera.project(ends, view.pose)
    return to_points(np.array([foot, crest])), float(np.linalg.norm(crest - below))
