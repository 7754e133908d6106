"""What the buyer ordered: a versioned, immutable set of requirements."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, StringConstraints, model_validator

DEFAULT_TOLERANCE_PERCENT = 3.0
"""Applied to a dimension for which the buyer gave no limits. Reports say so."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""Lower-case letters, digits and single hyphens: `daiso-spoon-180`."""

DefectType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=32)]
"""A defect type's name. The list is open: a product line may add its own."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Severity(StrEnum):
    """How bad a defect is for this buyer; the worst comes first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    ACCEPTABLE = "acceptable"


class LocalText(_Model):
    """A name shown to people, in English and Indonesian."""

    en: str = Field(min_length=1, max_length=120)
    id: str = Field(min_length=1, max_length=120)


class Product(_Model):
    """The article that the buyer ordered."""

    id: Slug
    name: LocalText
    material: str = Field(min_length=1, max_length=80)


class Dimension(_Model):
    """One measured size of the item.

    `height_mm` is the height above the mat of the edge that the photo shows, because
    an edge nearer to the camera looks larger. Without it the decision is `check`.
    """

    name: str = Field(min_length=1, max_length=60)
    label: LocalText | None = Field(default=None, description="Its name for people.")
    feature: Literal["length", "width", "diameter"]
    nominal_mm: PositiveFloat
    lower_mm: PositiveFloat
    upper_mm: PositiveFloat
    default_tolerance: bool = Field(
        default=False, description="True where the buyer gave no limits and ±3 % was applied."
    )
    height_mm: float | None = Field(default=None, ge=0)
    height_u95_mm: float = Field(default=0.5, ge=0, description="Expanded uncertainty (k = 2).")
    view: str = "top"

    @model_validator(mode="before")
    @classmethod
    def _fill_default_limits(cls, data: object) -> object:
        if isinstance(data, dict) and "lower_mm" not in data and "upper_mm" not in data:
            nominal = data.get("nominal_mm")
            if isinstance(nominal, int | float):
                share = DEFAULT_TOLERANCE_PERCENT / 100
                limits = {
                    "lower_mm": round(nominal * (1 - share), 4),
                    "upper_mm": round(nominal * (1 + share), 4),
                }
                return data | limits | {"default_tolerance": True}
        return data

    @model_validator(mode="after")
    def _limits_in_order(self) -> Self:
        if self.upper_mm <= self.lower_mm:
            raise ValueError("upper_mm must be above lower_mm")
        if not self.lower_mm <= self.nominal_mm <= self.upper_mm:
            raise ValueError("nominal_mm must lie between lower_mm and upper_mm")
        return self


class DefectRule(_Model):
    """What the buyer says of one defect type.

    A defect whose length and area stay within the limits is acceptable; one that exceeds
    any of them has the rule's severity. Without limits every instance counts.
    """

    type: DefectType
    severity: Severity
    max_length_mm: float | None = Field(default=None, ge=0)
    max_area_mm2: float | None = Field(default=None, ge=0)


class View(_Model):
    """One required photo of an item."""

    name: Slug
    instruction: LocalText


class Spec(_Model):
    """Everything that a buyer requires of a product.

    A spec never changes: a correction is a new `version` of the same `id`.
    """

    id: Slug
    version: int = Field(ge=1)
    buyer: str = Field(min_length=1, max_length=80)
    example: bool = Field(description="True for the examples shipped with Teliti.")
    product: Product
    mat: Literal["A4", "A3", "A2"]
    views: tuple[View, ...] = Field(min_length=1, max_length=8)
    parts: int = Field(default=1, ge=1, le=20, description="Separate pieces in one photo.")
    dimensions: tuple[Dimension, ...] = Field(default=(), max_length=40)
    defects: tuple[DefectRule, ...] = Field(default=(), max_length=40)
    fail_probability: float = Field(default=0.9, gt=0, lt=1)
    check_probability: float = Field(default=0.5, gt=0, lt=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for what, names in (
            ("dimension", [d.name for d in self.dimensions]),
            ("defect type", [d.type for d in self.defects]),
            ("view", [v.name for v in self.views]),
        ):
            twice = sorted({n for n in names if names.count(n) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]!r} stands twice")
        if self.check_probability > self.fail_probability:
            raise ValueError("check_probability must not exceed fail_probability")
        unknown = sorted({d.view for d in self.dimensions} - {v.name for v in self.views})
        if unknown:
            raise ValueError(f"a dimension names view {unknown[0]!r}, which is not in views")
        return self

    @property
    def reference(self) -> str:
        """`id@version`, as stored with every inspection."""
        return f"{self.id}@{self.version}"

    def rule_for(self, defect_type: str) -> DefectRule | None:
        """Return the rule for a defect type, or None where the spec does not name it."""
        return next((rule for rule in self.defects if rule.type == defect_type), None)
