"""What reviews teach: every reviewed photo with its defects as people left them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from qc.datasets.model import LabelledRegion
from qc.datasets.snapshot import ReviewedPhoto
from qc.defects.normality import ANOMALY
from qc.records import PhotoRecord
from qc.spec.base import Severity
from service.inspections import service as inspections
from service.inspections.schemas import InspectionResource
from service.review import folding, repository
from service.review.schemas import Disposition, ReviewedDefect
from service.specs.service import get_spec
from service.storage import PhotoStore


@dataclass(frozen=True)
class Reviewed:
    """Photos that can be learnt from, and why others cannot, counted."""

    photos: list[ReviewedPhoto] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def reviewed_photos(session: Session, store: PhotoStore, spec_id: str | None = None) -> Reviewed:
    """Collect the photos of all reviewed inspections, of one product or of all.

    A photo is left out where its review does not say which pixels are defects: an item that was
    accepted while defects stand that the spec does not accept, an anomaly without a type, and a
    photo on which no item was found.
    """
    found = Reviewed()
    for inspection_id in repository.reviewed(session):
        inspection = inspections.get_inspection(session, inspection_id)
        if spec_id in (None, inspection.spec.id):
            _collect(session, store, inspection, found)
    return found


def count_reviewed(session: Session, since: datetime | None = None) -> int:
    """Count the inspections that leads first reviewed after a time, or ever."""
    return repository.count_reviewed(session, since)


def _collect(
    session: Session, store: PhotoStore, inspection: InspectionResource, found: Reviewed
) -> None:
    corrected = [
        ReviewedDefect.model_validate_json(row.document)
        for row in repository.corrections(session, inspection.id)
    ]
    defects = folding.standing(inspection, corrected)
    newest = repository.newest(session, [inspection.id])[inspection.id]
    accepted = newest.disposition == Disposition.ACCEPT
    spec = get_spec(session, inspection.spec.id, inspection.spec.version)
    judged = {view.name for view in spec.views if view.is_judged}
    for photo in inspection.photos:
        if photo.view not in judged:
            continue
        own = [defect for defect in defects if defect.view == photo.view]
        if problem := _why_not(photo, own, accepted=accepted):
            found.left_out[problem] += 1
            continue
        found.photos.append(
            ReviewedPhoto(
                sha256=photo.sha256,
                read=partial(store.get, photo.sha256),
                regions=tuple(_region(d) for d in own if not d.dismissed),
                false_alarms=tuple(_region(d) for d in own if d.dismissed and d.type != ANOMALY),
                product=inspection.spec.id,
                item=_item(session, inspection),
                lot=str(inspection.lot.lot_id) if inspection.lot else None,
                mm_per_px=photo.mm_per_px,
                outlines=tuple(np.asarray(o, np.float64) for o in photo.outlines_px),
            )
        )


def _why_not(photo: PhotoRecord, defects: list[ReviewedDefect], *, accepted: bool) -> str | None:
    standing = [defect for defect in defects if not defect.dismissed]
    if not photo.outlines_px:
        return "no item was found on the photo"
    if any(defect.type == ANOMALY for defect in standing):
        return "an anomaly has no type"
    if accepted and any(
        defect.severity is not Severity.ACCEPTABLE and not defect.corrected
        for defect in standing
        if defect.origin == "machine"
    ):
        return "accepted without a word on the defects that the machine found"
    return None


def _item(session: Session, inspection: InspectionResource) -> str:
    """Name the physical item: the unit of a lot, or the first of its inspections."""
    if inspection.lot is not None:
        return f"{inspection.lot.lot_id}/{inspection.lot.unit}"
    first: UUID = inspection.id
    while (earlier := repository.reinspection_of(session, first)) is not None:
        first = earlier
    return str(first)


def _region(defect: ReviewedDefect) -> LabelledRegion:
    return LabelledRegion(defect.type, (np.asarray(defect.polygon_px, np.float64),))
