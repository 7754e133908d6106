"""What a person confirms about a region counts from the next photo on."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from qc.defects.normality.encoder import PATCH_PX
from qc.defects.normality.memory import Memory
from qc.defects.normality.model import Confirmation, Normality, NormalityCard
from qc.defects.normality.picture import Picture
from qc.defects.normality.storage import assemble
from qc.errors import NormalityError
from qc.geometry.station import Station
from qc.photo import Photo

_DEFECT_SHARE = 1 / 3
"""Of a region's patches the least normal third is the defect; a person marks it generously."""

_DEFECT_LEAST, _DEFECT_MOST = 4, 64
_SUSPICIOUS = 0.7
"""Patches beyond this share of the threshold, connected to the region, become good ones: an alarm
reaches farther than what is drawn of it, as features see beyond their patch."""

Points = NDArray[np.float64]


def confirm_defect(
    normality: Normality,
    photo: Photo,
    polygon_px: Points,
    defect_type: str,
    station: Station | None = None,
) -> Normality:
    """Add a missed defect: photos with patches like these alarm from now on.

    Args:
        normality: what missed it.
        photo: shows it.
        polygon_px: `(N, 2)` (x, y) around it, in pixels of the photo.
        defect_type: what it is called.
        station: as for `Normality.judge`.

    Raises:
        NormalityError: no patch of the item lies in the region, or it looks like good items.
    """
    memory = normality.memory
    vectors, distances = [], []
    for picture in normality.pictures(photo, station):
        found = normality.compare(picture)
        chosen = _within(picture, polygon_px) & picture.inside
        vectors.append(memory.whiten(found.features[chosen]))
        distances.append(found.distance[chosen])
    patches, distance = np.concatenate(vectors), np.concatenate(distances)
    _check_region(len(patches))
    count = int(np.clip(round(_DEFECT_SHARE * len(patches)), _DEFECT_LEAST, _DEFECT_MOST))
    least_normal = np.argsort(-distance)[:count]
    if not distance[least_normal].max() > 0.05:
        raise NormalityError(
            "the region shows what the good photos show",
            fix="Learn again without the photos that show the defect.",
        )
    bank = normality.bank.with_defect(defect_type, patches[least_normal], distance[least_normal])
    card = _confirmed(normality, photo, polygon_px, defect_type)
    return assemble(card, memory, bank, normality.encoder)


def confirm_good(
    normality: Normality, photo: Photo, polygon_px: Points, station: Station | None = None
) -> Normality:
    """Add a false alarm: patches like those of the region count as good from now on.

    Args:
        normality: what gave the alarm.
        photo: shows the region.
        polygon_px: `(N, 2)` (x, y) around it, in pixels of the photo.
        station: as for `Normality.judge`.

    Raises:
        NormalityError: no patch of the item lies in the region.
    """
    memory = normality.memory
    vectors, patches_seen = [memory.vectors], 0
    for picture in normality.pictures(photo, station):
        found = normality.compare(picture)
        touched = _within(picture, polygon_px) & picture.inside
        patches_seen += int(touched.sum())
        limit = _SUSPICIOUS * normality.threshold
        strange = picture.inside & (normality.strangeness(found) > limit)
        labels, _ = ndimage.label(strange, structure=np.ones((3, 3)))
        strange &= np.isin(labels, np.unique(labels[touched & strange]))
        vectors.append(memory.whiten(found.features[strange]))
    _check_region(patches_seen)
    added = sum(len(part) for part in vectors[1:])
    grown = replace(
        memory,
        vectors=np.concatenate(vectors),
        spread=np.concatenate([memory.spread, np.ones(added, np.float32)]),
        photo=np.concatenate([memory.photo, np.full(added, Memory.ADDED, np.int32)]),
    )
    card = _confirmed(normality, photo, polygon_px, None)
    return assemble(card, grown, normality.bank, normality.encoder)


def _within(picture: Picture, polygon_px: Points) -> NDArray[np.bool_]:
    """Return `(H/8, W/8)` true for patches that a polygon of the photo touches."""
    rows, columns = picture.inside.shape
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    centres = np.column_stack([x.ravel(), y.ravel()]) * PATCH_PX + (PATCH_PX - 1) / 2
    seen = picture.to_photo(np.asarray(centres, np.float64))
    reach = float(np.linalg.norm(seen[1] - seen[0])) / 2
    contour = polygon_px.astype(np.float32).reshape(-1, 1, 2)
    depths = [cv2.pointPolygonTest(contour, (float(px), float(py)), True) for px, py in seen]
    return (np.array(depths) >= -reach).reshape(rows, columns)


def _check_region(patches: int) -> None:
    if patches == 0:
        raise NormalityError(
            "the region shows nothing of the item",
            fix="Give a region on the item, in pixels of the photo.",
        )


def _confirmed(
    normality: Normality, photo: Photo, polygon_px: Points, defect_type: str | None
) -> NormalityCard:
    entry = Confirmation(
        type=defect_type,
        photo_sha256=photo.sha256,
        polygon_px=tuple((float(x), float(y)) for x, y in polygon_px),
    )
    card = normality.card
    return card.model_copy(update={"confirmed": (*card.confirmed, entry)})
