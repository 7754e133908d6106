"""`qc learn`, `qc evaluate normality` and `qc confirm` as a user meets them."""

from __future__ import annotations

import shutil
from pathlib import Path

import goods
import numpy as np
import pytest
from PIL import Image
from program import Program

from qc.defects.normality import Encoder, load, save
from qc.defects.normality.storage import assemble

ENCODER = ("--encoder", goods.ENCODER)
SPOT = (170, 90)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A product line in the MVTec AD layout."""
    root = tmp_path_factory.mktemp("line")
    for seed in range(12):
        goods.write(root / "train" / "good", seed)
    for seed in range(50, 54):
        goods.write(root / "test" / "good", seed)
    for seed in range(60, 63):
        goods.write(root / "test" / "ring", seed, spot_at=SPOT)
        y, x = np.mgrid[: goods.HEIGHT_PX, : goods.WIDTH_PX]
        mask = (np.hypot(x - SPOT[0], y - SPOT[1]) < 11).astype(np.uint8) * 255
        (root / "ground_truth" / "ring").mkdir(parents=True, exist_ok=True)
        Image.fromarray(mask).save(root / "ground_truth" / "ring" / f"{seed}_mask.png")
    return root


def _learn(qc: Program, folder: Path, out: Path, *options: object) -> Path:
    run = qc("learn", folder / "train" / "good", "--out", out, "--size", 192, *ENCODER, *options)
    assert run.status == 0, run.err
    assert "12 good photos" in run.out
    assert "at most 22.1% of good items alarm, with 95% confidence" in run.out
    return out


def test_a_line_is_taught_and_measured(qc: Program, folder: Path, tmp_path: Path) -> None:
    memory = _learn(qc, folder, tmp_path / "wood.qcn")
    run = qc("evaluate", "normality", memory, folder, "--json", *ENCODER)
    report = run.json()
    assert report["photos"] == {"good": 4, "ring": 3}
    assert report["image_auroc"] == report["image_auroc_by_type"]["ring"] == 1
    assert report["alarms_on_defective"] == 1
    assert report["pixel_auroc"] > 0.95
    assert report["aupro"] > 0.8
    assert report["ms_per_photo"] > 0
    assert len(report["scores"]) == 7


def test_a_confirmed_miss_is_caught_on_the_next_photo(
    qc: Program, folder: Path, tmp_path: Path
) -> None:
    """A threshold far too high makes misses; the QC lead confirms one, and the next is caught."""
    memory = _learn(qc, folder, tmp_path / "wood.qcn")
    taught = load(memory, Encoder.load(goods.ENCODER))
    lax = taught.card.model_copy(update={"threshold": 100.0})
    save(memory, assemble(lax, taught.memory, taught.bank, taught.encoder))
    found = qc("evaluate", "normality", memory, folder, "--json", *ENCODER).json()
    assert found["alarms_on_defective"] == 0
    missed = folder / "test" / "ring" / "60.png"
    region = ("--region", SPOT[0] - 14, SPOT[1] - 14, SPOT[0] + 14, SPOT[1] + 14)
    run = qc("confirm", memory, missed, *region, "--defect", "ring", *ENCODER)
    assert run.status == 0, run.err
    assert "alarm from now on" in run.out
    after = qc("evaluate", "normality", memory, folder, "--json", *ENCODER).json()
    assert after["memory"] != found["memory"]
    assert after["alarms_on_defective"] == 1
    assert after["alarms_on_good"] == 0


def test_bad_input_says_what_to_do(qc: Program, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "wood.qcn"
    good = sorted((folder / "train" / "good").iterdir())
    run = qc("learn", *good[:3], "--out", out, *ENCODER)
    assert (run.status, "3 good photos are too few" in run.err) == (65, True)
    run = qc("learn", *good, "--out", out, "--false-reject", 0.05, "--size", 192, *ENCODER)
    assert (run.status, "59 good photos" in run.err) == (65, True)
    run = qc("learn", *good, "--out", out, "--turns", 3, *ENCODER)
    assert run.status == 64
    assert not out.exists()
    run = qc("learn", *good, "--out", out)
    assert (run.status, "no encoder release is active" in run.err) == (65, True)
    run = qc("evaluate", "normality", folder / "none", folder, *ENCODER)
    assert (run.status, "cannot read" in run.err) == (65, True)
    run = qc("confirm", out, good[0], "--region", 0, 0, 9, 9, *ENCODER)
    assert run.status == 64


def test_photos_that_teach_nothing_or_something_else_are_named(
    qc: Program, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "wood.qcn"
    good = sorted((folder / "train" / "good").iterdir())
    small = ("--out", out, "--size", 192, *ENCODER)

    checks = (np.indices((192, 256)).sum(axis=0) // 9 % 2 * 200 + 20).astype(np.uint8)
    Image.fromarray(checks).save(tmp_path / "tiles.png")
    run = qc("learn", *good, tmp_path / "tiles.png", *small)
    assert run.status == 65
    assert "unlike the other good photos" in run.err
    assert "tiles.png" in run.err
    assert good[0].name not in run.err

    copies = []
    for quality in range(90, 96):
        copies.append(tmp_path / f"{quality}.jpg")
        Image.open(good[0]).convert("RGB").save(copies[-1], quality=quality)
    run = qc("learn", *copies, *small)
    assert (run.status, "all photos show the same" in run.err) == (65, True)
    run = qc("learn", *good[:5], _copied(good[2], tmp_path / "again.png"), *small)
    assert (run.status, "are the same photo" in run.err) == (65, True)
    assert not out.exists()


def test_an_encoder_with_a_changed_byte_teaches_nothing(
    qc: Program, folder: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(goods.ENCODER, tmp_path / "encoder" / goods.ENCODER.name)
    weights = bytearray((copy / "model.onnx").read_bytes())
    weights[len(weights) // 3] ^= 1
    (copy / "model.onnx").write_bytes(weights)
    out = tmp_path / "wood.qcn"
    run = qc("learn", folder / "train" / "good", "--out", out, "--encoder", copy)
    assert (run.status, "not the model of the release" in run.err) == (65, True)
    assert not out.exists()


def test_a_memory_learnt_with_the_encoder_before_judges_on_while_that_is_there(
    qc: Program, folder: Path, tmp_path: Path
) -> None:
    before = ("--encoder", goods.ENCODER.parent / "0.1.0")
    memory = tmp_path / "wood.qcn"
    good = sorted((folder / "train" / "good").iterdir())[:6]
    assert qc("learn", *good, "--out", memory, "--size", 128, *before).status == 0
    report = qc("evaluate", "normality", memory, folder, "--json", *before).json()
    now = qc("evaluate", "normality", memory, folder, "--json", *ENCODER).json()
    scores = [[row["score"] for row in found["scores"]] for found in (report, now)]
    assert scores[0] == scores[1]

    alone = shutil.copytree(goods.ENCODER, tmp_path / "encoder" / goods.ENCODER.name)
    run = qc("evaluate", "normality", memory, folder, "--encoder", alone)
    assert run.status == 65
    assert "learnt with encoder@0.1.0, not with encoder@0.2.0" in run.err
    assert "Learn it again" in run.err


def _copied(photo: Path, to: Path) -> Path:
    return Path(shutil.copyfile(photo, to))
