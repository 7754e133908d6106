"""What the buyer ordered: a versioned, immutable set of requirements."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from qc.spec.base import LocalText, Severity, SpecModel, Zone
from qc.spec.colour import Colour
from qc.spec.consistency import contradictions
from qc.spec.dimension import Count, Dimension, needs_holes
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
    any of them has the rule's severity. Without limits every instance counts. A rule of a zone
    stands before the one for all zones.
    """

    type: DefectType
    zone: Zone | None = Field(
        default=None, description="Where it holds; None: wherever the type has no rule of its own."
    )
    severity: Severity
    max_length_mm: float | None = Field(default=None, ge=0)
    max_area_mm2: float | None = Field(default=None, ge=0)


class View(SpecModel):
    """One required photo of an item.

    Before an upright mat, `stand_mm` to `lean_deg` say how item and mat stand; nothing but the
    item's height is judged in such a view.
    """

    name: Slug
    instruction: LocalText
    mat: Literal["lying", "upright"] = Field(
        default="lying", description="Under the item, or standing behind it on the same table."
    )
    stand_mm: float | None = Field(
        default=None, ge=0, le=300, description="Height of a block under the item; none if absent."
    )
    gap_mm: float | None = Field(
        default=None,
        ge=0,
        le=500,
        description="From the mat to the nearest place of the item; if absent, it touches.",
    )
    gap_u95_mm: float | None = Field(
        default=None, ge=0, le=50, description="Expanded uncertainty of a stated gap (k = 2)."
    )
    top: Literal["back"] | None = Field(
        default=None,
        description="`back`: the top edge reaches the item's back, as a rim's or a board's does. "
        "Else its depth is stated.",
    )
    top_depth_mm: float | None = Field(
        default=None,
        ge=0,
        le=500,
        description="How far the highest line lies in front of the item's back.",
    )
    top_depth_of: str | None = Field(
        default=None,
        description="The measured size of which that is the half: of a domed lid its diameter.",
    )
    top_depth_u95_mm: float | None = Field(
        default=None, ge=0, le=50, description="Expanded uncertainty of a stated depth (k = 2)."
    )
    top_radius_mm: float | None = Field(
        default=None,
        ge=0,
        le=2000,
        description="Of the rounded top, seen from the side; if absent, an edge of 0 to 2 mm.",
    )
    lean_deg: float | None = Field(
        default=None, ge=0, le=5, description="How far from upright the mat may stand; 2 if absent."
    )
    height_of: str | None = Field(
        default=None,
        description="The view whose edge's height is measured here: by repeating it from another "
        "place, the item untouched, or before an upright mat.",
    )
    zone: Zone = Field(default=Zone.A, description="Of the surface that it shows.")
    edge_zone: Zone | None = Field(
        default=None, description="Of a band along the item's outline, where it is another one."
    )
    edge_band_mm: float | None = Field(
        default=None, gt=0, le=200, description="Width of that band."
    )

    @property
    def is_judged(self) -> bool:
        """Tell whether surface, colour and sizes are judged in it, not a height alone."""
        return self.mat == "lying" and self.height_of is None

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zones that it shows; none before an upright mat."""
        if self.mat == "upright":
            return ()
        return (self.zone,) if self.edge_zone is None else (self.zone, self.edge_zone)


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
        if found := tuple(contradictions(self)):
            raise PydanticCustomError(
                "contradiction",
                "{what}",
                {"what": "; ".join(c.message for c in found), "found": found},
            )
        return self

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

    @property
    def has_zones(self) -> bool:
        """Tell whether the surface is not the same to the buyer everywhere."""
        return len({zone for view in self.views for zone in view.zones}) > 1

    def view(self, name: str) -> View | None:
        """Return a view by its name."""
        return next((view for view in self.views if view.name == name), None)

    def rule_for(self, defect_type: str, zone: Zone = Zone.A) -> DefectRule | None:
        """Return the rule for a defect type in a zone, or None where the spec names none."""
        rules = {rule.zone: rule for rule in self.defects if rule.type == defect_type}
        return rules.get(zone, rules.get(None))
