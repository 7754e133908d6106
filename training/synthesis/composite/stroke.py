"""Lines of varying width with exact coverage: the bones of cracks and scratches."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthesis.composite.scene import Field

_SUPERSAMPLING = 4


def wander(
    rng: np.random.Generator,
    start: tuple[float, float],
    heading_rad: float,
    length_px: float,
    restlessness: float,
    step_px: float = 3.0,
) -> NDArray[np.float64]:
    """Walk about a heading without losing it. Returns points `(N, 2)`."""
    steps = max(2, round(length_px / step_px))
    deviation, deviations = 0.0, []
    for kick in rng.normal(0, restlessness, steps):
        deviation = 0.8 * deviation + kick
        deviations.append(deviation)
    angles = heading_rad + np.array(deviations)
    walk = np.cumsum(np.stack([np.cos(angles), np.sin(angles)], axis=1) * step_px, axis=0)
    return np.asarray(np.vstack([np.zeros((1, 2)), walk]) + np.array(start))


def coverage(
    shape: tuple[int, int], points: NDArray[np.float64], widths_px: NDArray[np.float64]
) -> Field:
    """Share of every pixel that a polyline of width `widths_px` (one per point) covers."""
    height, width = shape
    canvas = np.zeros((height * _SUPERSAMPLING, width * _SUPERSAMPLING), np.uint8)
    fine = np.round((points + 0.5) * _SUPERSAMPLING).astype(int)
    for (x0, y0), (x1, y1), wide in zip(fine[:-1], fine[1:], widths_px[:-1], strict=True):
        thickness = max(1, round(float(wide) * _SUPERSAMPLING))
        cv2.line(canvas, (int(x0), int(y0)), (int(x1), int(y1)), 255, thickness)
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small / np.float32(255), np.float32)
