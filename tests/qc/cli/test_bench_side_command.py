"""`qc bench side`: one scene from its seed to the report, and what the report counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import Program

from qc.decision.conformity import Decision
from qc.proof.run import DimensionResult
from qc.proof.side_run import SideResult


@pytest.mark.slow
def test_one_scene_is_kept_with_its_truth(qc: Program, tmp_path: Path) -> None:
    run = qc("bench", "side", "--only", 1, "--keep", "--out", tmp_path, "--json")
    assert run.status == 0
    report = run.json()
    assert report["summary"]["scenes"] == 1
    (trial,) = report["trials"]
    assert trial["family"] == "bulging bowl"
    kept = json.loads((tmp_path / "1.json").read_text(encoding="utf-8"))
    assert kept["height_mm"] == trial["height"]["true_mm"]
    names = {path.name for path in tmp_path.iterdir()}
    assert {"1-side.jpg", "1-side-overlay.png", "1.json", "report.json"} <= names


def test_an_interrupted_run_goes_on_and_sizes_without_a_height_do_not_count(
    qc: Program, tmp_path: Path
) -> None:
    known, unknown = _result(7, _height(60.2)), _result(8, None)
    lines = "".join(f"{one.model_dump_json()}\n" for one in (known, unknown))
    (tmp_path / "trials.jsonl").write_text(lines, encoding="utf-8")
    asked = ("bench", "side", "--seed", 7, "--scenes", 2, "--out", tmp_path, "--resume")
    report = qc(*asked, "--json").json()
    assert report["summary"]["heights"] == 1
    assert report["summary"]["all"]["bias_mm"] == pytest.approx(0.2)
    assert report["summary"]["retakes_by_reason"] == {"side-item-low": 1}
    above = report["summary"]["groups"]["sizes from above, on the height found"]
    assert [group["dimensions"] for group in above.values()] == [1]
    assert "2 scenes, 1 retaken {'side-item-low': 1}, 1 heights" in qc(*asked).out


@pytest.mark.parametrize(("option", "said"), [("--keep", "a seed"), ("--resume", "the folder")])
def test_it_says_what_an_option_needs(qc: Program, option: str, said: str) -> None:
    run = qc("bench", "side", option)
    assert run.status == 65
    assert f"Name {said}" in run.err


def _height(value_mm: float) -> DimensionResult:
    return DimensionResult(
        name="height",
        feature="height",
        part=1,
        true_mm=60.0,
        height_mm=60.0,
        value_mm=value_mm,
        u95_mm=0.5,
        lower_mm=59.0,
        upper_mm=61.0,
        decision=Decision.PASS,
    )


def _result(seed: int, height: DimensionResult | None) -> SideResult:
    return SideResult(
        seed=seed,
        family="bowl",
        condition="station",
        material="pale",
        stated_gap=False,
        bracket=True,
        lean_deg=0.1,
        down_deg=10.0,
        distance_mm=600.0,
        height=height,
        sizes=(_height(60.1),),
        retakes=() if height else ("side-item-low",),
        render_s=1.0,
        inspect_s=1.0,
    )
