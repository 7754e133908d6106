"""What a feature is measured on, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qc.geometry.fit import Box, fit_box

Array = npt.NDArray[np.float64]


class FeatureError(Exception):
    """The shape does not show the feature.

    `code` is that of the message which tells a person why (`qc.decision.messages`).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Shape:
    """One part on the plane of the measured edge, in millimetres of the mat frame.

    `outline_mm` and each of `holes_mm` are closed curves `(N, 2)` in order; `eye_mm` is the
    point `(2,)` below the camera; `next_mm` is the outline of the next part on the right.
    """

    outline_mm: Array
    holes_mm: tuple[Array, ...] = ()
    eye_mm: tuple[float, float] = (0.0, 0.0)
    next_mm: Array | None = None

    @cached_property
    def box(self) -> Box:
        """The rectangle around the outline."""
        return fit_box(self.outline_mm)

    def scaled(self, x: float, y: float) -> Shape:
        """Return the shape as a mat would show it whose print is longer by these factors."""
        by = np.array([x, y])
        return Shape(
            self.outline_mm * by,
            tuple(hole * by for hole in self.holes_mm),
            (self.eye_mm[0] * x, self.eye_mm[1] * y),
            None if self.next_mm is None else self.next_mm * by,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One value, in millimetres or degrees, and where it was taken.

    `path_mm` `(M, 2)` is what to draw: the two ends of a dimension line, or a longer path.
    `per_mm` is how far the value changes where one end of what it is taken from moves by a
    millimetre.
    """

    value: float
    path_mm: Array
    per_mm: float = 1.0


def across(centre: Array | tuple[float, float], axis: Array, value_mm: float) -> Found:
    """Return a size about a centre, taken along the unit vector `axis`."""
    half = np.asarray(axis) * value_mm / 2
    return Found(value_mm, np.array([centre - half, centre + half]))
