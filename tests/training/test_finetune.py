"""Fine-tuning: what reviews said is learnt, what was known stays, and types keep their order."""

from __future__ import annotations

import hashlib
import io
import logging
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from labelled import rectangle
from PIL import Image
from program import Program

from qc.datasets.model import DatasetPhoto, LabelledRegion
from qc.datasets.snapshot import ReviewedPhoto, create_snapshot
from qc.defects.detector import Detector
from qc.errors import SnapshotError
from training.datasets.reviewed import Replayed, ReviewedSource
from training.errors import TrainingDataError
from training.finetune import FINETUNING, finetune, known_types
from training.labels import TYPES, Sample, empty_target
from training.weights import own_widths, read_judge

_SHIPPED = Path(__file__).parents[2] / "models" / "detector"
RELEASE = _SHIPPED / (_SHIPPED / "ACTIVE").read_text().strip()
KNOWN = ("crack", "stain")


def photo(folder: Path, name: str, *regions: LabelledRegion) -> DatasetPhoto:
    """Red where there is a crack, green a burn, blue a ring; grey elsewhere."""
    pixels = np.full((200, 240, 3), 120, np.uint8)
    for region in regions:
        (left, top), (right, bottom) = region.rings[0][0] + 0.5, region.rings[0][2] + 0.5
        colours = {"crack": (250, 0, 0), "burn": (0, 250, 0), "ring": (0, 0, 250)}
        colour = colours[region.type]
        pixels[int(top) : int(bottom), int(left) : int(right)] = colour
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return DatasetPhoto(path, name, 240, 200, regions)


CRACK = LabelledRegion("crack", (rectangle(19.5, 19.5, 59.5, 49.5),))
BURN = LabelledRegion("burn", (rectangle(139.5, 99.5, 189.5, 149.5),))
RING = LabelledRegion("ring", (rectangle(79.5, 119.5, 119.5, 159.5),))


def test_patches_show_what_their_labels_say(tmp_path: Path) -> None:
    """However a patch is turned, scaled and lit: what is labelled burn is green."""
    source = ReviewedSource([photo(tmp_path, "a.png", CRACK, BURN)], ("crack", "burn"), 0.2)
    seen = np.zeros(2, int)
    for seed in range(30):
        sample = source(np.random.default_rng(seed), 64)
        assert sample.known.all()
        for channel, colour in enumerate((0, 1)):
            mask = sample.target[channel]
            if mask.sum() > 100:
                seen[channel] += 1
                assert sample.pixels[mask].mean(axis=0).argmax() == colour
                assert sample.pixels[mask].mean(axis=0)[colour] > 120
    assert (seen >= 8).all()  # both types are shown often


def test_what_has_no_output_and_what_is_only_boxed_is_left_open(tmp_path: Path) -> None:
    boxed = LabelledRegion("crack", CRACK.rings, box=True)
    source = ReviewedSource([photo(tmp_path, "a.png", boxed, BURN)], ("crack",), 0.2)
    open_pixels = 0
    for seed in range(20):
        sample = source(np.random.default_rng(seed), 64)
        assert not sample.target.any()
        red_or_green = np.ptp(sample.pixels.astype(int), axis=2) > 150
        if red_or_green.any():
            assert sample.known[0][red_or_green].mean() < 0.1
        open_pixels += int((~sample.known).sum())
    assert open_pixels > 0


def test_windows_are_about_the_types_that_are_asked_for(tmp_path: Path) -> None:
    """Both types are in the photo; most windows are about the one."""
    photos = [photo(tmp_path, "a.png", CRACK, BURN)]
    source = ReviewedSource(photos, ("crack", "burn"), 0.2, about=("burn",))
    seen = np.zeros(2)
    for seed in range(40):
        target = source(np.random.default_rng(seed), 64).target
        seen += target.any((1, 2))
    assert seen[1] > 25
    assert seen[0] < seen[1] / 2


def test_old_data_says_that_new_types_are_absent_where_it_was_labelled() -> None:
    target = empty_target((4, 4))
    target[TYPES.index("stain"), 1, 1] = True
    known = np.ones_like(target)
    known[:, 3] = False
    known[TYPES.index("crack"), 0] = False
    old = Sample(np.zeros((4, 4, 3), np.uint8), target, known)

    def draw(_rng: np.random.Generator, _side: int) -> Sample:
        return old

    new = Replayed(draw, ("stain", "burn", "crack"))(np.random.default_rng(0), 4)

    assert new.target[0].sum() == 1
    assert new.target[0, 1, 1]
    assert not new.target[1:].any()
    assert new.known[1, :3].all()
    assert not new.known[:, 3].any()
    assert not new.known[2, 0].any()


