"""A part as it was traced in the photo, and the shape that it has on a plane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qc.geometry.camera import Camera, Pose
from qc.geometry.features import Shape
from qc.geometry.features.frame import ItemFrame
from qc.geometry.outline import Outline
from qc.geometry.section import RIM, Section, outward_normals

Array = npt.NDArray[np.float64]

Shift = Callable[[Outline], Array]
"""How far each point `(N,)` of an outline is to be moved away from the wood, in pixels."""


@dataclass(frozen=True, slots=True)
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
        shift: Shift | None = None,
        *,
        section_sigmas: float = 0.0,
    ) -> Shape:
        """Return the part where it is widest, at z = `height_mm`.

        Its edges are moved where a shift is given, and farther inwards by standard uncertainties
        of what is known of their section.
        """
        eye = pose.eye_mm

        def place(outline: Outline, outwards: float = 1.0) -> Array:
            points = outline.points_px
            if shift is not None:
                away = shift(outline)[:, None] * outward_normals(points)
                points = points + outwards * away
            level = camera.back_project(points, pose, height_mm)
            if not self.rise_mm:
                return level
            return camera.back_project(points, pose, height_mm + self.rise_mm * _lead(level))

        def widest(outline: Outline) -> Array:
            return self.section.widest(place(outline), eye, height_mm, section_sigmas)

        return Shape(
            outline_mm=widest(self.outline),
            holes_mm=tuple(place(hole, -1.0) for hole in self.holes),
            eye_mm=(float(eye[0]), float(eye[1])),
            next_mm=None if self.next_outline is None else widest(self.next_outline),
        )


def _lead(outline_mm: Array) -> Array:
    """Return how far towards the narrow end each point lies, -1/2 to 1/2."""
    frame = ItemFrame.of(outline_mm)
    narrow, wide = frame.ends_mm
    return np.asarray(0.5 - (frame.local_mm[:, 0] - narrow) / (wide - narrow))
