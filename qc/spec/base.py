"""What all parts of a spec share."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SpecModel(BaseModel):
    """Immutable, without unknown keys, and only finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Severity(StrEnum):
    """How bad a defect is for this buyer; the worst comes first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    ACCEPTABLE = "acceptable"


class Zone(StrEnum):
    """How much a part of the surface is looked at, the most first.

    Buyers call them A, B and C surfaces: always seen or touched, seen at times, hidden in use.
    """

    A = "A"
    B = "B"
    C = "C"


DefectClass = Literal[Severity.CRITICAL, Severity.MAJOR, Severity.MINOR]
"""What a failure may count as in a lot."""


class LocalText(SpecModel):
    """A name shown to people, in English and Indonesian."""

    en: str = Field(min_length=1, max_length=120)
    id: str = Field(min_length=1, max_length=120)
