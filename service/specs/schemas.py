"""What the API says about specs."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from qc.spec.models import Product, Spec, View


class SpecSummary(BaseModel):
    """What a person needs to choose a product and to photograph it."""

    id: str
    version: int
    buyer: str
    example: bool
    product: Product
    mat: Literal["A4", "A3", "A2"]
    views: tuple[View, ...]
    parts: int

    @classmethod
    def of(cls, spec: Spec) -> SpecSummary:
        """Summarise a spec."""
        return cls.model_validate(spec, from_attributes=True)


class SpecList(BaseModel):
    """The latest version of every spec, by id."""

    items: tuple[SpecSummary, ...]
