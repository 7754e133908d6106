"""The readings of a crossed gauge study, checked: every operator, every part, the same trials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qc.errors import GaugeError

MAX_READINGS = 100_000


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement of one part by one operator; `row` locates it in its file."""

    part: str
    operator: str
    trial: str
    value: float
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """A balanced crossed study.

    `values` is `(parts, operators, trials)`, read-only. Parts and operators stand in the order in
    which they were first read.
    """

    parts: tuple[str, ...]
    operators: tuple[str, ...]
    values: npt.NDArray[np.float64]

    @property
    def trials(self) -> int:
        """How often each operator measured each part."""
        return int(self.values.shape[2])

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> Study:
        """Arrange readings, in any order.

        Raises:
            GaugeError: the study is not balanced, is too small, or cannot tell the gauge's own
                variation.
        """
        if len(readings) > MAX_READINGS:
            raise GaugeError(
                f"the study has more than {MAX_READINGS} readings", fix="Split it by product."
            )
        cells: dict[tuple[str, str], dict[str, Reading]] = {}
        for reading in readings:
            _add(reading, cells)
        parts = tuple(dict.fromkeys(reading.part for reading in readings))
        operators = tuple(dict.fromkeys(reading.operator for reading in readings))
        trials = max((len(cell) for cell in cells.values()), default=0)
        _check_size(len(parts), len(operators), trials)
        for part in parts:
            for operator in operators:
                _check_cell(part, operator, cells.get((part, operator), {}), trials)
        values = np.array(
            [[[r.value for r in cells[p, o].values()] for o in operators] for p in parts]
        )
        _check_variation(values)
        values.flags.writeable = False
        return cls(parts, operators, values)


def _add(reading: Reading, cells: dict[tuple[str, str], dict[str, Reading]]) -> None:
    if not math.isfinite(reading.value):
        raise GaugeError(
            f"the value {reading.value} is not a finite number",
            row=reading.row,
            fix="Measure this part again, or leave the part out for all operators.",
        )
    cell = cells.setdefault((reading.part, reading.operator), {})
    before = cell.setdefault(reading.trial, reading)
    if before is not reading:
        where = f" (first in row {before.row})" if before.row else ""
        raise GaugeError(
            f"part {reading.part!r}, operator {reading.operator!r}, trial {reading.trial!r} "
            f"stands twice{where}",
            row=reading.row,
            fix="Give every repetition its own trial number.",
        )


def _check_size(parts: int, operators: int, trials: int) -> None:
    for count, what, why in (
        (parts, "part", "to see the variation of the product; 10 are usual"),
        (operators, "operator", "to see how operators differ; 3 are usual"),
        (trials, "trial", "to see how the gauge repeats; 2 or 3 are usual"),
    ):
        if count < 2:
            raise GaugeError(
                f"the study has {count or 'no'} {what}", fix=f"At least 2 are needed {why}."
            )


def _check_cell(part: str, operator: str, cell: dict[str, Reading], trials: int) -> None:
    if len(cell) == trials:
        return
    rows = [reading.row for reading in cell.values() if reading.row]
    raise GaugeError(
        f"operator {operator!r} measured part {part!r} {len(cell)} times, others {trials} times",
        row=rows[-1] if rows else None,
        fix="Add the missing readings, or leave the part out for all operators: the method "
        "needs the same number in every cell.",
    )


def _check_variation(values: npt.NDArray[np.float64]) -> None:
    if np.ptp(values) == 0:
        raise GaugeError(
            f"every reading is {values.flat[0]:g}",
            fix="Choose parts that span the product's variation, and record more decimals.",
        )
    if not np.ptp(values, axis=2).any():
        raise GaugeError(
            "no operator's trials differ on any part, so repeatability is unknown",
            fix="Measure anew for every trial (a new photo, the part laid down again), and record "
            "more decimals.",
        )
