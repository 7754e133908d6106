"""Feret diameters: how far apart two parallel jaws stand that close on the item."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qc.geometry.features.shape import Found, Shape, across
from qc.geometry.fit import convex_hull, extremes

Array = npt.NDArray[np.float64]


def min_feret(shape: Shape) -> Found:
    """Return the least distance between the jaws.

    One jaw then lies along an edge of the convex hull (Freeman & Shapira, 1975).
    """
    hull = convex_hull(shape.outline_mm)
    edges = np.roll(hull, -1, axis=0) - hull
    normals = np.column_stack([-edges[:, 1], edges[:, 0]])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    reach = hull @ normals.T
    return _between_jaws(shape.outline_mm, normals[int(np.argmin(np.ptp(reach, axis=0)))])


def max_feret(shape: Shape) -> Found:
    """Return the greatest distance between the jaws: that of the two farthest points."""
    hull = convex_hull(shape.outline_mm)
    apart = hull[:, None, :] - hull[None, :, :]
    i, j = np.unravel_index(int(np.argmax((apart**2).sum(axis=-1))), apart.shape[:2])
    return _between_jaws(shape.outline_mm, apart[i, j] / np.linalg.norm(apart[i, j]))


def _between_jaws(points_mm: Array, axis: Array) -> Found:
    """Close the jaws along `axis` on averaged outline points, which noise does not part."""
    middle = points_mm.mean(axis=0)
    jaw = np.array([-axis[1], axis[0]])
    along, beside = (points_mm - middle) @ axis, (points_mm - middle) @ jaw
    low, high = extremes(along, beside)
    held = beside[[int(np.argmin(along)), int(np.argmax(along))]].mean()
    return across(middle + axis * (low + high) / 2 + jaw * held, axis, high - low)
