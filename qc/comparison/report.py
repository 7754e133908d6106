"""What a comparison says: one cell for each product, type and metric."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

MARGIN: Final = 0.02
"""What a release may be worse by, in any cell, before it is held back: a share."""

Metric = Literal["recall", "average_precision", "photos_without_false_alarm"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class Cell(_Record):
    """A metric of both releases on one product and type; all are shares, more is better.

    `recall`: labelled defects that were found, whatever they were called.
    `average_precision`: of instances of the type, called by that name.
    `photos_without_false_alarm`: photos on which nothing was found where nothing is labelled.
    """

    product: str
    type: str | None = Field(description="None where a metric has no type.")
    metric: Metric
    baseline: float
    candidate: float
    difference: float = Field(description="Candidate less baseline: below 0 is worse.")
    lower: float = Field(description="95 % confidence interval of the difference.")
    upper: float
    count: int = Field(description="Labelled defects, or photos.")
    items: int = Field(description="Physical items that they come from.")


class Comparison(_Record):
    """Two releases on one set of photos."""

    baseline: str
    baseline_sha256: str
    candidate: str
    candidate_sha256: str
    data: str = Field(description="Where the photos came from.")
    data_sha256: str = Field(description="Of all photos and labels.")
    photos: int
    items: int
    resamples: int
    cells: tuple[Cell, ...]
    types_not_measured: tuple[str, ...] = Field(
        description="Types of the baseline of which no defect is labelled in these photos."
    )
    types_lost: tuple[str, ...] = Field(
        description="Types that the baseline knows and the candidate does not."
    )


def worse_cells(comparison: Comparison, margin: float = MARGIN) -> tuple[Cell, ...]:
    """List the cells in which the candidate is worse than the margin allows, worst first.

    The estimate decides, not its interval: a few items can neither prove a loss nor its absence,
    and a person who overrides the gate sees how few they were.
    """
    worse = [cell for cell in comparison.cells if cell.difference < -margin]
    return tuple(sorted(worse, key=lambda cell: cell.difference))
