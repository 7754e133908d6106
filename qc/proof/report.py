"""What many trials say together: error, coverage and wrong passes, by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from qc.decision.conformity import Decision
from qc.proof.light import BLACK_LACQUER
from qc.proof.run import DimensionResult, TrialResult

T = TypeVar("T")

COVERAGE_GOAL_PERCENT = (93.0, 99.0)
CORNER_RMS_GATE_PX = 0.05
CORNER_BIAS_GATE_PX = 0.02

SIZE_BINS_MM = (0, 50, 100, 150, 200, 320)
HEIGHT_BINS_MM = (0, 10, 20, 40, 81)

GROUPINGS: dict[str, Callable[[TrialResult, DimensionResult], str]] = {
    "family and condition": lambda t, _: f"{t.family}, {t.condition}",
    "family": lambda t, _: t.family,
    "condition": lambda t, _: t.condition,
    "family, print measured": lambda t, _: _by_print(t, t.family),
    "print measured": lambda t, _: _by_print(t, "all"),
    "material": lambda t, _: t.material,
    "size": lambda _, d: _bin(d.true_mm, SIZE_BINS_MM),
    "height": lambda _, d: _bin(d.height_mm, HEIGHT_BINS_MM),
    "tilt": lambda t, _: "up to 10°" if t.tilt_deg <= 10 else "10 to 20°",
}


class Group(BaseModel):
    """The dimensions of one group. Errors that 95 % do not exceed are given in mm and of gate."""

    model_config = ConfigDict(frozen=True)

    dimensions: int
    bias_mm: float
    error95_mm: float
    error95_of_gate: float
    error95_of_aim: float
    coverage_percent: float
    median_u95_mm: float
    checks: int
    wrong_passes: int
    """Passed, although out of tolerance by more than the guard band."""


class Corners(BaseModel):
    """The mat's corners over all photos in which a mat was found."""

    model_config = ConfigDict(frozen=True)

    photos: int
    median_rms_px: float
    rms95_px: float
    largest_bias_px: float
    mean_bias_px: tuple[float, float]


def summarise(results: list[TrialResult]) -> dict[str, Any]:
    """Return groups, corners and counts as plain values for JSON."""
    pairs = [(trial, size) for trial in results for size in trial.dimensions]
    groups = {name: grouped(pairs, key) for name, key in GROUPINGS.items()}
    return {
        "scenes": len(results),
        **retaken(trial.retakes for trial in results),
        "dimensions_missing": sum(trial.missing for trial in results),
        "all": group_of(size for _, size in pairs).model_dump() if pairs else None,
        "groups": groups,
        "corners": corners.model_dump() if (corners := _corners(results)) else None,
        "render_seconds": sum(trial.render_s for trial in results),
        "inspect_seconds": sum(trial.inspect_s for trial in results),
    }


def worst(results: list[TrialResult], count: int) -> list[tuple[TrialResult, DimensionResult]]:
    """Return the dimensions whose errors are largest in parts of their gate."""
    pairs = [(trial, size) for trial in results for size in trial.dimensions]
    return sorted(pairs, key=lambda pair: -abs(pair[1].error_mm) / pair[1].gate_mm)[:count]


def grouped(
    pairs: Sequence[tuple[T, DimensionResult]], key: Callable[[T, DimensionResult], str]
) -> dict[str, dict[str, Any]]:
    """Return groups as plain values by their labels, in the order in which these come up."""
    return {
        label: group_of(size for one, size in pairs if key(one, size) == label).model_dump()
        for label in dict.fromkeys(key(one, size) for one, size in pairs)
    }


def retaken(codes: Iterable[Sequence[str]]) -> dict[str, Any]:
    """Count the scenes that gave reasons to take a photo again, and the reasons by code."""
    scenes = list(codes)
    return {
        "retaken": sum(bool(reasons) for reasons in scenes),
        "retakes_by_reason": dict(Counter(chain.from_iterable(scenes))),
    }


def group_of(sizes: Iterable[DimensionResult]) -> Group:
    """Say what the errors of some dimensions, one at least, have in common."""
    rows = list(sizes)
    error = np.array([row.error_mm for row in rows])

    def error95(scale: list[float]) -> float:
        return float(np.percentile(np.abs(error) / scale, 95))

    return Group(
        dimensions=len(rows),
        bias_mm=float(error.mean()),
        error95_mm=error95([1.0] * len(rows)),
        error95_of_gate=error95([row.gate_mm for row in rows]),
        error95_of_aim=error95([row.aim_mm for row in rows]),
        coverage_percent=100 * float(np.mean([row.covered for row in rows])),
        median_u95_mm=float(np.median([row.u95_mm for row in rows])),
        checks=sum(row.decision is Decision.CHECK for row in rows),
        wrong_passes=sum(row.wrong_pass for row in rows),
    )


def _corners(results: list[TrialResult]) -> Corners | None:
    found = [trial.corners for trial in results if trial.corners]
    if not found:
        return None
    rms = np.array([corners.rms_px for corners in found])
    bias = np.array([corners.bias_px for corners in found])
    mean_x, mean_y = bias.mean(axis=0).tolist()
    return Corners(
        photos=len(found),
        median_rms_px=float(np.median(rms)),
        rms95_px=float(np.percentile(rms, 95)),
        largest_bias_px=float(np.abs(bias).max()),
        mean_bias_px=(mean_x, mean_y),
    )


def _by_print(trial: TrialResult, group: str) -> str:
    """Set apart what no photo can tell: an unmeasured print's scale, and black lacquer's rim."""
    if trial.material == BLACK_LACQUER.name:
        return "black lacquer"
    return f"{group}, {'assumed' if trial.condition == 'nothing' else 'measured'}"


def _bin(value: float, edges: tuple[int, ...]) -> str:
    at = int(np.clip(np.searchsorted(edges, value, side="right"), 1, len(edges) - 1))
    return f"{edges[at - 1]} to {edges[at]} mm"
