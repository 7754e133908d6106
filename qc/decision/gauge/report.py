"""What a gauge study answers: plain, immutable, serialisable."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class Interval(_Record):
    """A two-sided confidence interval."""

    lower: float
    upper: float


class Rating(StrEnum):
    """AIAG's guideline on %GRR: below 10 %, 10 to 30 %, above 30 %."""

    ACCEPTABLE = "acceptable"
    CONDITIONAL = "conditional"
    UNACCEPTABLE = "unacceptable"

    @classmethod
    def of(cls, grr_percent: float) -> Rating:
        """Rate a %GRR."""
        if grr_percent < 10:
            return cls.ACCEPTABLE
        return cls.CONDITIONAL if grr_percent <= 30 else cls.UNACCEPTABLE


class AnovaRow(_Record):
    """One line of the ANOVA table."""

    source: Literal["part", "operator", "part × operator", "repeatability", "total"]
    df: int
    ss: float
    ms: float | None = None
    f: float | None = None
    p: float | None = None


Source = Literal[
    "gauge R&R", "repeatability", "reproducibility", "operator", "interaction", "part", "total"
]


class Component(_Record):
    """One source of variation; negative estimates of a variance are reported as 0."""

    source: Source
    variance: float
    variance_interval: Interval | None = Field(
        description="None for sums without a standard method."
    )
    contribution_percent: float = Field(description="Of the total variance.")
    sd: float
    percent_of_total: float = Field(description="100 sd / sd of the total variation.")
    percent_of_tolerance: float | None = Field(description="100 · 6 sd / tolerance.")


class AverageRange(_Record):
    """The average-and-range method: the cross-check that is done by hand (no interaction)."""

    repeatability_sd: float
    reproducibility_sd: float
    grr_sd: float
    part_sd: float
    total_sd: float
    grr_percent_of_total: float
    ndc: int | None


class GaugeReport(_Record):
    """A crossed gauge study, analysed by ANOVA and cross-checked by ranges."""

    parts: int
    operators: int
    trials: int
    tolerance: float | None
    confidence: float
    pooling_alpha: float
    interaction_pooled: bool
    """The interaction's p exceeds `pooling_alpha`, so it was counted as repeatability."""
    interaction_p: float
    anova: tuple[AnovaRow, ...] = Field(description="With the interaction, before pooling.")
    components: tuple[Component, ...]
    grr_percent_of_total: float
    grr_percent_of_total_interval: Interval
    rating_of_total: Rating
    grr_percent_of_tolerance: float | None
    grr_percent_of_tolerance_interval: Interval | None
    rating_of_tolerance: Rating | None
    ndc: int = Field(description="Number of distinct categories; 5 or more are wanted.")
    ndc_exact: float
    average_range: AverageRange

    def component(self, source: Source) -> Component:
        """Return one source of variation."""
        return next(c for c in self.components if c.source == source)
