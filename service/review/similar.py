"""Similar past cases: what leads made of items of the same product with the like findings.

A case is described by what was found, not by its picture: each defect by type and length, each
dimension that does not conform by name and side of the limits. Of a past case also what a lead
called a false alarm counts, for that is what the next lead wants to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from qc.decision.conformity import Decision
from qc.records import AngleMeasurement, Inspection, Measurement
from qc.spec.base import LocalText, Severity
from service.defect_names import named
from service.inspections import service as inspections
from service.inspections.schemas import InspectionSummary
from service.review import folding, repository
from service.review.schemas import ReviewedDefect, ReviewOutcome
from service.review.service import outcome_of, standing_defects

LOOKED_AT: Final = 200
"""Newest reviewed inspections of the product that are compared."""

_SAME_KIND: Final = 0.5
"""How alike two findings are of which nothing but type or name agrees; the rest is their size."""


@dataclass(frozen=True)
class Finding:
    """One thing that speaks against an item.

    `key` says what it is (a defect's type, a dimension's name), `size` how much: a defect's length
    in mm, a dimension's deviation from the middle of its limits in half their width. None where
    it is not known.
    """

    key: tuple[str, str]
    size: float | None
    label: LocalText
    view: str
    length_mm: float | None = None
    dismissed: bool = False


class AlikeFinding(BaseModel):
    """The finding of a past case that is most like one of this case."""

    label: LocalText
    view: str
    length_mm: float | None = Field(description="Of a defect; None of a dimension.")
    dismissed: bool = Field(description="The lead said that there is none.")


class SimilarCase(BaseModel):
    """A reviewed item with the like findings, and what was decided about it."""

    inspection: InspectionSummary
    finding: AlikeFinding
    review: ReviewOutcome = Field(description="The newest one.")
    likeness: float = Field(ge=0, le=1, description="1: the same findings of the same size.")


class SimilarCases(BaseModel):
    """Past cases of the same product, the most similar first."""

    items: tuple[SimilarCase, ...]


def get_similar(session: Session, inspection_id: UUID, limit: int) -> SimilarCases:
    """Return what was decided about items of the same product with the like findings.

    Raises:
        InspectionUnknownError: there is no such inspection.
    """
    inspection = inspections.get_inspection(session, inspection_id)
    asked = against(inspection, standing_defects(session, inspection_id, inspection), past=False)
    if not asked:
        return SimilarCases(items=())
    rows = repository.reviewed_documents(
        session, inspection.spec.id, but=inspection_id, limit=LOOKED_AT
    )
    corrected = repository.corrections_of(session, [row.id for row in rows])
    ranked: list[tuple[float, UUID, Finding]] = []
    for row in rows:
        past = Inspection.model_validate_json(row.document)
        defects = folding.standing(
            past, map(ReviewedDefect.model_validate_json, corrected.get(row.id, ()))
        )
        how_alike, nearest = likeness(asked, against(past, defects, past=True))
        if nearest is not None:
            ranked.append((how_alike, row.id, nearest))
    ranked.sort(key=lambda one: -one[0])  # stable: of equally similar ones the newest comes first
    chosen = ranked[:limit]
    ids = [past_id for _, past_id, _ in chosen]
    summaries = inspections.summaries(session, ids)
    newest = repository.newest(session, ids)
    return SimilarCases(
        items=tuple(
            SimilarCase(
                inspection=summaries[past_id],
                finding=AlikeFinding(
                    label=nearest.label,
                    view=nearest.view,
                    length_mm=nearest.length_mm,
                    dismissed=nearest.dismissed,
                ),
                review=outcome_of(newest[past_id]),
                likeness=round(how_alike, 3),
            )
            for how_alike, past_id, nearest in chosen
        )
    )


def against(
    inspection: Inspection, defects: Sequence[ReviewedDefect], *, past: bool
) -> list[Finding]:
    """List what speaks against an item; of a past case also what was dismissed.

    What the spec accepts speaks against nothing, unless there is nothing else.
    """
    seen = [defect for defect in defects if past or not defect.dismissed]
    counting = [defect for defect in seen if defect.severity is not Severity.ACCEPTABLE]
    dimensions = [_of_dimension(one) for one in _doubted(inspection)]
    chosen = counting if counting or dimensions else seen
    return [*map(_of_defect, chosen), *dimensions]


def likeness(asked: Sequence[Finding], past: Sequence[Finding]) -> tuple[float, Finding | None]:
    """Tell how alike two cases are (0 to 1), and the past finding that is most like one asked for.

    Every finding asked for meets the past one most like it; the sum is divided by the number of
    findings of the larger case, so that an item with many other faults is less similar.
    """
    if not asked or not past:
        return 0.0, None
    best = [max(((_alike(one, other), other) for other in past), key=_first) for one in asked]
    total = sum(how_alike for how_alike, _ in best) / max(len(asked), len(past))
    how_alike, nearest = max(best, key=_first)
    return total, nearest if how_alike > 0 else None


def _alike(one: Finding, other: Finding) -> float:
    if one.key != other.key:
        return 0.0
    if one.size is None or other.size is None:
        return _SAME_KIND
    small, large = sorted((abs(one.size), abs(other.size)))
    ratio = 1.0 if large == 0 else small / large
    same_side = one.size * other.size >= 0
    return _SAME_KIND + (1 - _SAME_KIND) * ratio * same_side


def _first(pair: tuple[float, Finding]) -> float:
    return pair[0]


def _of_defect(defect: ReviewedDefect) -> Finding:
    (known,) = named([defect.type])
    return Finding(
        key=("defect", defect.type),
        size=defect.length_mm,
        label=known.name,
        view=defect.view,
        length_mm=defect.length_mm,
        dismissed=defect.dismissed,
    )


def _doubted(inspection: Inspection) -> list[Measurement | AngleMeasurement]:
    measured: tuple[Measurement | AngleMeasurement, ...] = (
        *inspection.measurements,
        *inspection.angles,
    )
    return [one for one in measured if one.decision is not Decision.PASS]


def _of_dimension(one: Measurement | AngleMeasurement) -> Finding:
    quantity = one.quantity
    half = (quantity.upper - quantity.lower) / 2
    deviation = quantity.value - (quantity.upper + quantity.lower) / 2
    return Finding(
        key=("dimension", one.name),
        size=deviation / half if half > 0 else None,
        label=one.label or LocalText(en=one.name, id=one.name),
        view=one.view,
    )
