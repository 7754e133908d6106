"""What the API says about detector releases."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field


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
