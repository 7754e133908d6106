"""Running trials: render, inspect, compare with the truth."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from qc.decision.conformity import GUARD_BAND_FACTOR, Decision
from qc.decision.verdict import Verdict
from qc.geometry.corners import find_corners
from qc.geometry.uncertainty import COVERAGE_FACTOR
from qc.inspection import Inspection, inspect
from qc.photo import Photo, decode_photo, to_grey
from qc.proof.draw import VIEW, Condition, Trial, draw_trial
from qc.proof.ranges import Family
from qc.proof.scene import render_file
from qc.records import Measurement, Points


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True)


class SeededResult(_Result):
    """What a trial gave; its photos come again from the seed."""

    seed: int


class DimensionResult(_Result):
    """A measured size against the truth."""

    name: str
    feature: str
    part: int
    true_mm: float
    height_mm: float
    value_mm: float
    u95_mm: float
    lower_mm: float
    upper_mm: float
    decision: Decision

    @classmethod
    def of(cls, measured: Measurement, true_mm: float, height_mm: float) -> Self:
        """Hold what an inspection measured against the truth."""
        return cls(
            name=measured.name,
            feature=measured.feature,
            part=measured.part,
            true_mm=true_mm,
            height_mm=height_mm,
            value_mm=measured.value_mm,
            u95_mm=measured.u95_mm,
            lower_mm=measured.lower_mm,
            upper_mm=measured.upper_mm,
            decision=measured.decision,
        )

    @property
    def error_mm(self) -> float:
        """Measured less true."""
        return self.value_mm - self.true_mm

    @property
    def gate_mm(self) -> float:
        """What 95 % of the errors must not exceed."""
        return 0.3 + self.true_mm / 400

    @property
    def aim_mm(self) -> float:
        """What 95 % of the errors should not exceed."""
        return 0.2 + self.true_mm / 700

    @property
    def covered(self) -> bool:
        """Whether the truth lies within the stated U95."""
        return abs(self.error_mm) <= self.u95_mm

    @property
    def beyond_limits_mm(self) -> float:
        """How far the truth lies outside the spec's limits; negative inside."""
        return max(self.lower_mm - self.true_mm, self.true_mm - self.upper_mm)

    @property
    def wrong_pass(self) -> bool:
        """Passed, although out of tolerance by more than the guard band."""
        guard_mm = GUARD_BAND_FACTOR * self.u95_mm / COVERAGE_FACTOR
        return self.decision is Decision.PASS and self.beyond_limits_mm > guard_mm


class CornerResult(_Result):
    """The mat's corners against where the camera put them, pixels."""

    found: int
    rms_px: float
    """RMS over both coordinates."""
    bias_px: tuple[float, float]


class TrialResult(SeededResult):
    """What one trial gave."""

    family: Family
    condition: Condition
    material: str
    mat: str
    width_px: int
    top_mm: float
    tilt_deg: float
    distance_mm: float
    dimensions: tuple[DimensionResult, ...]
    missing: int
    """Dimensions that the spec asks for and that were not measured."""
    retakes: tuple[str, ...]
    """Codes of the reasons to take the photo again."""
    corners: CornerResult | None
    render_s: float
    inspect_s: float


def run_trial(seed: int) -> TrialResult:
    """Draw, render and inspect one trial."""
    trial = draw_trial(seed)
    start = perf_counter()
    photo = decode_photo(render_file(trial.scene))
    rendered = perf_counter()
    inspection = inspect_trial(trial, photo)
    inspected = perf_counter()
    dimensions = tuple(_compare(trial, inspection))
    return TrialResult(
        seed=seed,
        family=trial.family,
        condition=trial.condition,
        material=trial.material,
        mat=trial.scene.layout.identity,
        width_px=photo.width_px,
        top_mm=trial.top_mm,
        tilt_deg=trial.tilt_deg,
        distance_mm=trial.distance_mm,
        dimensions=dimensions,
        missing=sum(map(len, trial.truths)) - len(dimensions),
        retakes=tuple(
            reason.code for reason in inspection.reasons if reason.verdict is Verdict.RETAKE
        ),
        corners=compare_corners(trial, photo),
        render_s=rendered - start,
        inspect_s=inspected - rendered,
    )


def inspect_trial(trial: Trial, photo: Photo) -> Inspection:
    """Inspect a trial's photo as the command line and the service would, without a detector."""
    return inspect({VIEW: photo}, trial.spec, trial.station)


def compare_corners(trial: Trial, photo: Photo) -> CornerResult | None:
    """Compare the corners found with the projection of the mat as it lies."""
    grey = to_grey(photo.pixels)
    corners = find_corners(grey)
    if corners is None or len(corners.ids) == 0:
        return None
    scene = trial.scene
    at = (corners.points_mm * scene.print_scale).astype(np.float32)
    error = corners.points_px - scene.camera.project(np.column_stack([at, scene.lift.at(at)]))
    x, y = error.mean(axis=0)
    return CornerResult(
        found=len(corners.ids),
        rms_px=float(np.sqrt((error**2).mean())),
        bias_px=(float(x), float(y)),
    )


def _compare(trial: Trial, inspection: Inspection) -> Iterator[DimensionResult]:
    pieces = [_piece(trial, outline) for outline in inspection.photos[0].outlines_px]
    for measurement in inspection.measurements:
        truths = trial.truths[pieces[measurement.part - 1]]
        truth = next(t for t in truths if t.name == measurement.name)
        yield DimensionResult.of(measurement, truth.value_mm, truth.height_mm)


def _piece(trial: Trial, outline_px: Points) -> int:
    """Tell whose outline it is; two sticks that lie across have no order from left to right."""
    middle = np.mean(outline_px, axis=0)
    return int(np.argmin([np.linalg.norm(middle - seen) for seen in trial.seen_px]))
