"""What an evaluation says, ready for JSON and for tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

from qc.evaluation.sizes import Sizes
from qc.proportions import interval, told


def _bounds(count: int, total: int) -> tuple[float, float]:
    low, high = interval(count, total)
    return round(low, 4), round(high, 4)


def _cells(number: int, shares: Iterable[float | None]) -> tuple[str, ...]:
    return str(number), *(told(round((share or 0.0) * number), number) for share in shares)


class Pixels(BaseModel):
    """Metrics of pixels; None where they are not defined."""

    model_config = ConfigDict(frozen=True)

    ap: float | None
    auroc: float | None
    aupro: float | None
    ece: float | None = Field(description="Of the probabilities, 15 bins of equal width.")


class Recall(BaseModel):
    """Share of defects found, as regions, at 0.1, 1 and 10 false regions a photo."""

    model_config = ConfigDict(frozen=True)

    defects: int
    at: dict[str, float | None]

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """Exact 95 % interval of each share, as if the defects were independent."""
        return {
            rate: _bounds(round(share * self.defects), self.defects)
            for rate, share in self.at.items()
            if share is not None
        }

    @property
    def cells(self) -> tuple[str, ...]:
        """Number, and the shares with their intervals, for a table."""
        return _cells(self.defects, self.at.values())


class Alarms(BaseModel):
    """Photos with at least one instance; None without such photos."""

    model_config = ConfigDict(frozen=True)

    photos: int
    any_instance: float | None = Field(description="Share with an instance of 0.5 or more.")
    sure_instance: float | None = Field(description="Share with an instance of 0.9 or more.")

    @property
    def cells(self) -> tuple[str, ...]:
        """Number, and the shares with their intervals, for a table."""
        return _cells(self.photos, (self.any_instance, self.sure_instance))


class DetectorReport(BaseModel):
    """An evaluation, ready for JSON."""

    model_config = ConfigDict(frozen=True)

    release: str
    layout: str
    unit: Literal["mm", "px"]
    photos: dict[str, int] = Field(description="Photos evaluated, by kind.")
    problems: tuple[dict[str, str], ...]
    problem_counts: dict[str, int]
    image_auroc: float | None = Field(description="Photos with a defect against good ones.")
    image_auroc_by_kind: dict[str, float | None]
    good: Alarms
    defective: Alarms
    pixels: dict[str, Pixels] = Field(description="`any`, and the types that are labelled.")
    recall: dict[str, Recall] = Field(description="`all`, and each type as labelled.")
    recall_by_length: dict[str, Recall]
    recall_by_visibility: dict[str, dict[str, Recall]] = Field(
        description="`all` and each type → stratum of contrast to noise, `qc.evaluation.visibility`"
    )
    sizes: dict[str, Sizes] = Field(description="Of the defects found with 0.5 or more.")
    confusion: dict[str, dict[str, int]] = Field(
        description="Defect as labelled → what its surest finding of 0.5 or more is called."
    )
