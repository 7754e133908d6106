"""The height of an item's edge from two photos of it, taken from different places.

An edge above the mat is seen displaced away from the camera's foot, the more the higher it is.
The height at which both photos show the item in the same place on the mat is that of the edge.
The item must lie still between the photos. One that was turned, or moved across the line between
both places, is noticed; one that slid along that line looks higher or lower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from qc.geometry.edge_height import EdgeHeight
from qc.geometry.fit import area_moments
from qc.geometry.outline import Outline
from qc.geometry.pose import U_HELD, MatView
from qc.geometry.uncertainty import COVERAGE_FACTOR, U_FLATNESS_MM

Array = npt.NDArray[np.float64]

_MIN_PARALLAX = 0.1
"""Least displacement between the photos, as a share of the height: 70 mm at 0.7 m."""

_MAX_MISMATCH_MM = 0.8
"""RMS distance of both outlines at the height found, beyond which the item has moved."""

_ROUNDS = 8


class ParallaxError(Exception):
    """Two photos do not give a height; `code` is that of the message which tells why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sighting:
    """The same part in one of the photos."""

    outline: Outline
    view: MatView

    def centre_mm(self, height_mm: float, delta: Array | None = None) -> Array:
        """Return the centre of area `(2,)` on a plane, camera and pose moved by `delta`."""
        unmoved = np.zeros(len(self.view.covariance))
        camera, pose = self.view.perturbed(unmoved if delta is None else delta)
        centre, _ = area_moments(camera.back_project(self.outline.points_px, pose, height_mm))
        return centre


def height_from_two(first: Sighting, second: Sighting) -> EdgeHeight:
    """Find the height at which both photos see the part in the same place.

    Raises:
        ParallaxError: the photos were taken from nearly the same place, or they disagree.
    """
    height_mm, slope = 0.0, _slope(first, second, 0.0)
    for _ in range(_ROUNDS):
        slope = _slope(first, second, height_mm)
        if np.linalg.norm(slope) < _MIN_PARALLAX:
            raise ParallaxError("height-views-close")
        apart = first.centre_mm(height_mm) - second.centre_mm(height_mm)
        height_mm -= float(apart @ slope / (slope @ slope))
    u_mm = _u_mm(first, second, height_mm, slope)
    if height_mm < -2 * u_mm or _mismatch_mm(first, second, height_mm) > _MAX_MISMATCH_MM:
        raise ParallaxError("height-views-disagree")
    return EdgeHeight(max(height_mm, 0.0), COVERAGE_FACTOR * u_mm)


def _slope(first: Sighting, second: Sighting, height_mm: float) -> Array:
    """Return how far the two centres part for each millimetre of height, `(2,)`."""
    ahead, behind = (
        first.centre_mm(height_mm + step) - second.centre_mm(height_mm + step)
        for step in (0.5, -0.5)
    )
    return ahead - behind


def _u_mm(first: Sighting, second: Sighting, height_mm: float, slope: Array) -> float:
    """Return the standard uncertainty: both poses, both outlines, the mat's flatness."""
    lever = slope / (slope @ slope)
    variance, poses_mm = U_FLATNESS_MM**2, 0.0
    for sighting in (first, second):
        sigma = np.sqrt(np.diag(sighting.view.covariance))
        gradient = np.zeros_like(sigma)
        for i in np.flatnonzero(sigma > U_HELD):
            delta = np.zeros_like(sigma)
            delta[i] = sigma[i]
            moved = sighting.centre_mm(height_mm, delta) - sighting.centre_mm(height_mm, -delta)
            gradient[i] = float(lever @ moved) / (2 * sigma[i])
        # The same camera took both photos, so what is wrong with it may add up.
        variance_mm2 = float(gradient @ sighting.view.covariance @ gradient)
        poses_mm += float(np.sqrt(max(0.0, variance_mm2)))
        # The lit and the shaded side of an outline may be off by as much, and opposite.
        variance += (sighting.outline.u_px * sighting.view.mm_per_px) ** 2 * float(lever @ lever)
    return float(np.sqrt(variance + poses_mm**2))


def _mismatch_mm(first: Sighting, second: Sighting, height_mm: float) -> float:
    here, there = (
        sighting.view.camera.back_project(sighting.outline.points_px, sighting.view.pose, height_mm)
        for sighting in (first, second)
    )
    distances, _ = cKDTree(there).query(here)
    return float(np.sqrt(np.mean(np.square(distances))))
