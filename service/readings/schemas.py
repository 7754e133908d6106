"""What the API says about readings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from qc.barcode import LONGEST
from qc.decision.verdict import Verdict
from qc.spec.base import LocalText
from service.captures.schemas import Seal
from service.plain_text import filled

CodeText = Annotated[str, filled(LONGEST)]
"""What a barcode says, on one line."""


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class CalliperEntry(_Request):
    """A size of the spec, measured again with the calliper."""

    kind: Literal["calliper"]
    name: str = Field(min_length=1, max_length=60, description="Of the spec's dimension.")
    part: int = Field(default=1, ge=1, le=20, description="Which piece, from left to right.")
    value_mm: float = Field(gt=0, le=10_000)


class MoistureEntry(_Request):
    """Moisture content by the meter; it changes no verdict."""

    kind: Literal["moisture"]
    percent: float = Field(ge=0, le=100)


class PiecesEntry(_Request):
    """How many pieces the item has; another number than the spec's is a failure."""

    kind: Literal["pieces"]
    count: int = Field(ge=0, le=1000)


class BarcodeEntry(_Request):
    """The item's barcode: read from its photos, or as somebody scanned or typed it."""

    kind: Literal["barcode"]
    text: CodeText | None = Field(
        default=None, description="Without it the photos of the inspection are read."
    )


Entry = Annotated[
    CalliperEntry | MoistureEntry | PiecesEntry | BarcodeEntry, Field(discriminator="kind")
]


class ReadingRequest(_Request):
    """What somebody read beside an inspection."""

    client_id: UUID = Field(description="Chosen by the client, once a reading; safe to send again.")
    entry: Entry
    measured_at: AwareDatetime | None = Field(
        default=None, description="By the tablet's clock; given with `seal`."
    )
    seal: Seal | None = Field(
        default=None,
        description="`<id>.<HMAC-SHA-256>` by the capture key of whoever read it: it keeps that "
        "name, whoever sends it. Sealed are these lines: `teliti-reading-1`, client id, client id "
        "of the inspection, milliseconds of `measured_at` since 1970, kind, name, part, value. The "
        "value is in thousandths of the unit, rounded, or the count, or the code's text; a part "
        "that is not given is an empty line.",
    )

    @model_validator(mode="after")
    def _sealed_with_its_time(self) -> Self:
        if (self.seal is None) != (self.measured_at is None):
            raise ValueError("seal and measured_at go together: send both of them or neither")
        return self


class CalliperContent(BaseModel):
    """A calliper's reading; what its limits make of it stands in `calliper`."""

    kind: Literal["calliper"] = "calliper"
    name: str
    part: int
    value_mm: float
    u95_mm: float = Field(description="Expanded uncertainty of the workshop's callipers, k = 2.")
    instrument: str


class MoistureContent(BaseModel):
    """A moisture meter's reading."""

    kind: Literal["moisture"] = "moisture"
    percent: float
    instrument: str


class PiecesContent(BaseModel):
    """A count by hand."""

    kind: Literal["pieces"] = "pieces"
    found: int
    expected: int = Field(description="By the spec.")


class BarcodeContent(BaseModel):
    """A barcode, compared with the code that the lot expects."""

    kind: Literal["barcode"] = "barcode"
    text: str | None = Field(description="None where none could be read.")
    source: Literal["photo", "person"]
    expected: str | None = Field(description="None where the item is in no lot that has one.")


Content = Annotated[
    CalliperContent | MoistureContent | PiecesContent | BarcodeContent, Field(discriminator="kind")
]


class SizeToMeasure(BaseModel):
    """A size that is still in doubt, and that a calliper could settle."""

    name: str
    label: LocalText | None = Field(description="Its name for people, by the spec.")
    view: str
    part: int = Field(description="Which piece, from left to right.")
    lower_mm: float = Field(description="0 where only the upper limit counts.")
    upper_mm: float


class ReadingRecord(BaseModel):
    """One reading as it is kept."""

    client_id: UUID
    content: Content
    measured_by: str | None = Field(description="None where the service read it from a photo.")
    measured_at: datetime = Field(
        description="By the tablet's clock where it was sealed, else when it was stored."
    )
    sent_by: str | None = Field(description="Who sent it, where that was somebody else.")
    tablet: str | None
    stored_at: datetime
    verdict: Verdict = Field(description="Of the inspection from then on, without any review.")
