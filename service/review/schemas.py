"""What the API says about reviews."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from qc.decision.sampling import UnitResult
from qc.decision.verdict import Verdict
from qc.spec.base import DefectClass, Severity, Zone
from qc.spec.models import DefectType, Slug

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]

Coordinate = Annotated[float, Field(ge=-1, le=65535, allow_inf_nan=False)]
Outline = Annotated[
    tuple[tuple[Coordinate, Coordinate], ...],
    Field(min_length=3, max_length=500, description="(x, y) in px of the upright photo, closed."),
]


class Disposition(StrEnum):
    """What becomes of the item."""

    ACCEPT = "accept"
    REJECT = "reject"
    REWORK = "rework"

    @property
    def verdict(self) -> Verdict:
        """What counts from now on; a reworked item is a failed one until inspected again."""
        return Verdict.PASS if self is Disposition.ACCEPT else Verdict.FAIL


class Cause(StrEnum):
    """Why an inspection is to be reviewed."""

    FAIL = "fail"
    CHECK = "check"
    SAMPLE = "sample"
    CHOSEN = "chosen"


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Dismissal(_Request):
    """A false alarm: there is no defect here."""

    kind: Literal["dismiss"]
    defect: int = Field(ge=1, description="Number of the defect.")


class DefectCorrection(_Request):
    """There is a defect here, but another one. What is not given stays."""

    kind: Literal["correct"]
    defect: int = Field(ge=1, description="Number of the defect.")
    type: DefectType | None = None
    polygon_px: Outline | None = None
    severity: Severity | None = Field(
        default=None, description="Of a person's judgement; by the spec where not given."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.type, self.polygon_px, self.severity) == (None, None, None):
            raise ValueError("give the type, the outline or the severity that is right")
        return self


class Miss(_Request):
    """A defect that the machine did not find."""

    kind: Literal["miss"]
    view: Slug
    type: DefectType
    polygon_px: Outline
    severity: Severity | None = Field(
        default=None, description="Of a person's judgement; by the spec where not given."
    )


Correction = Annotated[Dismissal | DefectCorrection | Miss, Field(discriminator="kind")]


class ReviewRequest(_Request):
    """What a person decides about an inspection."""

    client_id: UUID = Field(description="Chosen by the client, once a review; safe to send again.")
    disposition: Disposition
    reason: Reason = Field(
        default="",
        description="Needed wherever the machine is not simply agreed with: to overrule it, to "
        "answer a `check`, to send back for rework, and to review once more.",
    )
    defect_class: DefectClass | None = Field(
        default=None,
        description="In which a rejected unit counts in its lot; by its defects and dimensions "
        "where not given. Not for `accept`.",
    )
    corrections: tuple[Correction, ...] = Field(
        default=(), max_length=100, description="Applied in their order."
    )
    follows: int = Field(
        default=0, ge=0, le=10_000, description="Number of reviews that were read before this one."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.disposition is Disposition.ACCEPT and self.defect_class is not None:
            raise ValueError("an accepted unit counts in no class")
        return self


class ReviewedDefect(BaseModel):
    """A defect as it stands after all corrections."""

    number: int = Field(description="Within the inspection; the machine's come first.")
    origin: Literal["machine", "person"] = Field(description="Who found it.")
    dismissed: bool = Field(description="A person said that there is none.")
    corrected: bool = Field(description="A person changed type, outline or severity.")
    type: str
    view: str
    length_mm: float | None = Field(
        description="None where the photo has no scale. Of a person's outline: by the scale at the "
        "mat's centre."
    )
    width_mm: float | None
    area_mm2: float | None
    probability: float | None = Field(description="The machine's; None for a person's find.")
    severity: Severity | None = Field(description="None where the spec names no rule.")
    zone: Zone | None = Field(
        default=None,
        description="Of several, where it is worst; None where the spec tells none apart.",
    )
    polygon_px: tuple[tuple[float, float], ...]


class ReviewOutcome(BaseModel):
    """What a person decided about an inspection."""

    number: int = Field(description="From 1; the last one counts.")
    disposition: Disposition
    verdict: Verdict
    agreed: bool | None = Field(
        description="With the machine; None where its verdict was a question (`check`)."
    )
    reason: str
    by: str
    at: datetime


class Review(ReviewOutcome):
    """A review with what it changed."""

    cause: Cause
    result: UnitResult = Field(description="What the unit counts as in its lot.")
    corrections: tuple[CorrectedDefect, ...]


class CorrectedDefect(ReviewedDefect):
    """A defect as a correction left it."""

    kind: Literal["dismiss", "correct", "miss"]


class Claim(BaseModel):
    """Who is looking at an inspection now."""

    by: str
    mine: bool
    expires_at: datetime


class ReviewStanding(BaseModel):
    """What people made of an inspection; part of the inspection itself."""

    standing_verdict: Verdict = Field(
        description="What counts: the newest review's verdict; without one the machine's, with the "
        "readings in the place of what they measured again."
    )
    review: ReviewOutcome | None = Field(description="The newest review.")
    reinspection_of: UUID | None = Field(
        description="The inspection whose item was sent back for rework and is here again."
    )
    reinspected_as: UUID | None = Field(description="The inspection after the rework.")
