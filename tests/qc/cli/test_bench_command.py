"""`qc bench`: every stage is timed, and the stages are the pipeline's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import networks
import pytest
from program import BOWL_SPEC, Program

from qc.cli.bench import BESIDE, STAGES
from qc.defects.release import MODELS_VARIABLE


@pytest.fixture
def samples(bowl_path: Path, station_path: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    shutil.copy(bowl_path, folder / "bowl.jpg")
    shutil.copy(station_path, folder / "station-test.json")
    truth = {
        "photo": "bowl.jpg",
        "spec": BOWL_SPEC,
        "station": "test",
        "dimensions": [{"name": "rim diameter", "value_mm": 150}],
        "defects": [],
        "expected_verdict": "pass",
        "why": "sound",
    }
    (folder / "bowl.truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return folder


@pytest.fixture
def active(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qc: Program) -> Program:
    """The program with a detector release that is active."""
    models = tmp_path / "models"
    networks.write_release(models / "detector" / "0.0.1", networks.darkness(), ("crack",))
    (models / "detector" / "ACTIVE").write_text("0.0.1", encoding="utf-8")
    monkeypatch.setenv(MODELS_VARIABLE, str(models))
    return qc


@pytest.mark.slow
def test_every_stage_is_timed_at_the_size_asked_for(active: Program, samples: Path) -> None:
    run = active(
        *("bench", "--json", "--runs", 1, "--megapixels", 3),
        *("--sample", "bowl", "--folder", samples),
    )
    assert run.status == 0
    report = run.json()
    assert report["photo"] == "2000x1500"
    assert report["verdict"] == ["pass"]  # the station's calibration was enlarged as well
    assert report["release"] == "detector@0.0.1"
    stages = report["stages"]
    assert list(stages) == ["decode_photo", *STAGES, "total", "floor"]
    assert all(row["median_ms"] > 0 for row in stages.values())
    assert report["network_px"] > 0
    assert report["total_over_floor"] > 1
    in_turn = [name for name in ("decode_photo", *STAGES) if name not in BESIDE]
    parts = sum(stages[name]["median_ms"] for name in in_turn)
    assert 0.5 * stages["total"]["median_ms"] < parts <= stages["total"]["median_ms"]


def test_the_pipeline_is_as_before_once_it_was_timed(
    active: Program, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {stage: getattr(module, stage) for stage, module in STAGES.items()}

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(STAGES["locate_mat"], "locate_mat", broken)
    assert active("bench", "--sample", "bowl", "--folder", samples).status >= 64
    monkeypatch.undo()
    assert {stage: getattr(module, stage) for stage, module in STAGES.items()} == before


def test_unknown_sample_and_missing_folder(active: Program, samples: Path) -> None:
    run = active("bench", "--sample", "vase", "--folder", samples)
    assert run.status == 65
    assert "no sample 'vase'" in run.err
    run = active("bench", "--folder", samples / "none")
    assert run.status == 65
    assert "no *.truth.json in" in run.err


def test_the_detectors_tile_is_timed(qc: Program, tmp_path: Path) -> None:
    folders = [
        networks.write_release(
            tmp_path / f"{n}", networks.colours(), networks.COLOURS, version=f"0.0.{n}"
        )
        for n in (1, 2)
    ]
    report = qc("bench", "detector", *folders, "--runs", 3, "--threads", 1, "--json").json()
    assert [row["release"] for row in report["rows"]] == ["detector@0.0.1", "detector@0.0.2"]
    for row in report["rows"]:
        assert 0 < row["min_ms"] <= row["median_ms"] <= row["max_ms"]
