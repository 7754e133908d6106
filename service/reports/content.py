"""What a report says, apart from its language: the same content always has the same hash."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from qc.decision.conformity import Decision
from qc.decision.sampling import LotPlan, LotTally
from qc.records import Points
from qc.spec.base import DefectClass, LocalText, Zone
from qc.spec.models import ReportLanguage
from service.plain_text import filled

Line = Annotated[str, filled(200)]


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(StrEnum):
    """What no photo tells."""

    MOISTURE = "moisture"
    SPECIES = "species"
    CHEMISTRY = "chemistry"
    OTHER = "other"


class Statement(_Content):
    """What a lead states of something that no photo tells."""

    topic: Topic
    text: Line
    document: Line | None = Field(
        default=None, description="Name or number of the document that shows it."
    )


class Signature(_Content):
    """Who stands for the report."""

    name: str
    role: str
    at: datetime


class ReportedDefect(_Content):
    """One defect of a unit; its number stands in the picture."""

    number: int
    type: str
    defect_class: DefectClass | None = Field(description="None where the spec names no rule.")
    zone: Zone | None = Field(default=None, description="None where the spec tells none apart.")
    length_mm: float | None
    width_mm: float | None
    by_person: bool
    sure: bool = Field(description="False: in doubt, and nobody has looked.")
    polygon_px: Points
    view: str


class Picture(_Content):
    """The part of a photo that a report shows."""

    view: str
    photo_sha256: str
    box_px: tuple[int, int, int, int] = Field(description="Left, top, right, bottom (exclusive).")
    outlines_px: tuple[Points, ...]
    lines_px: tuple[Points, ...] = Field(description="Where dimensions that fail were measured.")


class ReportedReview(_Content):
    """What a lead said of a unit."""

    by: str
    accepted: bool
    reason: str


class Case(_Content):
    """A nonconforming or doubtful unit."""

    unit: int
    inspection_id: UUID | None = Field(description="None where it was judged by hand alone.")
    counts_as: DefectClass | None = Field(description="None for a doubt.")
    defects: tuple[ReportedDefect, ...]
    failed: tuple[str, ...] = Field(description="Columns of the measurement sheet that fail.")
    said: ReportedReview | None
    pictures: tuple[Picture, ...]


class ColumnSwelling(_Content):
    """What a change of moisture may do to a dimension after the photo; no part of its U95."""

    moisture_percent: float = Field(description="Plus or minus, of moisture content.")
    change_mm: float = Field(description="Plus or minus; of the unit that would change most.")


class Column(_Content):
    """One dimension of the measurement sheet."""

    name: str
    label: LocalText | None
    unit: Literal["mm", "°", "", "ΔE00"]
    lower: float | None
    upper: float | None
    default_tolerance: bool
    swelling: ColumnSwelling | None = Field(
        default=None, description="None along the grain, or where the spec does not ask."
    )


class Cell(_Content):
    """One measured value."""

    value: float
    u95: float | None = Field(description="Expanded uncertainty, k = 2; None for a count.")
    decision: Decision
    calliper: bool


class SheetRow(_Content):
    """One piece of one unit; None where a dimension was not measured."""

    unit: int
    part: int | None
    cells: tuple[Cell | None, ...]


class Sheet(_Content):
    """The measurement sheet."""

    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]


class MoistureRead(_Content):
    """What meters read of the lot's units; the newest reading of each counts."""

    units: int
    lowest_percent: float
    highest_percent: float
    first_at: datetime
    last_at: datetime
    by: tuple[str, ...] = Field(description="Who read them.")
    instruments: tuple[str, ...]


class DefectCount(_Content):
    """How often one defect was found, in how many units."""

    defect_class: DefectClass
    type: str = Field(description="Type of defect, or name of the dimension that fails.")
    label: LocalText | None = Field(description="Of a dimension.")
    units: int
    instances: int


class Used(_Content):
    """With what was inspected."""

    software: tuple[str, ...]
    releases: tuple[str, ...]
    normality: tuple[str, ...]
    stations: tuple[str, ...]
    mats: tuple[str, ...]


class ReportContent(_Content):
    """Everything that a report says."""

    format: Literal[1] = 1
    number: str
    language: ReportLanguage
    workshop: str
    workshop_address: str
    lot_id: UUID
    order_number: str
    size: int
    offered_at: datetime
    buyer: str
    product_id: str
    product: LocalText
    material: str
    spec: str = Field(description="`id@version`.")
    example: bool = Field(description="The spec is an example that no buyer wrote.")
    outcome: Literal["accept", "reject"] | None = Field(description="None while undecided.")
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    plan: LotPlan
    tally: LotTally
    inspected_units: int
    first_inspected_at: datetime | None
    last_inspected_at: datetime | None
    views: tuple[str, ...]
    view_instructions: tuple[LocalText, ...]
    defects: tuple[DefectCount, ...] = Field(description="Worst class first.")
    cases: tuple[Case, ...] = Field(description="By unit.")
    cases_left_out: int
    sheet: Sheet
    moisture: MoistureRead | None = Field(
        default=None, description="None where nobody read any, and in reports of before."
    )
    statements: tuple[Statement, ...]
    used: Used
    reviewed_units: int
    overruled_units: int
    photo_sha256s: tuple[str, ...] = Field(description="Of every photo of the lot's units.")
    signature: Signature | None = Field(description="None for a draft.")

    @property
    def sha256(self) -> str:
        """The hash that the QR code carries."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class SignedContent(ReportContent):
    """What a signed report says: only decided lots have one."""

    outcome: Literal["accept", "reject"]
    signature: Signature
