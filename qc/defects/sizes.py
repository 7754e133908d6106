"""Sizes of masks and outlines: length, width and area."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist


def size_of_mask(inside: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return length, width and area in pixels of a connected mask `(H, W)`, as of an instance."""
    length, width = size_px(outline_of(inside))
    return length, width, float(inside.sum())


def outline_of(inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the outer border `(N, 2)` (x, y) of the largest part, through pixel centres."""
    contours, _ = cv2.findContours(
        inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    return max(contours, key=len).reshape(-1, 2).astype(np.float64)


def size_px(outline: NDArray[np.float64]) -> tuple[float, float]:
    """Return length and width; an outline through pixel centres misses half a pixel all around."""
    width, length = feret(outline) if len(outline) > 1 else (0.0, 0.0)
    return length + 1, width + 1


def size_of_outline(outline: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return length, width and area of an outline that a person drew.

    Args:
        outline: `(N, 2)` (x, y), N at least 3, as a closed polygon.

    Returns:
        Greatest and least Feret diameter, and the area enclosed, in the outline's unit.
    """
    width, length = feret(outline)
    area = float(cv2.contourArea(outline.astype(np.float32)))
    return length, width, area


def feret(outline: NDArray[np.float64]) -> tuple[float, float]:
    """Return the least and the greatest distance between parallel tangents.

    The least lies across an edge of the hull (Houle and Toussaint, 1988): steps of angle would
    miss it, and one degree across a crack of 200 px is 3.5 px of width.
    """
    hull = cv2.convexHull(outline.astype(np.float32)).reshape(-1, 2).astype(np.float64)
    edges = np.roll(hull, -1, axis=0) - hull
    normals = np.column_stack([-edges[:, 1], edges[:, 0]])
    across = hull @ (normals / np.linalg.norm(normals, axis=1, keepdims=True)).T
    return float(np.ptp(across, axis=0).min()), float(pdist(hull).max())
