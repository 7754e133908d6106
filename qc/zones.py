"""In which zones of an item's surface a defect lies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qc.records import PhotoRecord, Points
from qc.spec.base import Zone
from qc.spec.models import Spec


def zones_at(spec: Spec, photo: PhotoRecord, polygon_px: Points) -> tuple[Zone, ...]:
    """Return the zones that a defect touches, those of its view where its place is not known.

    Distances from the outline are taken by the scale at the mat's centre.

    Args:
        spec: tells the zones apart.
        photo: the photo, with the item's outlines.
        polygon_px: outline of the defect, at least one point.
    """
    view = spec.view(photo.view)
    if view is None:
        return (Zone.A,)
    if view.edge_zone is None or view.edge_band_mm is None:
        return (view.zone,)
    outlines = [np.array(outline) for outline in photo.outlines_px if len(outline) > 1]
    if photo.mm_per_px is None or not outlines:
        return view.zones
    distance_mm = photo.mm_per_px * np.min(
        [_distance(np.array(polygon_px), outline) for outline in outlines], axis=0
    )
    touched = []
    if distance_mm.max() > view.edge_band_mm:
        touched.append(view.zone)
    if distance_mm.min() <= view.edge_band_mm:
        touched.append(view.edge_zone)
    return tuple(touched)


def _distance(points: NDArray[np.float64], outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each point's distance from a closed outline: `(N, 2)` and `(M, 2)` to `(N,)`."""
    start = outline[None]
    along = np.roll(outline, -1, axis=0)[None] - start
    length2 = np.maximum((along**2).sum(axis=-1), np.finfo(float).tiny)
    to_point = points[:, None] - start
    share = np.clip((to_point * along).sum(axis=-1) / length2, 0, 1)
    nearest = to_point - share[..., None] * along
    return np.asarray(np.hypot(nearest[..., 0], nearest[..., 1]).min(axis=1))
