"""A part as it was traced in the photo, and the shape that it has on a plane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from qc.geometry.camera import Camera, Pose
from qc.geometry.features import Shape
from qc.geometry.features.frame import ItemFrame
from qc.geometry.outline import Outline
from qc.geometry.section import RIM, Section, outward_normals

Array = npt.NDArray[np.float64]

Noise = Callable[[Outline], Array]
"""How far each point `(N,)` of an outline is to be moved away from the wood, in pixels."""


@dataclass(frozen=True)
class Trace:
    """The outline of a part and those of its holes.

    `next_outline` is that of the part on its right; `section` that of its edge,
    which lies `rise_mm` higher at the narrow end than at the wide one.
    """

    outline: Outline
    holes: tuple[Outline, ...] = ()
    next_outline: Outline | None = None
    section: Section = RIM
    rise_mm: float = 0.0
    _shapes: dict[object, Shape] = field(default_factory=dict, init=False, repr=False)
    _edges: dict[object, Trace] = field(default_factory=dict, init=False, repr=False)
    _rays: dict[object, Array] = field(default_factory=dict, init=False, repr=False)
    """What was worked out already: the dimensions of a part ask for the same shapes."""

    def on_edge(self, section: Section, rise_mm: float) -> Trace:
        """Return the same part as measured on an edge of another section."""
        if (section, rise_mm) not in self._edges:
            self._edges[section, rise_mm] = replace(self, section=section, rise_mm=rise_mm)
        return self._edges[section, rise_mm]

    @property
    def faint(self) -> bool:
        """True where the outline of the part, or of the next one, is too faint to decide on."""
        return self.outline.faint or (self.next_outline is not None and self.next_outline.faint)

    @property
    def mirrors(self) -> bool:
        """True where the part, or the next one, shows little but what it mirrors."""
        return self.outline.mirrors or (self.next_outline is not None and self.next_outline.mirrors)

    def shape(
        self,
        camera: Camera,
        pose: Pose,
        height_mm: float,
        *,
        shift_px: float = 0.0,
        section_sigmas: float = 0.0,
    ) -> Shape:
        """Return the part where it is widest, at z = `height_mm`.

        Its edges are moved outwards by `shift_px` in the photo, and farther inwards by standard
        uncertainties of what is known of their section.
        """
        asked = (camera, pose, height_mm, shift_px, section_sigmas)
        if asked not in self._shapes:
            self._shapes[asked] = self._shape(
                camera, pose, height_mm, lambda _: shift_px, section_sigmas
            )
        return self._shapes[asked]

    def noisy_shape(self, camera: Camera, pose: Pose, height_mm: float, noise: Noise) -> Shape:
        """Return the part as another photo might have shown it."""
        return self._shape(camera, pose, height_mm, noise, 0.0)

    def _shape(
        self,
        camera: Camera,
        pose: Pose,
        height_mm: float,
        shift: Callable[[Outline], float | Array],
        section_sigmas: float,
    ) -> Shape:
        eye = pose.eye_mm

        def place(outline: Outline, outwards: float = 1.0) -> Array:
            rays = self._rays_of(camera, outline, outwards * shift(outline))
            level = pose.meet(rays, height_mm)
            if not self.rise_mm:
                return level
            return pose.meet(rays, height_mm + self.rise_mm * _lead(level))

        def widest(outline: Outline) -> Array:
            placed = place(outline)
            rise_mm = self.rise_mm * _lead(placed) if self.rise_mm else 0.0
            mirrored = 0.0 if outline.mirrored is None else outline.mirrored
            return self.section.widest(placed, eye, height_mm, section_sigmas, rise_mm, mirrored)

        return Shape(
            outline_mm=widest(self.outline),
            holes_mm=tuple(place(hole, -1.0) for hole in self.holes),
            eye_mm=(float(eye[0]), float(eye[1])),
            next_mm=None if self.next_outline is None else widest(self.next_outline),
        )

    def _rays_of(self, camera: Camera, outline: Outline, away_px: float | Array) -> Array:
        if np.any(away_px):
            away = np.multiply(outward_normals(outline.points_px).T, away_px).T
            return camera.rays(outline.points_px + away)
        asked = (camera, id(outline))
        if asked not in self._rays:
            self._rays[asked] = camera.rays(outline.points_px)
        return self._rays[asked]


def _lead(outline_mm: Array) -> Array:
    """Return how far towards the narrow end each point lies, -1/2 to 1/2."""
    frame = ItemFrame.of(outline_mm)
    narrow, wide = frame.ends_mm
    return np.asarray(0.5 - (frame.local_mm[:, 0] - narrow) / (wide - narrow))
