"""Corrections applied to what the machine found: the defects as they stand, and what they mean.

Pure functions. The machine's defects are numbered from 1 in its order; a miss takes the next
number, and a number never changes its meaning.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from qc.decision.sampling import UnitResult, unit_result
from qc.decision.severity import Candidate, judge_defect
from qc.decision.verdict import Verdict
from qc.defects.sizes import size_of_outline
from qc.records import Defect, Inspection, PhotoRecord
from qc.spec.base import DefectClass, Severity
from qc.spec.models import Spec
from qc.zones import zones_at
from service.errors import UploadError
from service.review.schemas import (
    Correction,
    DefectCorrection,
    Dismissal,
    Disposition,
    Miss,
    Outline,
    ReviewedDefect,
)


class CorrectionInvalidError(UploadError):
    """A correction does not fit the inspection."""

    code = "correction-invalid"


def found(inspection: Inspection) -> list[ReviewedDefect]:
    """Number the machine's defects."""
    return [
        ReviewedDefect(
            number=number,
            origin="machine",
            dismissed=False,
            corrected=False,
            type=defect.type,
            view=defect.view,
            length_mm=defect.length_mm,
            width_mm=defect.width_mm,
            area_mm2=defect.area_mm2,
            probability=defect.probability,
            severity=defect.severity,
            zone=defect.zone,
            polygon_px=defect.polygon_px,
        )
        for number, defect in enumerate(inspection.defects, start=1)
    ]


def standing(inspection: Inspection, corrected: Iterable[ReviewedDefect]) -> list[ReviewedDefect]:
    """Return the defects as they stand after corrections, given oldest first."""
    defects = {defect.number: defect for defect in found(inspection)}
    return list((defects | {defect.number: defect for defect in corrected}).values())


def correct(
    inspection: Inspection,
    spec: Spec,
    before: Sequence[ReviewedDefect],
    corrections: Iterable[Correction],
) -> list[ReviewedDefect]:
    """Return what each correction makes of its defect, in their order.

    Args:
        inspection: what the machine said.
        spec: says how severe a corrected defect is.
        before: all defects as they stand.
        corrections: to apply.

    Raises:
        CorrectionInvalidError: it names a defect, view or place that is not there.
    """
    now = {defect.number: defect for defect in before}
    changed: list[ReviewedDefect] = []
    for correction in corrections:
        if isinstance(correction, Miss):
            after = _missed(inspection, spec, len(now) + 1, correction)
        else:
            if correction.defect not in now:
                raise CorrectionInvalidError(
                    f"there is no defect {correction.defect}",
                    fix=f"Name one from 1 to {len(now)}, or mark a miss.",
                )
            after = _changed(inspection, spec, now[correction.defect], correction)
        now[after.number] = after
        changed.append(after)
    return changed


def result_of(
    inspection: Inspection,
    spec: Spec,
    defects: Iterable[ReviewedDefect],
    disposition: Disposition,
    defect_class: DefectClass | None,
) -> UnitResult:
    """Return what a reviewed unit counts as in its lot; a person's look leaves no doubt.

    An accepted unit conforms. A rejected one counts what stands: its defects beyond the spec and
    its dimensions that fail; where nothing of that stands, the worst dimension in doubt; where
    there is none either, one major nonconformity. A class that the person named counts instead.
    """
    if disposition is Disposition.ACCEPT:
        return UnitResult()
    if defect_class is not None:
        return UnitResult.found([defect_class])
    standing = tuple(_as_failed(d) for d in defects if not d.dismissed)
    counted = unit_result(inspection.model_copy(update={"defects": standing, "reasons": ()}), spec)
    if counted.worst is None:
        return UnitResult.found([counted.doubt or Severity.MAJOR])
    return counted.model_copy(update={"doubt": None})


def _as_failed(defect: ReviewedDefect) -> Defect:
    """Return a record of a defect that a person looked at: what is beyond the spec is sure."""
    acceptable = defect.severity is Severity.ACCEPTABLE
    return Defect(
        type=defect.type,
        view=defect.view,
        length_mm=defect.length_mm or 0.0,
        width_mm=defect.width_mm or 0.0,
        area_mm2=defect.area_mm2 or 0.0,
        probability=1.0,
        severity=defect.severity,
        zone=defect.zone,
        verdict=Verdict.PASS if acceptable else Verdict.FAIL,
        polygon_px=defect.polygon_px,
    )


def _changed(
    inspection: Inspection,
    spec: Spec,
    defect: ReviewedDefect,
    correction: Dismissal | DefectCorrection,
) -> ReviewedDefect:
    if isinstance(correction, Dismissal):
        return defect.model_copy(update={"dismissed": True})
    update: dict[str, object] = {"dismissed": False, "corrected": True}
    if correction.type is not None:
        update["type"] = correction.type
    if correction.polygon_px is not None:
        photo = _photo(inspection, defect.view)
        update |= _outlined(photo, correction.polygon_px)
    after = defect.model_copy(update=update)
    return _judged(inspection, spec, after, correction.severity)


def _missed(inspection: Inspection, spec: Spec, number: int, miss: Miss) -> ReviewedDefect:
    sizes = _outlined(_photo(inspection, miss.view), miss.polygon_px)
    defect = ReviewedDefect.model_validate(
        {
            "number": number,
            "origin": "person",
            "dismissed": False,
            "corrected": False,
            "type": miss.type,
            "view": miss.view,
            "probability": None,
            "severity": None,
            **sizes,
        }
    )
    return _judged(inspection, spec, defect, miss.severity)


def _judged(
    inspection: Inspection, spec: Spec, defect: ReviewedDefect, severity: Severity | None
) -> ReviewedDefect:
    """Judge a defect that a person is sure of; without a scale it is beyond every size.

    A severity that the person named counts instead.
    """
    zones = zones_at(spec, _photo(inspection, defect.view), defect.polygon_px)
    length_mm = math.inf if defect.length_mm is None else defect.length_mm
    area_mm2 = math.inf if defect.area_mm2 is None else defect.area_mm2
    seen = Candidate(defect.type, defect.view, length_mm, area_mm2, probability=1.0)
    judged = judge_defect(seen, spec, zones)
    return defect.model_copy(update={"severity": severity or judged.severity, "zone": judged.zone})


def _photo(inspection: Inspection, view: str) -> PhotoRecord:
    photo = next((photo for photo in inspection.photos if photo.view == view), None)
    if photo is None:
        views = ", ".join(photo.view for photo in inspection.photos)
        raise CorrectionInvalidError(
            f"the inspection has no photo {view!r}", fix=f"Name one of: {views}."
        )
    return photo


def _outlined(photo: PhotoRecord, outline: Outline) -> dict[str, object]:
    points = np.asarray(outline, dtype=np.float64)
    if (points < -0.5).any() or (points > (photo.width_px - 0.5, photo.height_px - 0.5)).any():
        raise CorrectionInvalidError(
            f"the outline leaves the photo of {photo.width_px} × {photo.height_px} px",
            fix="Draw it on the photo.",
        )
    length, width, area = _sizes(points)
    scale = photo.mm_per_px
    return {
        "polygon_px": tuple((float(x), float(y)) for x, y in points.round(1)),
        "length_mm": None if scale is None else length * scale,
        "width_mm": None if scale is None else width * scale,
        "area_mm2": None if scale is None else area * scale**2,
    }


def _sizes(points: np.ndarray) -> tuple[float, float, float]:
    if len(np.unique(points, axis=0)) < 2:
        raise CorrectionInvalidError("the outline is a single point", fix="Draw it larger.")
    return size_of_outline(points)
