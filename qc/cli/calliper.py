"""`qc inspect --calliper`: what a person measured again, as options of the command."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from qc.decision.calliper import CalliperReading
from qc.errors import RemeasurementError

_READING = re.compile(r"(?P<name>.+?)(#(?P<part>\d+))?=(?P<value>[^=]+)")


def parse_readings(
    texts: list[str], *, u95_mm: float, instrument: str, measured_by: str | None
) -> list[CalliperReading]:
    """Return the readings that the options state.

    Args:
        texts: `NAME=MM` or `NAME#PART=MM`.
        u95_mm: expanded uncertainty of the calliper.
        instrument: which calliper.
        measured_by: who read it; must be there with the first reading.

    Raises:
        RemeasurementError: a text is no reading, or nobody read it.
    """
    if texts and not measured_by:
        raise RemeasurementError(
            "nobody is named who read the calliper", fix="Add --measured-by NAME."
        )
    at = datetime.now(UTC)
    readings = []
    for text in texts:
        found = _READING.fullmatch(text)
        try:
            if found is None:
                raise ValueError
            readings.append(
                CalliperReading(
                    name=found["name"],
                    part=int(found["part"] or 1),
                    value_mm=float(found["value"]),
                    u95_mm=u95_mm,
                    instrument=instrument,
                    measured_by=measured_by or "",
                    measured_at=at,
                )
            )
        except ValueError as error:  # pydantic's as well
            raise RemeasurementError(
                f"{text!r} is no calliper reading",
                fix='Write NAME=MM, or NAME#PART=MM for one of several pieces: "length#2=230.4".',
            ) from error
    return readings
