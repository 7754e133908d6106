"""Running side trials: render, inspect, compare with the truth."""

from __future__ import annotations

from time import perf_counter

from qc.decision.verdict import Verdict
from qc.inspection import Inspection, inspect
from qc.photo import Photo, decode_photo
from qc.proof.draw import Condition
from qc.proof.run import DimensionResult, SeededResult
from qc.proof.scene import render_file
from qc.proof.side import SIDE, SideTrial, draw_side
from qc.proof.side_items import SideFamily


class SideResult(SeededResult):
    """What one side trial gave."""

    family: SideFamily
    condition: Condition
    material: str
    stated_gap: bool
    bracket: bool
    lean_deg: float
    down_deg: float
    distance_mm: float
    height: DimensionResult | None
    sizes: tuple[DimensionResult, ...]
    """Seen from above, on the height that the side view gave."""
    retakes: tuple[str, ...]
    """Codes of the reasons to take a photo again."""
    render_s: float
    inspect_s: float


def run_side(seed: int) -> SideResult:
    """Draw, render and inspect one side trial."""
    trial = draw_side(seed)
    start = perf_counter()
    photos = {name: decode_photo(render_file(scene)) for name, scene in trial.scenes.items()}
    rendered = perf_counter()
    inspection = inspect_side(trial, photos)
    inspected = perf_counter()
    found = _compare(trial, inspection)
    return SideResult(
        seed=seed,
        family=trial.family,
        condition=trial.condition,
        material=trial.material,
        stated_gap=trial.stated_gap,
        bracket=trial.bracket,
        lean_deg=trial.lean_deg,
        down_deg=trial.down_deg,
        distance_mm=trial.distance_mm,
        height=found.pop(SIDE, [None])[0],
        sizes=tuple(one for sizes in found.values() for one in sizes),
        retakes=tuple(r.code for r in inspection.reasons if r.verdict is Verdict.RETAKE),
        render_s=rendered - start,
        inspect_s=inspected - rendered,
    )


def inspect_side(trial: SideTrial, photos: dict[str, Photo]) -> Inspection:
    """Inspect a trial's photos as the command line and the service would, without a detector."""
    return inspect(photos, trial.spec, trial.station)


def _compare(trial: SideTrial, inspection: Inspection) -> dict[str, list[DimensionResult]]:
    """Return the results by view."""
    true_mm = {truth.name: truth.value_mm for truth in trial.truths} | {"height": trial.height_mm}
    found: dict[str, list[DimensionResult]] = {}
    for measured in inspection.measurements:
        found.setdefault(measured.view, []).append(
            DimensionResult.of(measured, true_mm[measured.name], trial.height_mm)
        )
    return found
