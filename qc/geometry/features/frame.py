"""The item's own frame: its axis, its two ends, and its two long sides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qc.geometry.features.shape import FeatureError
from qc.geometry.fit import area_moments, extremes
from qc.spec.dimension import End

Array = npt.NDArray[np.float64]

_ALIKE = 0.01
"""Share of the length by which the centre of area must be off the middle to tell the ends."""


@dataclass(frozen=True)
class ItemFrame:
    """The frame whose origin is the centre of area and whose first axis is the principal one.

    `axis` is a unit vector towards the wide end where the ends differ; `local_mm` `(N, 2)` is the
    outline in this frame, along and across.
    """

    origin_mm: Array
    axis: Array
    local_mm: Array
    ends_mm: tuple[float, float]
    """Position along the axis of the narrow and of the wide end."""

    @classmethod
    def of(cls, outline_mm: Array) -> ItemFrame:
        """Find the frame of a closed outline `(N, 2)`."""
        origin, spread = area_moments(outline_mm)
        axis = np.linalg.eigh(spread)[1][:, 1]
        # Ends that are alike still need an axis that does not turn round with every small change.
        axis = axis if axis @ [1.0, 0.3] >= 0 else -axis
        local = _turned(outline_mm - origin, axis)
        low, high = extremes(local[:, 0], local[:, 1])
        if low + high > _ALIKE * (high - low):  # the narrow end reaches farther
            axis, local, low, high = -axis, -local, -high, -low
        return cls(origin, axis, local, (low, high))

    @property
    def across_axis(self) -> Array:
        """Unit vector across the axis, to its left."""
        return np.array([-self.axis[1], self.axis[0]])

    @property
    def length_mm(self) -> float:
        """From end to end along the axis."""
        return self.ends_mm[1] - self.ends_mm[0]

    def to_mat(self, along: npt.ArrayLike, across: npt.ArrayLike) -> Array:
        """Return `(M, 2)` positions in the mat frame."""
        both = np.column_stack([np.atleast_1d(along), np.atleast_1d(across)])
        return np.asarray(self.origin_mm + both @ np.array([self.axis, self.across_axis]))

    def along(self, points_mm: Array) -> Array:
        """Return the positions `(M,)` along the axis of `(M, 2)` points of the mat frame."""
        return np.asarray((points_mm - self.origin_mm) @ self.axis)

    def from_end(self, end: End, at_mm: float) -> float:
        """Return the position along the axis that lies `at_mm` inside of an end.

        Raises:
            FeatureError: the ends are alike, or the item is not that long.
        """
        narrow, wide = self.ends_mm
        if abs(narrow + wide) <= _ALIKE * self.length_mm:
            raise FeatureError("feature-ends-alike")
        if at_mm >= self.length_mm:
            raise FeatureError("feature-beyond-item")
        return narrow + at_mm if end == "narrow" else wide - at_mm

    @cached_property
    def sides(self) -> tuple[Array, Array]:
        """The right and the left side from end to end, each `(M, 2)` in this frame.

        They are the two stretches of the closed curve between its ends, so that a bent item
        has both as well.
        """
        first, last = int(self.local_mm[:, 0].argmin()), int(self.local_mm[:, 0].argmax())
        from_first = np.roll(self.local_mm, -first, axis=0)
        count = (last - first) % len(self.local_mm)
        one, other = from_first[: count + 1], from_first[count:]
        return (one, other) if one[:, 1].mean() < other[:, 1].mean() else (other, one)

    def side_at(self, side: Array, along_mm: float, reach_mm: float) -> float:
        """Return how far across a side lies, by the line through its points within a reach.

        Raises:
            FeatureError: the outline has no such stretch there.
        """
        near = side[np.abs(side[:, 0] - along_mm) <= reach_mm]
        if len(near) < 3:
            raise FeatureError("feature-beyond-item")
        _, offset = np.polyfit(near[:, 0] - along_mm, near[:, 1], 1)
        return float(offset)


def _turned(points: Array, axis: Array) -> Array:
    return np.column_stack([points @ axis, points @ np.array([-axis[1], axis[0]])])
