"""How much a wooden item may swell or shrink after it was measured."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, Self

from pydantic import Field, PositiveFloat, field_validator, model_validator

from qc.spec.base import SpecModel


class Coefficients(NamedTuple):
    """Relative change of size per per cent of moisture, across the grain."""

    radial: float
    tangential: float


Species = Literal[
    "alder-red",
    "ash-white",
    "basswood-american",
    "beech-american",
    "birch-yellow",
    "cherry-black",
    "maple-red",
    "maple-sugar",
    "oak-red",
    "oak-white",
    "walnut-black",
]

# Forest Products Laboratory, Wood Handbook, FPL-GTR-190 (2010), table 13-5; valid for moisture
# contents of 6 to 14 %.
COEFFICIENTS: Final[dict[Species, Coefficients]] = {
    "alder-red": Coefficients(0.00151, 0.00256),
    "ash-white": Coefficients(0.00169, 0.00274),
    "basswood-american": Coefficients(0.00230, 0.00330),
    "beech-american": Coefficients(0.00190, 0.00431),
    "birch-yellow": Coefficients(0.00256, 0.00338),
    "cherry-black": Coefficients(0.00126, 0.00248),
    "maple-red": Coefficients(0.00137, 0.00289),
    "maple-sugar": Coefficients(0.00165, 0.00353),
    "oak-red": Coefficients(0.00158, 0.00369),
    "oak-white": Coefficients(0.00180, 0.00365),
    "walnut-black": Coefficients(0.00190, 0.00274),
}


class Moisture(SpecModel):
    """The change of moisture to reckon with, and which dimensions lie across the grain.

    What is named in neither list lies along the grain, where wood hardly moves (0.1 to 0.2 % from
    green to dry). A turned bowl's diameter is tangential somewhere, so it belongs there.
    """

    species: Species | None = Field(default=None, description="Of the Wood Handbook.")
    radial_per_percent: PositiveFloat | None = None
    tangential_per_percent: PositiveFloat | None = None
    change_percent: float = Field(gt=0, le=8, description="Plus or minus, of moisture content.")
    radial: tuple[str, ...] = ()
    tangential: tuple[str, ...] = ()

    @field_validator("radial", "tangential")
    @classmethod
    def _in_one_order(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        """Sort the names: their order says nothing, and the same spec should be equal."""
        return tuple(sorted(set(names)))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        own = (self.radial_per_percent, self.tangential_per_percent)
        if (self.species is None) == (own == (None, None)):
            raise ValueError(
                "species is to be given, or radial_per_percent and tangential_per_percent instead"
            )
        if self.species is None and None in own:
            raise ValueError(
                "radial_per_percent needs tangential_per_percent as well, or a species"
            )
        twice = sorted(set(self.radial) & set(self.tangential))
        if twice:
            raise ValueError(f"radial and tangential both name {twice[0]!r}")
        return self

    def coefficient_of(self, dimension: str) -> float | None:
        """Return a dimension's relative change per per cent of moisture; None along the grain."""
        if self.species is not None:
            radial, tangential = COEFFICIENTS[self.species]
        else:
            radial, tangential = self.radial_per_percent or 0.0, self.tangential_per_percent or 0.0
        if dimension in self.tangential:
            return tangential
        return radial if dimension in self.radial else None
