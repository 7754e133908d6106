"""What the buyer ordered: a versioned, immutable set of requirements."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from qc.spec.base import LocalText, Severity, SpecModel
from qc.spec.colour import Colour
from qc.spec.dimension import Angle, Count, Dimension, needs_holes
from qc.spec.moisture import Moisture

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""Lower-case letters, digits and single hyphens: `daiso-spoon-180`."""

DefectType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=32)]
"""A defect type's name. The list is open: a product line may add its own."""


ReportLanguage = Literal["en", "id", "ja", "ko"]
"""Languages of the buyer's report."""


class Product(SpecModel):
    """The article that the buyer ordered."""

    id: Slug
    name: LocalText
    material: str = Field(min_length=1, max_length=80)


class DefectRule(SpecModel):
    """What the buyer says of one defect type.

    A defect whose length and area stay within the limits is acceptable; one that exceeds
    any of them has the rule's severity. Without limits every instance counts.
    """

    type: DefectType
    severity: Severity
    max_length_mm: float | None = Field(default=None, ge=0)
    max_area_mm2: float | None = Field(default=None, ge=0)


class View(SpecModel):
    """One required photo of an item."""

    name: Slug
    instruction: LocalText
    height_of: str | None = Field(
        default=None,
        description="The view that this one repeats from another place, the item untouched, so "
        "that the height of its edge is measured.",
    )


class Spec(SpecModel):
    """Everything that a buyer requires of a product.

    A spec never changes: a correction is a new `version` of the same `id`.
    """

    id: Slug
    version: int = Field(ge=1)
    buyer: str = Field(min_length=1, max_length=80)
    example: bool = Field(description="True for the examples shipped with Teliti.")
    report_language: ReportLanguage = Field(
        default="en", description="Of the buyer's reports, where nobody chooses another."
    )
    product: Product
    mat: Literal["A4", "A3", "A2"]
    views: tuple[View, ...] = Field(min_length=1, max_length=8)
    parts: int = Field(default=1, ge=1, le=20, description="Separate pieces in one photo.")
    dimensions: tuple[Dimension, ...] = Field(default=(), max_length=40)
    defects: tuple[DefectRule, ...] = Field(default=(), max_length=40)
    colour: Colour | None = None
    moisture: Moisture | None = None
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
        if self.parts == 1 and any(d.feature == "gap" for d in self.dimensions):
            raise ValueError("feature gap needs parts of at least 2")
        for view in self.views:
            if view.height_of is not None:
                self._check_height_of(view)
        counts = [d for d in self.dimensions if isinstance(d, Count) and d.of == "parts"]
        if any(count.expected != self.parts for count in counts):
            raise ValueError("parts must be the number that the count of parts expects")
        if self.colour and self.colour.view not in {v.name for v in self.views}:
            raise ValueError(f"colour names view {self.colour.view!r}, which is not in views")
        if self.moisture:
            sizes = {d.name for d in self.dimensions if not isinstance(d, Angle | Count)}
            strange = {*self.moisture.radial, *self.moisture.tangential} - sizes
            if strange:
                raise ValueError(f"moisture names {min(strange)!r}, which is no size in dimensions")
        return self

    def _check_height_of(self, view: View) -> None:
        others = {v.name for v in self.views if v.height_of is None}
        if view.height_of not in others:
            raise ValueError(f"height_of must name another view that is measured: {view.name!r}")
        if self.parts > 1:
            raise ValueError("height_of needs parts: 1")
        if self.of_view(view.name) or (self.colour and self.colour.view == view.name):
            raise ValueError(f"view {view.name!r} has a height_of, so nothing else is judged in it")

    @property
    def reference(self) -> str:
        """`id@version`, as stored with every inspection."""
        return f"{self.id}@{self.version}"

    def of_view(self, view: str) -> tuple[Dimension, ...]:
        """Return the dimensions that a view shows."""
        return tuple(d for d in self.dimensions if d.view == view)

    def counts_parts(self, view: str) -> bool:
        """Tell whether a wrong number of parts in a view is a finding, not a bad photo."""
        return any(isinstance(d, Count) and d.of == "parts" for d in self.of_view(view))

    def needs_holes(self, view: str) -> bool:
        """Tell whether the holes of the parts in a view must be found."""
        return any(needs_holes(d) for d in self.of_view(view))

    def heights_mm(self, view: str) -> list[float]:
        """Return the heights that are stated for what a view shows."""
        stated = (getattr(d, "height_mm", None) for d in self.of_view(view))
        return [height for height in stated if height is not None]

    def rule_for(self, defect_type: str) -> DefectRule | None:
        """Return the rule for a defect type, or None where the spec does not name it."""
        return next((rule for rule in self.defects if rule.type == defect_type), None)
