"""What an inspection leaves behind: plain, immutable, serialisable records.

These models are the JSON of the CLI and of the HTTP service.
Points are `(x, y)` in pixels of the upright photo, origin at the top left corner's centre.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, computed_field

from qc.decision.conformity import Decision, conformance_probability
from qc.decision.verdict import Reason, Verdict
from qc.spec.base import LocalText, Severity, Zone

Points = tuple[tuple[float, float], ...]


def to_points(points_px: npt.NDArray[np.float64]) -> Points:
    """Write `(N, 2)` positions down to a tenth of a pixel."""
    return tuple((x, y) for x, y in points_px.round(1).tolist())


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class BudgetLine(_Record):
    """One source of uncertainty and its contribution."""

    source: str
    u_mm: float = Field(ge=0, description="Standard uncertainty (k = 1) in millimetres.")


class _Named(_Record):
    name: str
    label: LocalText | None = Field(default=None, description="Its name for people, by the spec.")
    feature: str
    view: str
    decision: Decision


class _OnPart(_Named):
    part: int = Field(default=1, ge=1, description="Which piece, from left to right.")
    line_px: Points = Field(
        description="Where it was measured: the two ends of a dimension line, or a longer path."
    )


class Quantity(NamedTuple):
    """A measured value with its limits, in the unit that follows the number as it is written."""

    value: float
    u95: float
    lower: float
    upper: float
    unit: Literal[" mm", "°"]

    @property
    def conformance_probability(self) -> float:
        """JCGM 106, clause 7; a size has no lower limit at 0, as it cannot be below."""
        lower = -math.inf if self.unit == " mm" and self.lower <= 0 else self.lower
        return conformance_probability(self.value, self.u95 / 2, lower, self.upper)


class _Decided(_Record):
    """A record of a measured quantity that its limits decide on."""

    @property
    @abstractmethod
    def quantity(self) -> Quantity:
        """The same with its unit, for what treats sizes and angles alike."""

    @computed_field(description="That the true value is within the limits (JCGM 106).")  # type: ignore[prop-decorator]
    @property
    def conformance_probability(self) -> float:
        """One less this is the specific consumer's risk of accepting this item."""
        return self.quantity.conformance_probability


class Swelling(_Record):
    """What a change of moisture may do to a size after it was measured; no part of its U95."""

    per_percent: float = Field(description="Relative change per per cent of moisture content.")
    moisture_percent: float = Field(description="Plus or minus, of moisture content.")
    change_mm: float = Field(description="Plus or minus.")


class Measurement(_OnPart, _Decided):
    """A size or an error of form of the item, its expanded uncertainty and the decision on it."""

    value_mm: float
    u95_mm: float = Field(ge=0, description="Expanded uncertainty, k = 2.")
    lower_mm: float = Field(description="0 where only the upper limit counts.")
    upper_mm: float
    default_tolerance: bool
    budget: tuple[BudgetLine, ...]
    swelling: Swelling | None = None

    @property
    def quantity(self) -> Quantity:
        """The same with its unit, for what treats sizes and angles alike."""
        return Quantity(self.value_mm, self.u95_mm, self.lower_mm, self.upper_mm, " mm")


class AngleBudgetLine(_Record):
    """One source of uncertainty of an angle and its contribution."""

    source: str
    u_deg: float = Field(ge=0, description="Standard uncertainty (k = 1) in degrees.")


class AngleMeasurement(_OnPart, _Decided):
    """An angle of the item, its expanded uncertainty and the decision on it."""

    value_deg: float
    u95_deg: float = Field(ge=0, description="Expanded uncertainty, k = 2.")
    lower_deg: float
    upper_deg: float
    budget: tuple[AngleBudgetLine, ...]

    @property
    def quantity(self) -> Quantity:
        """The same with its unit, for what treats sizes and angles alike."""
        return Quantity(self.value_deg, self.u95_deg, self.lower_deg, self.upper_deg, "°")


