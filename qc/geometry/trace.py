"""A part as it was traced in the photo, and the shape that it has on a plane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from qc.geometry.camera import Camera, Pose
from qc.geometry.features import Shape
from qc.geometry.outline import Outline

Array = npt.NDArray[np.float64]

Shift = Callable[[Outline], Array]
"""How far each point `(N,)` of an outline is to be moved away from the wood, in pixels."""

_NORMAL_SMOOTHING = 3.0


@dataclass(frozen=True, slots=True)
class Trace:
    """The outline of a part and those of its holes.

    `next_outline` is that of the part on its right.
    """

    outline: Outline
    holes: tuple[Outline, ...] = ()
    next_outline: Outline | None = None

    @property
    def faint(self) -> bool:
        """True where the outline of the part, or of the next one, is too faint to decide on."""
        return self.outline.faint or (self.next_outline is not None and self.next_outline.faint)

    def shape(
        self, camera: Camera, pose: Pose, height_mm: float, shift: Shift | None = None
    ) -> Shape:
        """Return the part on the plane z = `height_mm`, its edges moved where a shift is given."""

        def place(outline: Outline, outwards: float = 1.0) -> Array:
            points = outline.points_px
            if shift is not None:
                away = shift(outline)[:, None] * _normals(points)
                points = points + outwards * away
            return camera.back_project(points, pose, height_mm)

        eye = pose.eye_mm
        return Shape(
            outline_mm=place(self.outline),
            holes_mm=tuple(place(hole, -1.0) for hole in self.holes),
            eye_mm=(float(eye[0]), float(eye[1])),
            next_mm=None if self.next_outline is None else place(self.next_outline),
        )


def _normals(points: Array) -> Array:
    """Return unit normals `(N, 2)` that point out of a closed curve."""
    smooth = gaussian_filter1d(points, _NORMAL_SMOOTHING, axis=0, mode="wrap")
    tangent = np.roll(smooth, -1, axis=0) - np.roll(smooth, 1, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    x, y = smooth[:, 0], smooth[:, 1]
    doubled_area = float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    normal = np.column_stack([tangent[:, 1], -tangent[:, 0]])
    return normal if doubled_area > 0 else -normal
