"""How an upright mat stands: which side of the sheet is on the table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qc.geometry.mat_layout import Rect
from qc.geometry.pose import MatView
from qc.geometry.station import SheetSide

Array = npt.NDArray[np.float64]

_UP: dict[SheetSide, tuple[float, float]] = {
    "bottom": (0.0, 1.0),
    "top": (0.0, -1.0),
    "left": (1.0, 0.0),
    "right": (-1.0, 0.0),
}

_MAX_ROLL_DEG = 25.0
"""Beyond, it is not sure on which side the sheet stands."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The frame of an upright mat; `down` is the side on the table, as the sheet is printed."""

    down: SheetSide

    @classmethod
    def of(cls, view: MatView) -> Standing | None:
        """Tell which side is down in a photo; None where the sheet lies aslant in it."""
        # The mat's x and y, as far as they point down the photo.
        downwards = view.pose.matrix[1, :2]
        length = float(np.linalg.norm(downwards))
        down = min(_UP, key=lambda side: float(downwards @ _UP[side]))
        if float(downwards @ _UP[down]) > -length * np.cos(np.radians(_MAX_ROLL_DEG)):
            return None
        return cls(down)

    @property
    def axes(self) -> Array:
        """Unit vectors of u and v in the mat's x and y, `(2, 2)`."""
        x, y = _UP[self.down]
        return np.array([[y, -x], [x, y]])

    def to_uv(self, points_mm: Array) -> Array:
        """Turn `(N, 2)` or `(2,)` positions of the mat's frame."""
        return np.asarray(points_mm @ self.axes.T)

    def to_mat(self, points_uvw: Array) -> Array:
        """Turn `(N, 3)` points back into the mat's frame."""
        flat = points_uvw[:, :2] @ self.axes
        return np.column_stack([flat, points_uvw[:, 2]])

    def eye_uvw(self, eye_mm: Array) -> tuple[float, float, float]:
        """Turn the camera's centre `(3,)`."""
        u, v = self.to_uv(eye_mm[:2])
        return float(u), float(v), float(eye_mm[2])

    def half_mm(self, rect: Rect, scale: tuple[float, float] = (1.0, 1.0)) -> tuple[float, float]:
        """Return half the extent in u and v of a rectangle about the sheet's centre."""
        x, y = rect.right_mm * scale[0], rect.top_mm * scale[1]
        return (x, y) if self.down in ("bottom", "top") else (y, x)