def test_a_new_type_needs_sixteen_regions(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = photo(tmp_path, "a.png", CRACK, BURN)
    with caplog.at_level(logging.WARNING):
        assert known_types(KNOWN, [one] * 15) == KNOWN
    assert "burn gets no output of its own: 15 regions" in caplog.text
    assert known_types(KNOWN, [one] * 16) == (*KNOWN, "burn")


def snapshot(folder: Path, *regions: LabelledRegion) -> Path:
    photos = []
    for number in range(40):
        made = photo(folder / "photos", f"{number}.png", *regions)
        with Image.open(made.path) as image:
            pixels = np.asarray(image).copy()
        pixels[0, 0] = number
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        data = out.getvalue()
        sha256 = hashlib.sha256(data).hexdigest()
        photos.append(ReviewedPhoto(sha256, lambda data=data: data, made.regions, item=str(number)))
    return create_snapshot(photos, (), folder / "snapshots", created=date(2026, 11, 24))


TINY = FINETUNING.model_copy(
    update={
        "max_steps": 2,
        "batch": 2,
        "side_px": 64,
        "check_patches": 4,
        "workers": 0,
        "threads": 1,
        "output_patches": 12,
        "output_steps": 4,
    }
)


@pytest.mark.slow
def test_a_snapshot_becomes_a_release_with_an_output_for_the_new_type(tmp_path: Path) -> None:
    made = snapshot(tmp_path, CRACK, BURN)
    out = tmp_path / "workshop" / "1.0.0"

    finetune(made, RELEASE, out, tmp_path / "run", config=TINY, patches=24)

    parent, child = Detector.load(RELEASE), Detector.load(out)
    assert child.types == (*parent.types, "burn")
    assert child.reference == "workshop@1.0.0"
    training = child.release.training
    assert training["data"]["snapshot"].startswith(made.name.removeprefix("snapshot-"))
    assert training["lineage"][-1]["release"] == parent.reference
    assert [point["step"] for point in training["curve"]] == [2]
    assert training["curve"][0]["mean_average_precision"] == training["best_mean_average_precision"]
    tried = training["blend"]["tried"]
    assert {"0", "0.2", "1"} <= set(tried)
    assert {"crack", "mean"} <= set(tried["0"])
    assert f"{training['blend']['own_share']:g}" in tried
    # What few patches cannot choose better stays: how known types weigh the scales.
    judge, taught = read_judge(RELEASE), read_judge(out)
    assert judge is not None
    assert taught is not None
    assert len(taught[1]) == len(child.types)
    for own, theirs in zip(taught[0], judge[0], strict=False):
        assert own / own.sum() == pytest.approx(theirs / theirs.sum(), abs=1e-5)
    assert any("workshop's own" in licence for licence in child.release.licences)


KEPT = TINY.model_copy(update={"max_steps": 0})


@pytest.mark.slow
def test_types_that_are_taught_one_after_another_change_nothing_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the release's weights stay, its maps are the same to the bit, twice over.

    The outputs that are chosen have layers of their own, so that these are taught on as well.
    """
    monkeypatch.setattr("training.outputs.WIDTHS", (8,))
    monkeypatch.setattr(
        "training.outputs.average_precision", lambda output, *_: float(output.width)
    )
    releases = [RELEASE]
    for name, region in (("burn", BURN), ("ring", RING)):
        made = snapshot(tmp_path / name, CRACK, region)
        out = tmp_path / name / "workshop" / "1.0.0"
        finetune(made, releases[-1], out, tmp_path / name / "run", config=KEPT, patches=24)
        releases.append(out)

    chain = [Detector.load(release) for release in releases]
    assert chain[2].types == (*chain[0].types, "burn", "ring")
    assert own_widths(releases[2] / "model.onnx") == (8, 8)
    outputs = chain[2].release.training["blend"]["outputs"]
    assert set(outputs["ring"]) == {"regression", "8"}
    assert [d.release.training["blend"]["own_share"] for d in chain[1:]] == [0, 0]
    with Image.open(photo(tmp_path, "b.png", CRACK, BURN, RING).path) as image:
        pixels = np.asarray(image)[:192, :192].copy()
    maps = [detector.map(pixels).probability for detector in chain]
    for before, after, older in zip(maps, maps[1:], chain, strict=False):
        np.testing.assert_array_equal(after[: len(older.types)], before)
    for before, after in pairwise(chain):
        kept = {name: after.release.thresholds[name] for name in before.types}
        assert kept == before.release.thresholds


def test_bad_input_is_named_before_any_training(qc: Program, tmp_path: Path) -> None:
    good = snapshot(tmp_path / "a")
    with pytest.raises(TrainingDataError, match="neither a defect nor a false alarm"):
        finetune(good, RELEASE, tmp_path / "x" / "1.0.0", tmp_path / "run")
    known = snapshot(tmp_path / "b", CRACK)
    with pytest.raises(TrainingDataError, match="no new type to learn"):
        finetune(known, RELEASE, tmp_path / "x" / "1.0.0", tmp_path / "run", config=KEPT)
    labels = good / "annotations.json"
    labels.chmod(0o644)
    labels.write_text(labels.read_text() + " ")
    with pytest.raises(SnapshotError, match=r"annotations\.json was changed"):
        finetune(good, RELEASE, tmp_path / "x" / "1.0.0", tmp_path / "run")
    assert not (tmp_path / "run").exists()
    assert qc("dataset", "check", good).status == 65
