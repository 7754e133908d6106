"""What the API says about lots."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from qc.barcode import LONGEST
from qc.decision.sampling import (
    Event,
    InspectionLevel,
    LotPlan,
    LotTally,
    Sampling,
    SwitchingState,
    UnitResult,
)
from qc.spec.base import DefectClass
from service.plain_text import filled
from service.specs.schemas import SpecReference, SpecSummary

Line = Annotated[str, filled(80)]
"""A name or number on one line."""

Code = Annotated[str, filled(LONGEST)]
"""What a barcode says."""

MakerGroup = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,8}-?[0-9]{1,4}$")]
"""A workshop or group of makers: letters and a number, such as `WS-07`; never a person's name."""

Reason = Annotated[str, filled(500)]
"""Why somebody decided something, in their words."""

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Unit = Annotated[int, Field(ge=1, le=2**31 - 1, description="Number of the unit, from 1.")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlanRequest(_Request):
    """What decides a lot's plan."""

    spec: SpecReference = Field(description="Id of the spec; `id@version` for a certain version.")
    size: Count = Field(description="Units offered together, at least 2.")
    level: InspectionLevel = InspectionLevel.USUAL
    aqls: dict[DefectClass, float | None] | None = Field(
        default=None,
        description="AQL of each class that is judged; null allows no nonconforming unit. "
        "Without it: critical null, major 2.5, minor 4.0.",
    )
    sampling: Sampling = Sampling.SINGLE
    full_below: Count | None = Field(
        default=None, description="Lots with fewer units are inspected 100 %."
    )
    reinspection_of: UUID | None = Field(
        default=None, description="The rejected lot that was reworked and is offered again."
    )


class LotRequest(PlanRequest):
    """A lot that is offered for acceptance."""

    client_id: UUID = Field(description="Chosen by the client, once a lot; safe to send again.")
    order_number: Line
    maker_group: MakerGroup | None = Field(
        default=None,
        description="The workshop or group that made the lot, as a code with a number.",
    )
    item_code: Code | None = Field(
        default=None,
        description="What the barcode of every item says; each inspection's photos are read for "
        "it, and another one is `check`.",
    )


class FindingRequest(_Request):
    """What a person found on a unit. The newest one stands, above what the photos say."""

    critical: Count = 0
    major: Count = 0
    minor: Count = 0
    reason: Reason


class LotEventKind(StrEnum):
    """What can be said of a lot besides its decision."""

    HOLD = "hold"
    RELEASE = "release"
    REWORK = "rework"


class LotEventRequest(_Request):
    """Put a lot on hold, release it, or send a rejected one to rework."""

    kind: LotEventKind
    reason: Reason


class DecisionOutcome(StrEnum):
    """What is decided on a lot, once."""

    ACCEPT = "accept"
    REJECT = "reject"


class DecisionRequest(_Request):
    """The decision on a lot."""

    outcome: DecisionOutcome
    reason: Reason


class SeriesEventRequest(_Request):
    """What a responsible person says about the series of lots of a product for a buyer."""

    kind: Event
    reason: Reason


class LotState(StrEnum):
    """Where a lot stands."""

    OPEN = "open"
    HELD = "held"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REWORK = "rework"
    RESUBMITTED = "resubmitted"


class LotPlace(BaseModel):
    """Which unit of which lot an inspection is of."""

    lot_id: UUID
    unit: int


class UnitFinding(BaseModel):
    """What a person found on a unit."""

    result: UnitResult
    by: str
    reason: str
    at: datetime


class LotUnit(BaseModel):
    """One inspected unit of a lot."""

    unit: int
    result: UnitResult = Field(
        description="What counts: the newest finding, or else the inspections, each as it was "
        "reviewed last or, without a review, as its readings leave it."
    )
    inspections: tuple[UUID, ...] = Field(description="Oldest first.")
    findings: tuple[UnitFinding, ...] = Field(description="Oldest first.")


class LotEvent(BaseModel):
    """Something that happened to a lot."""

    kind: LotEventKind
    by: str
    reason: str
    at: datetime


class LotDecision(BaseModel):
    """The decision on a lot, and the sample it rests on."""

    outcome: DecisionOutcome
    tally: LotTally
    by: str
    reason: str
    at: datetime


class LotSummary(BaseModel):
    """One line of the lots."""

    id: UUID
    client_id: UUID
    created_at: datetime
    created_by: str
    spec: SpecSummary
    order_number: str
    maker_group: str | None = Field(description="The workshop or group that made it, as a code.")
    item_code: str | None = Field(description="What the barcode of every item says.")
    size: int
    plan: LotPlan
    state: LotState
    tally: LotTally = Field(description="Of the units inspected so far; fixed by the decision.")
    decision: LotDecision | None
    reinspection_of: UUID | None
    resubmitted_as: UUID | None = Field(description="The lot as which this one was offered again.")


class LotResource(LotSummary):
    """A lot with all that is known of it."""

    units: tuple[LotUnit, ...] = Field(description="By number.")
    events: tuple[LotEvent, ...] = Field(description="Oldest first.")


class LotPage(BaseModel):
    """Lots, newest first."""

    items: tuple[LotSummary, ...]
    next_cursor: UUID | None = Field(
        description="Give it as `cursor` to get the next page; None on the last one."
    )


class CharacteristicPoint(BaseModel):
    """How often lots of one quality are accepted."""

    quality: float = Field(description="Percent nonconforming, or nonconformities per 100 units.")
    accepted: float = Field(ge=0, le=1, description="Share of such lots that are accepted.")


class ClassCharacteristic(BaseModel):
    """The operating characteristic of one class of a plan."""

    defect_class: DefectClass
    curve: tuple[CharacteristicPoint, ...]
    marks: tuple[CharacteristicPoint, ...] = Field(
        description="Where 95, 50 and 10 % are accepted; empty for 100 % inspection."
    )


class LotCharacteristic(BaseModel):
    """What a lot's plan accepts."""

    classes: tuple[ClassCharacteristic, ...]


class ClassSwitching(SwitchingState):
    """Where one class of a series of lots stands."""

    defect_class: DefectClass


class Series(BaseModel):
    """The series of lots of a product for a buyer."""

    buyer: str
    product_id: str
    classes: tuple[ClassSwitching, ...] = Field(description="Worst first.")
