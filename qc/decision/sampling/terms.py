"""The terms of ISO 2859-1:1999: AQLs, inspection levels, code letters (Table 1), samples."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

EDITION: Final = "ISO 2859-1:1999"

AQLS: Final = (
    *(0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5),
    *(10.0, 15.0, 25.0, 40.0, 65.0, 100.0, 150.0, 250.0, 400.0, 650.0, 1000.0),
)
"""The preferred AQLs of the tables' columns."""

LARGEST_PERCENT_AQL: Final = 10.0
"""Up to here an AQL is percent nonconforming units; above, nonconformities per 100 units."""

LETTERS: Final = "ABCDEFGHJKLMNPQRS"
"""Sample size code letters; S exists in tightened inspection only, and only by an arrow."""

SMALLEST_LOT: Final = 2


class InspectionLevel(StrEnum):
    """How much is inspected in relation to the lot; II where nothing else was agreed."""

    S_1 = "S-1"
    S_2 = "S-2"
    S_3 = "S-3"
    S_4 = "S-4"
    LOW = "I"
    USUAL = "II"
    HIGH = "III"


class InspectionSeverity(StrEnum):
    """How strictly a lot is judged, by the quality of the lots before it."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"


class Stage(BaseModel):
    """One sample of a plan."""

    model_config = ConfigDict(frozen=True)

    size: int = Field(ge=1, description="Units to draw for this sample.")
    ac: int = Field(ge=0, description="Acceptance number for all samples so far.")
    re: int = Field(ge=1, description="Rejection number for all samples so far.")


class TablePlan(BaseModel):
    """What a master table gives once its arrows are followed."""

    model_config = ConfigDict(frozen=True)

    letter: str = Field(description="Code letter of the plan, after the table's arrows.")
    stages: tuple[Stage, ...] = Field(description="One sample, or the two of a double plan.")
    confirmed: bool = Field(
        default=True,
        description="False where the numbers rest on one transcription of the edition.",
    )


_LARGEST_OF_RANGE: Final = (
    *(8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200),
    *(10_000, 35_000, 150_000, 500_000),
)
"""Upper ends of Table 1's lot size ranges; the last range is open."""

_CODES: Final[Mapping[InspectionLevel, str]] = {
    InspectionLevel.S_1: "AAAABBBBCCCCDDD",
    InspectionLevel.S_2: "AAABBBCCCDDDEEE",
    InspectionLevel.S_3: "AABBCCDDEEFFGGH",
    InspectionLevel.S_4: "AABCCDEEFGGHJJK",
    InspectionLevel.LOW: "AABCCDEFGHJKLMN",
    InspectionLevel.USUAL: "ABCDEFGHJKLMNPQ",
    InspectionLevel.HIGH: "BCDEFGHJKLMNPQR",
}


def code_letter(lot_size: int, level: InspectionLevel) -> str:
    """Return the sample size code letter of a lot of at least `SMALLEST_LOT` units: Table 1."""
    return _CODES[level][sum(lot_size > largest for largest in _LARGEST_OF_RANGE)]
