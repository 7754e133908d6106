"""One solid in the photo: what it covers of every pixel, and the light it sends there.

Rings are taken from the crest down. Each shows where it is not yet covered by those above it, so
that a pixel at the silhouette is covered by the union of all rings and not by their product,
which would widen the item.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from qc.proof.camera import TrueCamera
from qc.proof.coverage import Picture, Window, coverage, window_around
from qc.proof.light import Light, Material, shade
from qc.proof.solid import Rings, Solid

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

_NEAREST_STEP_PX = 2
_NEAREST_VERTICES = 2
_NEGLIGIBLE = 1e-6


class Painted(NamedTuple):
    """A window of the photo, the covered share `(h, w)` and light times that share `(h, w, 3)`."""

    window: Window
    covered: Picture
    light: Picture


def paint(
    solid: Solid,
    camera: TrueCamera,
    light: Light,
    material: Material,
    field: Array,
    rng: np.random.Generator,
) -> Painted:
    """Paint a solid.

    Args:
        solid: placed on the mat.
        camera: who sees it.
        light: lamp and sky.
        material: of the solid.
        field: `(3,)` albedo of the mat around it.
        rng: chooses the grain.
    """
    rings = camera.project(solid.outer.points)
    window = window_around(rings, 2, camera.width_px, camera.height_px)
    painter = _Painter(solid, window, camera, material, rng)

    def surface(rings: Rings) -> tuple[Array, Array]:
        return shade(rings.points, rings.normals, camera.eye_mm, light, material, field)

    matt, mirrored = surface(solid.outer)
    covered = np.zeros((window.height, window.width), np.float32)
    opening = np.zeros_like(covered)
    if solid.inner:
        openings = camera.project(solid.inner.points)
        opening = coverage(openings[0], window)
        inner_matt, inner_mirrored = surface(solid.inner)
        left = opening
        for k in range(len(openings)):
            below = np.minimum(left, coverage(openings[k], window))
            painter.add(left - below, openings[k], inner_matt[k], inner_mirrored[k])
            left = below
        if solid.through:
            hole = left
        else:
            painter.add(left, openings[-1], inner_matt[-1], inner_mirrored[-1])
    for k in range(len(rings) - 1, -1, -1):
        share = coverage(rings[k], window)
        shown = np.clip(share - np.maximum(covered, opening), 0, 1)
        painter.add(shown, rings[k], matt[k], mirrored[k])
        covered = np.maximum(covered, share)
    if solid.through:
        covered = covered - hole
    return Painted(window, covered, painter.light)


class _Painter:
    """Adds up light in a window."""

    def __init__(
        self,
        solid: Solid,
        window: Window,
        camera: TrueCamera,
        material: Material,
        rng: np.random.Generator,
    ) -> None:
        self.light = np.zeros((window.height, window.width, 3), np.float32)
        self._window = window
        height_mm = float(solid.outer.points[..., 2].mean())
        at = camera.plane_map(*window, height_mm)
        along = solid.outer.points[0, 0, :2] - solid.outer.points[0].mean(axis=0)[:2]
        grain = _grain(at, along, rng) if material.grain else np.float32(0)
        tint = np.array([0.8, 1.0, 1.25], np.float32)  # late wood is redder than early wood
        self._albedo = np.asarray(material.albedo, np.float32) * np.exp(
            material.grain * np.expand_dims(grain, -1) * tint
        )
        self._albedo = np.broadcast_to(self._albedo, self.light.shape)

    def add(self, share: Picture, ring_px: Array, matt: Array, mirrored: Array) -> None:
        """Add a ring's light, `(N, 3)` along it, where `share` shows it."""
        rows, columns = np.nonzero(share > _NEGLIGIBLE)
        if len(rows) == 0:
            return
        at = _nearest(ring_px, rows, columns, self._window)
        sent = self._albedo[rows, columns] * matt[at] + mirrored[at]
        self.light[rows, columns] += share[rows, columns, None] * sent.astype(np.float32)


def _nearest(ring_px: Array, rows: Index, columns: Index, window: Window) -> Index:
    """Return which vertex of a ring is nearest to each pixel, in coarse steps."""
    step, every = _NEAREST_STEP_PX, _NEAREST_VERTICES
    wide = window.width // step + 1
    cells, cell_of = np.unique(rows // step * wide + columns // step, return_inverse=True)
    y, x = np.divmod(cells, wide)
    middles = (np.column_stack([x, y]) + 0.5) * step + [window.left, window.top]
    _, nearest = cKDTree(ring_px[::every]).query(middles)
    return np.asarray(nearest * every)[cell_of]


def _grain(at_mm: Picture, along: Array, rng: np.random.Generator) -> Picture:
    """Return wood grain, about -1 to 1, at `(h, w, 2)` points: growth rings and fine fibres."""
    axis = along / max(float(np.linalg.norm(along)), 1e-9)
    u = at_mm @ axis.astype(np.float32)
    v = at_mm @ np.array([-axis[1], axis[0]], np.float32)
    soft = cv2.GaussianBlur(rng.standard_normal((256, 256), np.float32), (0, 0), 1.0)
    noise = np.asarray(soft / np.std(soft), np.float32)

    def fibres(along_mm: float, across_mm: float) -> Picture:
        x, y = (np.asarray(at, np.float32) for at in (u / along_mm, v / across_mm))
        # Mirrored beyond its border, so that no seam shows
        x, y = np.abs(np.mod(x, 510) - 255), np.abs(np.mod(y, 510) - 255)
        return np.asarray(cv2.remap(noise, x, y, cv2.INTER_LINEAR))

    spacing_mm = rng.uniform(3, 9)
    growth = np.sin(2 * np.pi * v / spacing_mm + 1.5 * fibres(40.0, 8.0))
    return np.asarray(0.6 * growth + 0.35 * fibres(6.0, 0.5), np.float32)
