"""The errors that a caller can act on.

Every error says in one sentence what is wrong and in another what to do about it.
Programming mistakes stay ordinary Python exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where several can be."""

    location: str
    """Of a spec's file: `line 14`, or sheet and cell, `Dimensions!G7`; empty for the whole."""
    message: str
    fix: str


class TelitiError(Exception):
    """Base of all errors caused by what was given to Teliti.

    `code` is stable and machine-readable; `fix` tells a person what to do. `faults` are single
    things that are wrong, where an error names several.
    """

    code = "error"

    def __init__(self, message: str, *, fix: str = "", faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.faults = faults

    def __str__(self) -> str:
        return f"{self.message}. {self.fix}" if self.fix else self.message


class PhotoError(TelitiError):
    """The bytes are not a photo that Teliti can read."""

    code = "photo-unreadable"


class PhotoTooLargeError(PhotoError):
    """The photo exceeds the limits on bytes or pixels; it was not decoded."""

    code = "photo-too-large"


class SpecError(TelitiError):
    """The spec is not valid.

    `location` is that of the first fault, `file:line` or `file:sheet!cell`, where it is known;
    `faults` holds all of them.
    """

    code = "spec-invalid"

    def __init__(
        self, message: str, *, location: str = "", fix: str = "", faults: tuple[Fault, ...] = ()
    ) -> None:
        super().__init__(
            f"{location}: {message}" if location else message,
            fix=fix,
            faults=faults or (Fault("", message, fix),),
        )
        self.location = location

    @classmethod
    def of(cls, name: str, faults: Sequence[Fault]) -> SpecError:
        """Return the error of a file with these faults; its message counts what comes after."""
        first, *others = faults
        more = f" (and {len(others)} more)" if others else ""
        at = first.location.removeprefix("line ")
        location = f"{name}:{at}" if at else name
        return cls(first.message + more, location=location, fix=first.fix, faults=tuple(faults))


class StationError(TelitiError):
    """The station or mat file is not valid."""

    code = "station-invalid"


class CalibrationError(StationError):
    """A camera cannot be calibrated from the photos given."""

    code = "calibration-refused"


class VisionError(TelitiError):
    """The installed vision library does not measure correctly."""

    code = "vision-unsound"


class ReleaseError(TelitiError):
    """A model release is missing, incomplete or altered."""

    code = "release-invalid"


class GaugeError(TelitiError):
    """The gauge study cannot be analysed; `row` is the line of its file where that is known."""

    code = "gauge-invalid"

    def __init__(self, message: str, *, row: int | None = None, fix: str = "") -> None:
        super().__init__(f"row {row}: {message}" if row else message, fix=fix)
        self.row = row


class SamplingError(TelitiError):
    """The lot cannot be sampled as asked."""

    code = "sampling-invalid"


class LotSizeError(SamplingError):
    """The standard has no plan for a lot of this size."""

    code = "lot-size-invalid"


class AqlError(SamplingError):
    """The AQL is not in the standard's series."""

    code = "aql-invalid"


class RemeasurementError(TelitiError):
    """The calliper reading does not fit the inspection."""

    code = "remeasurement-invalid"


class NormalityError(TelitiError):
    """Good photos cannot be learnt from, or a memory of them cannot be used."""

    code = "normality-invalid"


class OutlierError(NormalityError):
    """Some of the good photos are unlike the others; `faults` name them, the worst first."""

    code = "photos-unlike"


class JudgeError(TelitiError):
    """A judge cannot be fitted, read, or used with these experts."""

    code = "judge-invalid"


class ArchiveError(TelitiError):
    """An archive of photos, or the file of its results, is not what is needed."""

    code = "archive-invalid"


class EvaluationError(TelitiError):
    """A set of labelled photos cannot be read."""

    code = "evaluation-invalid"


class DatasetError(TelitiError):
    """Labelled photos cannot be read or written as a data set."""

    code = "dataset-invalid"


class SnapshotError(DatasetError):
    """A snapshot is not as it was made, or cannot be made."""

    code = "snapshot-invalid"


def first_problem(error: ValidationError, whole: str = "file") -> str:
    """Say where a file fails its model first, and why; `whole` names the file itself."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where or whole}: {first['msg']}"
