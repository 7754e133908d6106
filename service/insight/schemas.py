"""What the API says about insight."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from qc.decision.control import Rule
from qc.spec.base import LocalText
from service.insight.items import Kind


class ProductChoice(BaseModel):
    """A product that can be looked at alone."""

    spec: str
    name: LocalText
    buyer: str


class Choices(BaseModel):
    """By what the figures can be narrowed down; makers are groups, never persons."""

    products: tuple[ProductChoice, ...]
    buyers: tuple[str, ...]
    groups: tuple[str, ...]


class FirstPass(BaseModel):
    """How many items were right the first time."""

    decided: int
    passed: int
    undecided: int = Field(description="Still in doubt: they count for neither.")
    share: float | None = Field(description="passed / decided; None where nothing is decided.")
    lower_bound: float = Field(description="Of the exact 95 % interval (Clopper-Pearson).")
    upper_bound: float


class Example(BaseModel):
    """A picture that shows what is meant."""

    inspection_id: UUID
    view: str
    photo_url: str
    overlay_url: str
    deleted_at: datetime | None = Field(description="When retention deleted the photo.")


class ParetoBar(BaseModel):
    """One kind of nonconformity."""

    kind: Kind
    name: str
    label: LocalText
    count: int = Field(description="Nonconformities.")
    units: int = Field(description="Items that have one at least.")
    share: float = Field(description="Of all nonconformities here.")
    cumulative: float = Field(description="With all more frequent ones.")
    example: Example | None = Field(description="Of the newest item that has one.")


class ChartPoint(BaseModel):
    """One point of a control chart."""

    label: str = Field(description="ISO week, by UTC; or the number of the subgroup, from 1.")
    at: datetime = Field(description="Of the newest item in it.")
    inspected: int
    value: float
    lower: float
    upper: float
    rules: tuple[Rule, ...] = Field(description="Western Electric rules that it completes.")


class ChartLine(BaseModel):
    """A control chart."""

    centre: float
    points: tuple[ChartPoint, ...]


class SizeChoice(BaseModel):
    """A size of which there may be a control chart."""

    name: str
    part: int
    label: LocalText
    values: int


class InsightReport(BaseModel):
    """Where the trouble is, over the items of some weeks."""

    choices: Choices
    since: date
    until: date = Field(description="The last day that counts.")
    items: int
    left_out: bool = Field(description="There are more items than were read; the newest count.")
    first_pass: FirstPass
    weeks: ChartLine | None = Field(
        description="Share of failed items by week; None where nothing is decided."
    )
    defects: tuple[ParetoBar, ...] = Field(description="Most frequent first; colour is among them.")
    dimensions: tuple[ParetoBar, ...]
    sizes: tuple[SizeChoice, ...] = Field(description="Of the chosen product; empty without one.")


class ControlReport(BaseModel):
    """Averages and ranges of one size, by subgroups of items in their order."""

    spec: str = Field(description="`id@version`: the newest version that was inspected.")
    name: str
    part: int
    label: LocalText
    unit: Literal[" mm", "°"]
    lower_limit: float = Field(description="Of the spec, for single items.")
    upper_limit: float
    size: int = Field(description="Items in a subgroup.")
    preliminary: bool = Field(description="Fewer than 20 subgroups: the limits will still move.")
    averages: ChartLine | None = Field(description="None where there is no whole subgroup.")
    ranges: ChartLine | None
