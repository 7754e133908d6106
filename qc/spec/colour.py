"""The colour that the buyer approved."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, PositiveFloat, model_validator

from qc.spec.base import DefectClass, Severity, SpecModel

_Chroma = Annotated[float, Field(ge=-128, le=128)]
_Byte = Annotated[int, Field(ge=0, le=255)]


class Colour(SpecModel):
    """The approved sample's colour and how far an item may be from it.

    Relative to the mat's bare paper, so it is read from a photo of the sample on the mat: from
    `colours` in what `qc inspect --json` prints.
    """

    reference_lab: tuple[float, _Chroma, _Chroma] | None = Field(
        default=None, description="CIELAB: L*, a*, b*."
    )
    reference_srgb: tuple[_Byte, _Byte, _Byte] | None = Field(
        default=None, description="8-bit sRGB of the balanced photo; the paper is 255, 255, 255."
    )
    max_delta_e: PositiveFloat = Field(description="Largest ΔE00 that the buyer accepts.")
    view: str = "top"
    severity: DefectClass = Field(
        default=Severity.MAJOR, description="What a failure counts as in a lot."
    )

    @model_validator(mode="after")
    def _one_reference(self) -> Self:
        if (self.reference_lab is None) == (self.reference_srgb is None):
            raise ValueError("give either reference_lab or reference_srgb")
        if self.reference_lab and not 0 <= self.reference_lab[0] <= 100:
            raise ValueError("reference_lab must begin with L*, 0 to 100")
        return self
