"""`qc bench geometry`: one scene from its seed to the report, and what the report counts."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from program import Program

from qc.cli.trials import Kept
from qc.decision.conformity import Decision
from qc.proof.plots import coverage_plot, error_plot
from qc.proof.report import summarise
from qc.proof.run import DimensionResult, TrialResult


@pytest.mark.slow
def test_one_scene_is_kept_with_its_truth(qc: Program, tmp_path: Path) -> None:
    run = qc("bench", "geometry", "--only", 9, "--keep", "--out", tmp_path, "--json")
    assert run.status == 0
    report = run.json()
    assert report["summary"]["scenes"] == 1
    (trial,) = report["trials"]
    assert trial["family"] == "tray"
    assert trial["dimensions"] or trial["retakes"]
    kept = json.loads((tmp_path / "9.json").read_text(encoding="utf-8"))
    assert kept["truth"]["dimensions"] == trial["dimensions"]  # the seed alone makes the scene
    assert {"9.jpg", "9-overlay.png", "report.json"} <= {p.name for p in tmp_path.iterdir()}


def test_keep_needs_a_seed_and_a_folder(qc: Program) -> None:
    run = qc("bench", "geometry", "--keep")
    assert run.status == 65
    assert "Name a seed and a folder" in run.err


def test_an_interrupted_run_goes_on(qc: Program, tmp_path: Path) -> None:
    """What was measured is read, a line that was cut off is no result, nothing is run twice."""
    first = _trial(_size(0.1)).model_copy(update={"seed": 7})
    whole = first.model_dump_json()
    kept = tmp_path / "trials.jsonl"
    kept.write_text(f"{whole}\n{whole[:40]}", encoding="utf-8")
    run = qc(
        "bench", "geometry", "--seed", 7, "--scenes", 1, "--out", tmp_path, "--resume", "--json"
    )
    assert run.status == 0
    assert run.json()["trials"] == [first.model_dump(mode="json")]
    assert kept.read_text(encoding="utf-8") == f"{whole}\n"


def test_going_on_needs_the_folder(qc: Program) -> None:
    run = qc("bench", "geometry", "--resume")
    assert run.status == 65
    assert "Name the folder" in run.err


@pytest.mark.parametrize("resume", [True, False])
def test_each_result_is_written_down_at_once(tmp_path: Path, resume: bool) -> None:
    file = tmp_path / "trials.jsonl"
    file.write_text(_trial().model_dump_json() + "\n", encoding="utf-8")
    kept = Kept(file, TrialResult, resume=resume)
    assert len(kept.results) == resume
    kept.add(_trial(_size(0.2)))
    again = Kept(file, TrialResult, resume=True).results
    assert [len(trial.dimensions) for trial in again] == ([0, 1] if resume else [1])


def _size(error_mm: float, u95_mm: float = 0.4, decision: str = "check") -> DimensionResult:
    return DimensionResult(
        name="d",
        feature="diameter",
        part=1,
        true_mm=100,
        height_mm=10,
        value_mm=100 + error_mm,
        u95_mm=u95_mm,
        lower_mm=98,
        upper_mm=99,
        decision=Decision(decision),
    )


def _trial(*sizes: DimensionResult) -> TrialResult:
    return TrialResult(
        seed=1,
        family="bowl",
        condition="exif",
        material="pale",
        mat="teliti-a3-1",
        width_px=4000,
        top_mm=20,
        tilt_deg=5,
        distance_mm=700,
        dimensions=sizes,
        missing=0,
        retakes=(),
        corners=None,
        render_s=1,
        inspect_s=1,
    )


def test_the_summary_counts_coverage_and_wrong_passes() -> None:
    # True 100 lies 1 mm above the limits; the guard band of U95 = 0.4 mm is 0.33 mm.
    results = [_trial(_size(0.3), _size(-0.6)), _trial(_size(-1.4, decision="pass"))]
    everything = summarise(results)["all"]
    assert everything["dimensions"] == 3
    assert everything["coverage_percent"] == pytest.approx(100 / 3)
    assert everything["wrong_passes"] == 1
    assert everything["checks"] == 2
    assert everything["bias_mm"] == pytest.approx(-1.7 / 3)
    assert everything["error95_of_gate"] > 1
    # A pass within the guard band of a wide U95 is no wrong pass, but a risk that was stated.
    assert summarise([_trial(_size(-1.4, 1.4, "pass"))])["all"]["wrong_passes"] == 0


def test_the_plots_are_well_formed() -> None:
    results = [_trial(_size(0.3), _size(9.0))]
    for plot in (error_plot(results, "exif"), coverage_plot(results)):
        ElementTree.fromstring(plot)
