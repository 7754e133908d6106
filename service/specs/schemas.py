"""What the API says about specs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, StringConstraints

from qc.spec.models import Product, Spec, View

SpecReference = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(@[1-9][0-9]{0,8})?$", max_length=80),
]
"""`id`, the latest version; or `id@version`."""


def split_reference(reference: str) -> tuple[str, int | None]:
    """Return id and version of a reference; None where it names no version."""
    spec_id, _, version = reference.partition("@")
    return spec_id, int(version) if version else None


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
