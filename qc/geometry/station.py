"""One tablet, its camera and its printed mat: what is known before a photo is taken.

`qc station calibrate` writes the file. A camera may also be entered by hand; it then bears no
checksum and counts as stated, not measured. A measured camera that was edited is refused.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from qc.errors import StationError, first_problem
from qc.spec.models import Slug


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CalibrationPhoto(_Model):
    """How well one photo fits the calibration that was made of it."""

    name: str
    corners: PositiveInt
    residual_px: NonNegativeFloat = Field(description="RMS of the corners, per coordinate.")
    residual_max_px: NonNegativeFloat = Field(description="The farthest corner.")
    distance_mm: PositiveFloat
    tilt_deg: NonNegativeFloat


class CameraCalibration(_Model):
    """A pinhole camera with lens distortion, valid for one device, lens and resolution.

    Pixel coordinates have their origin at the centre of the upper left pixel, so an ideal
    principal point is `((width_px - 1) / 2, (height_px - 1) / 2)`. `distortion` is OpenCV's
    `(k1, k2, p1, p2, k3)`. Uncertainties are standard uncertainties (k = 1).

    Everything from `device` on is known only where photos were measured; such a calibration is
    sealed by a checksum. New fields need a default, which keeps the checksums of older files.
    """

    width_px: PositiveInt
    height_px: PositiveInt
    fx_px: PositiveFloat
    fy_px: PositiveFloat
    cx_px: float
    cy_px: float
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    u_focal_percent: NonNegativeFloat = 0.25
    u_centre_px: PositiveFloat = Field(default=2.0, description="In x and in y.")
    u_distortion_px: PositiveFloat | None = Field(
        default=None, description="Of the shift by the lens, at the photo's border."
    )
    device: str | None = Field(default=None, description="Name of the device, by EXIF.")
    focal_35mm: PositiveFloat | None = Field(
        default=None, description="By EXIF: tells lenses and zoom of one device apart."
    )
    calibrated_on: date | None = None
    valid_days: PositiveInt = 180
    residual_px: PositiveFloat | None = Field(
        default=None, description="RMS of all corners, per coordinate."
    )
    photos: tuple[CalibrationPhoto, ...] = ()
    checksum: str | None = Field(default=None, description="SHA-256 of all other fields.")

    @property
    def is_measured(self) -> bool:
        """Whether the numbers come from photos, not from a person."""
        return self.checksum is not None

    @property
    def expires_on(self) -> date | None:
        """The last day on which the calibration may be trusted; None where it bears no date."""
        return self.calibrated_on and self.calibrated_on + timedelta(days=self.valid_days)

    def sealed(self) -> Self:
        """Return the calibration with its checksum."""
        return self.model_copy(update={"checksum": self._digest()})

    def _digest(self) -> str:
        said = self.model_dump(mode="json", exclude={"checksum"}, exclude_defaults=True)
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    @model_validator(mode="after")
    def _unedited(self) -> Self:
        if self.checksum not in (None, self._digest()):
            raise PydanticCustomError(
                "calibration_edited", "the numbers were changed after the camera was measured"
            )
        return self


SheetSide = Literal["bottom", "top", "left", "right"]
"""A side of the sheet as it is printed: its long sides are left and right."""


class UprightMat(_Model):
    """How the station's mat stands where it is set up behind an item."""

    side: SheetSide = Field(description="Of the sheet, as printed, that is on the table.")
    margin_mm: float = Field(
        ge=0, le=60, description="From the table to the outer border of the printed ring."
    )


class Station(_Model):
    """A station's file. Missing knowledge costs uncertainty, never correctness."""

    id: Slug
    mat: str | None = Field(default=None, description="Identity of the station's mat.")
    print_scale_x: PositiveFloat = Field(
        default=1.0, ge=0.9, le=1.1, description="Printed length of the 100 mm x line / 100 mm."
    )
    print_scale_y: PositiveFloat = Field(default=1.0, ge=0.9, le=1.1)
    print_scale_measured: bool = Field(
        default=False, description="True once someone measured the printed 100 mm lines."
    )
    upright: UprightMat | None = Field(
        default=None, description="As a steel rule reads it on the mat that stands upright."
    )
    camera: CameraCalibration | None = None


_FIX_EDITED = (
    "Calibrate again with `qc station calibrate`. To keep numbers entered by hand, "
    "delete the camera's checksum: they then count as stated, not as measured."
)


def read_station(path: Path) -> Station:
    """Read a station file.

    Raises:
        StationError: the file is missing, not JSON, does not describe a station, or its
            measured camera was edited.
    """
    try:
        return Station.model_validate_json(path.read_bytes())
    except OSError as error:
        raise StationError(
            f"cannot read station file {path}: {error.strerror}", fix="Check the path."
        ) from error
    except ValidationError as error:
        raise StationError(
            f"{path}: {first_problem(error)}",
            fix=_FIX_EDITED
            if error.errors()[0]["type"] == "calibration_edited"
            else "Correct the station file.",
        ) from error
