"""A release: one immutable, checksummed version of a model, with its card.

`models/detector/<version>/` holds `model.onnx`, `release.json` and `card.md`; the file
`models/detector/ACTIVE` names the version in use. Only ONNX is ever loaded, and only when its
SHA-256 is the one that the release states.
"""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError

from qc.errors import ReleaseError, first_problem
from qc.spec.models import DefectType, Slug

MODELS_VARIABLE: Final = "TELITI_MODELS"
"""Environment variable that names another models folder than the clone's or the wheel's."""

_FIX = "Take the whole release folder from a trusted copy."


class ModelRelease(BaseModel):
    """What `release.json` says of any model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Slug
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    created: date
    stride_px: PositiveInt = Field(description="Height and width of the input are multiples.")
    input: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of model.onnx.")
    opset: PositiveInt
    training: dict[str, Any]
    licences: tuple[str, ...]

    @property
    def reference(self) -> str:
        """`name@version`, as stored with every inspection."""
        return f"{self.name}@{self.version}"


class Release(ModelRelease):
    """What `release.json` says of a detector."""

    types: tuple[DefectType, ...] = Field(min_length=1)
    mm_per_px: PositiveFloat
    thresholds: dict[str, float] = Field(description="Probability of best F1 per type.")
    metrics: dict[str, Any]


AnyRelease = TypeVar("AnyRelease", bound=ModelRelease)


def models_folder() -> Path:
    """Return the folder of releases: the environment's, else the one beside the package."""
    given = os.environ.get(MODELS_VARIABLE)
    if given:
        return Path(given)
    package = Path(__file__).parents[1]
    clone = package.parent / "models"
    return clone if clone.is_dir() else package / "models"


def active_folder(name: str = "detector") -> Path | None:
    """Return the folder of the active release, or None where none is active.

    Raises:
        ReleaseError: the release that is named as active is missing.
    """
    marker = models_folder() / name / "ACTIVE"
    if not marker.is_file():
        return None
    version = marker.read_text(encoding="utf-8").strip()
    folder = marker.parent / version
    if not (folder / "release.json").is_file():
        raise ReleaseError(f"{marker} names {version!r}, which is not there", fix=_FIX)
    return folder


def read_release(folder: Path) -> Release:
    """Read a detector's release and verify its weights, as `read_release_of`."""
    return read_release_of(Release, folder)


def read_release_of(kind: type[AnyRelease], folder: Path) -> AnyRelease:
    """Read a release of some kind of model and verify its weights.

    Raises:
        ReleaseError: the folder is incomplete, or the weights are not those of the release.
    """
    path = folder / "release.json"
    try:
        release = kind.model_validate_json(path.read_bytes())
        sha256 = model_sha256(folder)
    except OSError as error:
        raise ReleaseError(f"cannot read {error.filename}: {error.strerror}", fix=_FIX) from error
    except ValidationError as error:
        raise ReleaseError(f"{path}: {first_problem(error)}", fix=_FIX) from error
    if sha256 != release.sha256:
        raise ReleaseError(f"{folder / 'model.onnx'} is not the model of the release", fix=_FIX)
    return release


def model_sha256(folder: Path) -> str:
    """Return the checksum of a release's weights, in hexadecimal.

    Raises:
        OSError: they cannot be read.
    """
    with (folder / "model.onnx").open("rb") as weights:
        return hashlib.file_digest(weights, "sha256").hexdigest()


def write_release(folder: Path, release: ModelRelease) -> None:
    """Write what a release says beside its weights.

    Raises:
        OSError: it cannot be written.
    """
    text = release.model_dump_json(indent=2)
    (folder / "release.json").write_text(text + "\n", encoding="utf-8")
