"""Photos whose truth is known: the repository's rendered samples.

A folder holds photos, one `<name>.truth.json` for each, and one `station-<id>.json` for each
station that the truths name.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from qc.decision.verdict import Verdict
from qc.errors import TelitiError, first_problem
from qc.geometry.station import Station, read_station

SHIPPED_SAMPLES = Path(__file__).parents[1] / "datasets" / "samples"
"""The rendered samples of a clone; an installed wheel has none."""


class SampleError(TelitiError):
    """A folder of samples is not as it should be."""

    code = "sample-invalid"


class _Model(BaseModel):
    # Truth files hold more than an inspection needs: camera, poses, outlines.
    model_config = ConfigDict(frozen=True, extra="ignore")


class TrueDimension(_Model):
    """A size of the item as it really is."""

    name: str
    part: int = 1
    value_mm: float


class TrueDefect(_Model):
    """A flaw that the item really has."""

    type: str
    length_mm: float
    polygon_px: tuple[tuple[float, float], ...]


class Sample(_Model):
    """A photo, how it is to be inspected, and what is true of it."""

    photo: str
    spec: str
    station: str
    dimensions: tuple[TrueDimension, ...]
    defects: tuple[TrueDefect, ...]
    expected_verdict: Verdict
    why: str
    folder: Path = Path()

    @property
    def photo_path(self) -> Path:
        """Where the photo lies."""
        return self.folder / self.photo

    def read_station(self) -> Station:
        """Read the station's file.

        Raises:
            StationError: it is missing or not valid.
        """
        return read_station(self.folder / f"station-{self.station}.json")


def read_samples(folder: Path) -> list[Sample]:
    """Read all samples of a folder, by name.

    Raises:
        SampleError: there are none, or a truth file is not valid.
    """
    paths = sorted(folder.glob("*.truth.json"))
    if not paths:
        raise SampleError(f"no *.truth.json in {folder}", fix="Name a folder of samples.")
    return [_read(path) for path in paths]


def _read(path: Path) -> Sample:
    try:
        truth = Sample.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise SampleError(f"{path}: {first_problem(error)}", fix="Render it again.") from error
    return truth.model_copy(update={"folder": path.parent})
