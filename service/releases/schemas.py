"""What the API says about detector releases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from qc.comparison import Comparison
from qc.comparison.report import MARGIN
from qc.decision.verdict import Verdict
from service.defect_names import DefectTypeName
from service.releases.state import Action

REFERENCE = r"^[a-z0-9][a-z0-9-]*@\d+\.\d+\.\d+$"

Reference = Annotated[str, Field(pattern=REFERENCE, max_length=96, description="`name@version`.")]
ReasonText = Annotated[str, Field(min_length=3, max_length=500, description="Why; it is kept.")]


class ReleaseResource(BaseModel):
    """The release that inspects now, as its own `release.json` describes it."""

    name: str
    version: str
    created: date
    types: tuple[str, ...] = Field(description="Defect types that the detector knows.")
    mm_per_px: float = Field(description="Scale at which the detector sees.")
    sha256: str = Field(description="Of the model file.")
    thresholds: dict[str, float] = Field(description="Probability of best F1 per type.")
    metrics: dict[str, Any] = Field(description="How well it does on data it was not trained on.")
    licences: tuple[str, ...] = Field(description="Of what it was trained on.")


class ReleaseSummary(BaseModel):
    """A release that could inspect."""

    reference: str
    created: date
    types: tuple[DefectTypeName, ...]
    sha256: str = Field(description="Of the model file.")
    shipped: bool = Field(description="It came with the software and is not kept separately.")
    active: bool
    shadow: bool
    registered_at: datetime | None
    registered_by: str | None


class ReleaseEvent(BaseModel):
    """Something that was done with a release."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    action: Action
    reference: str | None = Field(description="None: the release that came with the software.")
    by: str
    reason: str
    overridden: bool = Field(description="Promoted although the gate held it back.")


class ReleaseList(BaseModel):
    """All releases, and what was done with them, newest first."""

    items: tuple[ReleaseSummary, ...]
    events: tuple[ReleaseEvent, ...]
    pinned: bool = Field(description="A setting names the release that inspects.")


class Gate(BaseModel):
    """Whether a release may inspect, and what that rests on."""

    reference: str
    problem: str | None = Field(description="What holds it back; None where nothing does.")
    comparison: Comparison | None = Field(
        description="With the active release, on the same photos; None where there is none."
    )


class PromotionRequest(BaseModel):
    """Which release shall inspect from now on."""

    reference: Reference
    reason: ReasonText
    override: bool = Field(default=False, description="Promote it although the gate holds it back.")
    margin: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description=f"What any figure may be worse by; {MARGIN} where not given.",
    )


class RollbackRequest(BaseModel):
    """The release that was active before shall inspect again."""

    reason: ReasonText


class ShadowRequest(BaseModel):
    """Which release shall judge the same photos unseen; none stops it."""

    reference: Reference | None
    reason: ReasonText


class ShadowCount(BaseModel):
    """How often a verdict met another."""

    spec: str
    verdict: Verdict = Field(description="That the packer was given.")
    shadow_verdict: Verdict | None = Field(description="None: the release gave none.")
    inspections: int


class ShadowDifference(BaseModel):
    """An inspection of which the release in shadow said something else."""

    inspection: UUID
    spec: str
    verdict: Verdict
    shadow_verdict: Verdict | None
    problem: str | None


class ShadowReport(BaseModel):
    """What the release in shadow said so far."""

    reference: str
    since: datetime
    inspections: int
    agreeing: int
    counts: tuple[ShadowCount, ...]
    newest_differences: tuple[ShadowDifference, ...]
