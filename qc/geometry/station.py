"""One tablet, its camera and its printed mat: what is known before a photo is taken."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError

from qc.errors import StationError, first_problem
from qc.spec.models import Slug


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CameraCalibration(_Model):
    """A pinhole camera with lens distortion, valid for one device, lens and resolution.

    Pixel coordinates have their origin at the centre of the upper left pixel, so an ideal
    principal point is `((width_px - 1) / 2, (height_px - 1) / 2)`. `distortion` is OpenCV's
    `(k1, k2, p1, p2, k3)`.
    """

    width_px: PositiveInt
    height_px: PositiveInt
    fx_px: PositiveFloat
    fy_px: PositiveFloat
    cx_px: float
    cy_px: float
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    u_focal_percent: float = Field(default=0.25, ge=0, description="Standard uncertainty.")


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
    camera: CameraCalibration | None = None


def read_station(path: Path) -> Station:
    """Read a station file.

    Raises:
        StationError: the file is missing, not JSON, or does not describe a station.
    """
    try:
        return Station.model_validate_json(path.read_bytes())
    except OSError as error:
        raise StationError(
            f"cannot read station file {path}: {error.strerror}", fix="Check the path."
        ) from error
    except ValidationError as error:
        raise StationError(
            f"{path}: {first_problem(error)}", fix="Correct the station file."
        ) from error
