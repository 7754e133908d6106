"""What is said of drift."""

from __future__ import annotations

from pydantic import BaseModel, Field

from qc.spec.base import LocalText


class Spread(BaseModel):
    """Where the values of a feature lie, as percentiles."""

    p5: float
    p25: float
    p50: float
    p75: float
    p95: float


class Change(BaseModel):
    """A feature whose distribution moved, in words and in numbers."""

    feature: str
    text: dict[str, str] = Field(description="What a lead should know and do, by language.")
    before: Spread = Field(description="Of the inspections that serve as the reference.")
    recent: Spread
    distance: float = Field(description="Kolmogorov-Smirnov statistic, 0 to 1.")
    p_value: float = Field(description="That chance alone does this, all features considered.")
    alarm: bool = Field(description="The change is neither chance nor small.")


class Drift(BaseModel):
    """One product at one station: its recent inspections against those before."""

    spec: str
    product: LocalText = Field(description="Its name, by the newest inspection's spec.")
    station: str
    release: str | None = Field(description="Detector of all that is compared.")
    before: int = Field(description="Inspections that serve as the reference.")
    recent: int
    changes: list[Change] = Field(
        description="The least probable first; none where there are too few inspections."
    )


class DriftReport(BaseModel):
    """Every product at every station, those that alarm first."""

    places: list[Drift]