class CalliperMeasurement(_Decided):
    """A size that a person measured again, recorded beside the photo's; it decides."""

    name: str
    view: str
    part: int
    value_mm: float
    u95_mm: float = Field(ge=0, description="Expanded uncertainty of the calliper, k = 2.")
    instrument: str
    measured_by: str
    measured_at: datetime
    lower_mm: float = Field(description="0 where only the upper limit counts.")
    upper_mm: float
    decision: Decision

    @property
    def quantity(self) -> Quantity:
        """The same with its unit."""
        return Quantity(self.value_mm, self.u95_mm, self.lower_mm, self.upper_mm, " mm")


class Count(_Named):
    """How many there are of what the spec counts."""

    part: int | None = Field(description="The piece whose holes were counted; None for pieces.")
    found: int = Field(ge=0)
    expected: int = Field(ge=1)


Lab = tuple[float, float, float]


class ColourMeasurement(_Record):
    """A piece's mean surface colour and its difference from the approved sample."""

    view: str
    part: int = Field(default=1, ge=1, description="Which piece, from left to right.")
    lab: Lab = Field(description="CIELAB relative to the mat's bare paper.")
    reference_lab: Lab
    delta_e: float = Field(ge=0, description="ΔE00 (CIEDE2000) from the reference.")
    u95_delta_e: float = Field(ge=0, description="Its expanded uncertainty, k = 2.")
    max_delta_e: float
    decision: Decision


class Defect(_Record):
    """One defect instance."""

    type: str
    view: str
    length_mm: float = Field(ge=0, description="Longest extent (maximum Feret diameter).")
    width_mm: float = Field(ge=0, description="Extent across the length (minimum Feret diameter).")
    area_mm2: float = Field(ge=0)
    probability: float = Field(ge=0, le=1)
    severity: Severity | None = Field(description="By the spec; None where it names no rule.")
    zone: Zone | None = Field(
        default=None,
        description="Of several, where it is worst; None where the spec tells none apart.",
    )
    verdict: Verdict
    polygon_px: Points


class SurfaceScore(_Record):
    """How suspicious the surface is as a whole, whatever the instances on it.

    Of several parts the most suspicious one counts.
    """

    view: str
    detector: float | None = Field(description="Mean probability of the 20 surest pixels.")
    normality: float | None = Field(
        default=None, description="Unlikeness to the good items over the memory's threshold."
    )
    probability: float | None = Field(
        default=None, description="That it is defective, by the product's judge."
    )


class PhotoRecord(_Record):
    """One photo of the inspection and what the camera was found to do."""

    view: str
    sha256: str
    width_px: int
    height_px: int
    mat: str | None = Field(description="Identity of the mat found, None where there is none.")
    mm_per_px: float | None = Field(description="Scale at the mat's centre.")
    distance_mm: float | None
    tilt_deg: float | None
    mat_residual_px: float | None = Field(description="RMS of the mat's corner residuals.")
    outlines_px: tuple[Points, ...] = ()


class Versions(_Record):
    """What the verdict depends on."""

    software: str
    spec: str
    release: str | None
    normality: tuple[str, ...] = Field(default=(), description="Memories of good items used.")
    judges: tuple[str, ...] = Field(default=(), description="Judges of surfaces used.")
    mat: str | None
    station: str | None


DecidedDimension = Measurement | AngleMeasurement | Count | CalliperMeasurement


class Inspection(_Record):
    """Everything known about one item at one time."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    measurements: tuple[Measurement, ...]
    angles: tuple[AngleMeasurement, ...] = ()
    counts: tuple[Count, ...] = ()
    defects: tuple[Defect, ...]
    colours: tuple[ColourMeasurement, ...] = ()
    calliper: tuple[CalliperMeasurement, ...] = ()
    scores: tuple[SurfaceScore, ...] = ()
    photos: tuple[PhotoRecord, ...]
    versions: Versions

    @property
    def decided_dimensions(self) -> tuple[DecidedDimension, ...]:
        """Every dimension as it was decided last: by the calliper where a person used it."""
        everything: tuple[DecidedDimension, ...] = (
            *self.measurements,
            *self.angles,
            *self.counts,
            *self.calliper,
        )
        return tuple({(d.name, d.view, d.part): d for d in everything}.values())
