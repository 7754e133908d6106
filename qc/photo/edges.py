"""How wide a photo draws edges that are known to be sharp: what lens, focus and hand made of them.

For a step blurred by a Gaussian, `p` rising from 0 to 1 across it, the integral of `p (1 - p)`
along the normal is `sigma / sqrt(pi)`, wherever the step lies in the window. The pixel's own area
adds `1/12 px²` to `sigma²`, and reading between pixels linearly `1/6 px²`.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

_STEP_PX = 0.5
_MIN_PROFILES = 8
_MIN_STEPS = 5
"""A fifth of them at either end tells light from dark."""

_MIN_CONTRAST = 1e-3


def edge_widths_px(
    linear_grey: npt.NDArray[np.float32],
    points_px: npt.NDArray[np.floating],
    directions: npt.NDArray[np.floating],
    *,
    window_px: float,
    interpolation: int = cv2.INTER_CUBIC,
) -> npt.NDArray[np.float64]:
    """Measure how wide the photo draws each of several edges that are sharp steps.

    Args:
        linear_grey: (H, W) linear light.
        points_px: (N, 2) points `(x, y)` near such edges, at most a third of the window off.
        directions: (N, 2) unit normals of the edges, of either sign.
        window_px: how far along the normal to look, either way; no other edge may lie there.
        interpolation: how to read between pixels, as OpenCV numbers it.

    Returns:
        (N,) standard deviation of the edge spread in px, NaN where the window leaves the photo or
        is too short, or the edge has less than half of the usual contrast. Above a third of the
        window values come out too low, and never exceed 0.6 of it.

    Raises:
        ValueError: the shapes do not agree.
    """
    if points_px.shape != directions.shape or points_px.shape[1:] != (2,):
        raise ValueError(
            f"points_px and directions must both be (N, 2), got {points_px.shape} "
            f"and {directions.shape}"
        )
    widths_px = np.full(len(points_px), np.nan)
    offsets_px = np.arange(-window_px, window_px + _STEP_PX / 2, _STEP_PX)
    at_px = points_px[:, None, :] + directions[:, None, :] * offsets_px[None, :, None]
    last_px = np.array([linear_grey.shape[1] - 2, linear_grey.shape[0] - 2])  # cubic takes one more
    inside = ((at_px >= 1) & (at_px <= last_px)).all(axis=(1, 2))
    if len(offsets_px) < _MIN_STEPS or not inside.any():
        return widths_px
    where = at_px[inside].astype(np.float32)
    profiles = cv2.remap(linear_grey, where[..., 0], where[..., 1], interpolation)
    plateau = len(offsets_px) // 5
    low = profiles[:, :plateau].mean(axis=1)
    contrast = profiles[:, -plateau:].mean(axis=1) - low
    usable = np.abs(contrast) > max(np.median(np.abs(contrast)) / 2, _MIN_CONTRAST)
    rise = (profiles[usable] - low[usable, None]) / contrast[usable, None]
    widths_px[np.flatnonzero(inside)[usable]] = (
        math.sqrt(math.pi) * _STEP_PX * (rise * (1 - rise)).sum(axis=1)
    )
    return widths_px


def edge_width_px(
    linear_grey: npt.NDArray[np.float32],
    points_px: npt.NDArray[np.floating],
    directions: npt.NDArray[np.floating],
    *,
    window_px: float = 12.0,
) -> float | None:
    """Return one width for all edges, in px; the arguments are those of `edge_widths_px`.

    It is the upper quartile, which is the median of the worse half and so sees motion that blurs
    one direction only. None where fewer than 8 edges can be measured.
    """
    widths_px = edge_widths_px(linear_grey, points_px, directions, window_px=window_px)
    found = widths_px[np.isfinite(widths_px)]
    return float(np.percentile(found, 75)) if len(found) >= _MIN_PROFILES else None


def strongest_edges(
    linear_grey: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Find edges of a photo in which no mat was found, to tell blur from an absent mat.

    Args:
        linear_grey: (H, W) linear light.

    Returns:
        (N, 2) points `(x, y)`, the steepest of each of up to 32 × 32 cells, of which the steeper
        half is kept, and the (N, 2) unit gradients there.
    """
    across = np.asarray(cv2.Scharr(linear_grey, cv2.CV_32F, 1, 0))
    down = np.asarray(cv2.Scharr(linear_grey, cv2.CV_32F, 0, 1))
    steepness = np.hypot(across, down)
    height, width = steepness.shape
    rows, columns = max(1, height // 32), max(1, width // 32)
    down_cells, across_cells = height // rows, width // columns
    whole = steepness[: down_cells * rows, : across_cells * columns]
    cells = whole.reshape(down_cells, rows, across_cells, columns).swapaxes(1, 2)
    steepest = cells.reshape(down_cells * across_cells, rows * columns).argmax(axis=1)
    cell = np.arange(len(steepest))
    y = cell // across_cells * rows + steepest // columns
    x = cell % across_cells * columns + steepest % columns
    steep = steepness[y, x]
    kept = (steep >= np.median(steep)) & (steep > 0)
    x, y, steep = x[kept], y[kept], steep[kept]
    directions = np.column_stack([across[y, x] / steep, down[y, x] / steep])
    return np.column_stack([x, y]).astype(np.float64), directions.astype(np.float64)
