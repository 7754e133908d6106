"""What the API says about specs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from qc.decision.verdict import Verdict
from qc.spec.diff import SpecChange
from qc.spec.models import Product, Spec, View
from service.defect_names import DefectTypeName, named

SpecReference = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(@[1-9][0-9]{0,8})?$", max_length=80),
]
"""`id`, the version in force; or `id@version`."""


def split_reference(reference: str) -> tuple[str, int | None]:
    """Return id and version of a reference; None where it names no version."""
    spec_id, _, version = reference.partition("@")
    return spec_id, int(version) if version else None


def golden_url(spec_id: str, version: int, view: str) -> str:
    """Return the address of a golden sample's photo."""
    return f"/v1/specs/{spec_id}/{version}/golden/{view}"


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


class SpecResource(Spec):
    """A spec with what people call the defects of its rules."""

    defect_types: tuple[DefectTypeName, ...]

    @classmethod
    def of(cls, spec: Spec) -> SpecResource:
        """Add the names."""
        names = named(rule.type for rule in spec.defects)
        return cls.model_validate(dict(spec) | {"defect_types": names})


class GoldenLink(BaseModel):
    """Where the photo of a view's golden sample is."""

    view: str
    photo_url: str


class SpecInForce(SpecSummary):
    """The version of a spec by which items are judged today."""

    effective_on: date
    golden: tuple[GoldenLink, ...]


class SpecList(BaseModel):
    """The version of every spec that counts today, by id."""

    items: tuple[SpecInForce, ...]


class SpecVersion(BaseModel):
    """One version of a spec as it was stored."""

    id: str
    version: int
    buyer: str
    example: bool
    product: Product
    views: tuple[str, ...] = Field(description="Names of the photos that it asks for.")
    effective_on: date = Field(description="From this day it replaces lower versions.")
    in_force: bool = Field(description="True for the version that counts today.")
    stored_at: datetime
    stored_by: str | None = Field(description="Absent for specs that came with the service.")
    golden: tuple[GoldenLink, ...]


class SpecVersionList(BaseModel):
    """Versions of specs: by id, newest first."""

    items: tuple[SpecVersion, ...]


class SpecDiff(BaseModel):
    """What a version changed against another."""

    id: str
    version: int
    against: int
    changes: tuple[SpecChange, ...]


class SpecUpload(BaseModel):
    """What a file holds, and what came of it."""

    stored: bool = Field(description="False for a trial, which keeps nothing.")
    spec: Spec
    effective_on: date
    against: int | None = Field(description="The newest version before; absent for a new spec.")
    changes: tuple[SpecChange, ...] = Field(description="Against that version.")


class GoldenPhoto(BaseModel):
    """The photo of an approved sample, kept with a version of a spec."""

    view: str
    photo_url: str
    added_at: datetime
    added_by: str
    verdict: Verdict | None = Field(
        description="What the inspector makes of the sample, told once with the upload."
    )
