"""`qc judge` on photos, and `qc inspect --judge` with what it wrote."""

from __future__ import annotations

from pathlib import Path

import goods
import networks
import pytest
from program import BOWL_SPEC, Program

from qc.judge import Judge, read_judge, write_judge

SPOT = (170, 90)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dark is a crack; the blue ring is dark enough to be doubtful, the wood is not."""
    folder = tmp_path_factory.mktemp("models") / "detector" / "0.0.1"
    return networks.write_release(folder, networks.darkness(), ("crack",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("line")
    for seed in range(12):
        goods.write(root / "train" / "good", seed)
    for seed in range(20, 32):
        goods.write(root / "test" / "good", seed)
    for seed in range(40, 46):
        goods.write(root / "test" / "ring", seed, spot_at=SPOT)
    return root


def test_labelled_photos_become_one_decision(
    qc: Program, folder: Path, release: Path, tmp_path: Path
) -> None:
    memory, out = tmp_path / "wood.qcn", tmp_path / "wood.json"
    encoder = ("--encoder", goods.ENCODER)
    learnt = qc("learn", folder / "train" / "good", "--out", memory, "--size", 192, *encoder)
    assert learnt.status == 0, learnt.err
    prices = ("--escape", 50, "--review", 1, "--defect-rate", 0.02)
    (folder / "test" / "good" / "torn.png").write_bytes(b"")
    run = qc(
        *("judge", folder, "--out", out, *prices, "--memory", memory, "--release", release),
        *encoder,
    )
    (folder / "test" / "good" / "torn.png").unlink()
    assert run.status == 0, run.err
    assert "torn.png" in run.err
    judge = read_judge(out)
    assert (judge.good, judge.defective, judge.missed) == (12, 6, 0)
    assert (judge.detector, judge.normality, judge.spec) == ("detector@0.0.1", "wood", None)
    assert judge.coverage > 0.7
    assert judge.risk == 0
    # Six of six caught leave room for this share (0.05 = (1 - p)^6).
    assert judge.missed_bound == pytest.approx(1 - 0.05 ** (1 / 6))
    assert "0 of 6 defective ones pass" in run.out


def test_bad_input_says_what_to_do(
    qc: Program, folder: Path, release: Path, tmp_path: Path
) -> None:
    base = ("judge", folder, "--out", tmp_path / "wood.json", "--release", release)
    cheap = qc(*base, "--escape", 1, "--review", 1)
    assert cheap.status == 65
    assert "leave no choice" in cheap.err
    none = qc("judge", folder, "--out", tmp_path / "wood.json", "--escape", 9, "--review", 1)
    assert none.status == 65
    assert "no detector release is active" in none.err


@pytest.mark.slow
def test_the_judge_decides_an_inspection(
    qc: Program, bowl_path: Path, station_path: Path, release: Path, tmp_path: Path
) -> None:
    strict = Judge(
        name="bowl", spec=BOWL_SPEC, view="top", detector="detector@0.0.1", normality=None,
        weights=(1.0,), offset=20.0, pass_below=0.05, escape_price=20, review_price=1,
        defect_rate=0.05, good=20, defective=10, coverage=0.9, risk=0.001, missed=0,
        missed_bound=0.26,
    )  # fmt: skip
    path = tmp_path / "bowl.json"
    options = ("--station", station_path, "--release", release, "--judge", path, "--json")

    def inspect(judge: Judge) -> dict[str, object]:
        write_judge(path, judge)
        run = qc("inspect", bowl_path, "--spec", BOWL_SPEC, *options)
        return run.json() if run.out else {"error": run.err}

    record = inspect(strict)
    (score,) = record["scores"]
    assert 0 <= score["detector"] < 0.5
    assert score["probability"] > 0.99
    assert "surface-suspicious" in [reason["code"] for reason in record["reasons"]]
    assert record["versions"]["judges"] == ["bowl@0.05"]
    lax = inspect(strict.model_copy(update={"offset": -20.0}))
    assert "surface-suspicious" not in [reason["code"] for reason in lax["reasons"]]
    assert "not for" in inspect(strict.model_copy(update={"spec": "other"}))["error"]
    other = inspect(strict.model_copy(update={"detector": "detector@0.0.2"}))
    assert "was fitted with detector detector@0.0.2" in other["error"]
