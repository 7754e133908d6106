"""Memories and judges beside the detector: picked up, kept where a new one is bad, named."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import goods
import pytest
from conftest import SPEC, House, OpenHouse, recorded_inspection

from qc.defects.normality import Encoder, Line, Normality, save, teach
from qc.defects.normality.storage import assemble
from qc.defects.release import MODELS_VARIABLE
from qc.errors import JudgeError, NormalityError
from qc.judge import Judge, write_judge
from service.doctor import State, examine
from service.experts import EXPERTS_FOLDER

JUDGE = Judge(
    name="bowl",
    spec="test-bowl",
    view="top",
    detector="detector@9.9.9",
    normality="bowl",
    weights=(1.0, 1.0),
    offset=0.0,
    pass_below=0.01,
    escape_price=200.0,
    review_price=1.0,
    defect_rate=0.05,
    good=10,
    defective=73,
    coverage=1.0,
    risk=0.0,
    missed=0,
    missed_bound=0.04,
)


@pytest.fixture(scope="module")
def memory() -> Normality:
    """A memory of good items, said to have been learnt on the mat."""
    encoder = Encoder.load(goods.ENCODER)
    line = Line("bowl", size_px=192)
    taught = teach([str(n) for n in range(5)], goods.photo, line, encoder)
    card = taught.card.model_copy(update={"mm_per_px": 0.7, "spec": "test-bowl", "view": "top"})
    return assemble(card, taught.memory, taught.bank, encoder)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the experts on the test's product lie; the shipped encoder is there, no detector."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "encoder").symlink_to(goods.ENCODER.parent)
    monkeypatch.setenv(MODELS_VARIABLE, str(models))
    return tmp_path / "data" / EXPERTS_FOLDER / "test-bowl"


class Watched:
    """The pipeline, which remembers who judged."""

    def __init__(self) -> None:
        self.memories: Mapping[str, Normality] = {}
        self.judges: Mapping[str, Judge] = {}

    def __call__(
        self, photos: Any, spec: Any, station: Any, detector: Any, *experts: Any, today: Any
    ) -> Any:
        self.memories, self.judges = experts
        return recorded_inspection(photos, spec, station, detector, today=today)


def test_a_memory_counts_from_the_next_inspection_on(
    open_house: OpenHouse, folder: Path, memory: Normality
) -> None:
    pipeline = Watched()
    house = open_house(inspect=pipeline)
    assert house.upload().status_code == 201
    assert pipeline.memories == {}

    folder.mkdir(parents=True)
    save(folder / "top.qcn", memory)
    assert house.upload().status_code == 201
    assert [m.reference for m in pipeline.memories.values()] == [memory.reference]

    (folder / "top.qcn").unlink()
    assert house.upload().status_code == 201
    assert pipeline.memories == {}


def test_a_damaged_new_memory_leaves_the_old_one_judging_and_is_named(
    open_house: OpenHouse,
    folder: Path,
    memory: Normality,
    log: list[MutableMapping[str, Any]],
) -> None:
    pipeline = Watched()
    house = open_house(inspect=pipeline)
    folder.mkdir(parents=True)
    save(folder / "top.qcn", memory)
    house.upload()
    (folder / "top.qcn").write_bytes(b"damaged")
    assert house.upload().status_code == 201
    assert [m.reference for m in pipeline.memories.values()] == [memory.reference]
    assert "new experts cannot be read" in {entry["event"] for entry in log}
    with house.runtime.database.reading() as session:
        found = {one.subject: one for one in examine(session, house.runtime.settings)}
    assert found["experts on test-bowl"].state is State.BAD
    assert "is not a memory" in found["experts on test-bowl"].detail


def test_a_judge_of_another_detector_is_left_out(
    open_house: OpenHouse,
    folder: Path,
    memory: Normality,
    log: list[MutableMapping[str, Any]],
) -> None:
    pipeline = Watched()
    house = open_house(inspect=pipeline)
    folder.mkdir(parents=True)
    save(folder / "top.qcn", memory)
    write_judge(folder / "top.json", JUDGE)
    assert house.upload().status_code == 201
    assert set(pipeline.memories) == {"top"}
    assert pipeline.judges == {}
    assert "a judge is left out" in {entry["event"] for entry in log}


def test_a_service_does_not_start_with_a_damaged_memory(
    open_house: OpenHouse, folder: Path
) -> None:
    open_house()  # stores the product's spec
    folder.mkdir(parents=True)
    (folder / "top.qcn").write_bytes(b"damaged")
    with pytest.raises(NormalityError, match="is not a memory"):
        open_house()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"spec": "other"}, "was learnt for other, not for test-bowl"),
        ({"mm_per_px": None, "spec": None}, "was learnt for whole photos"),
        ({"view": "side"}, "an expert on side, which is no view of test-bowl@2"),
    ],
)
def test_experts_on_something_else_are_refused(
    house: House, folder: Path, memory: Normality, changes: dict[str, Any], why: str
) -> None:
    folder.mkdir(parents=True)
    card = memory.card.model_copy(update=changes)
    save(folder / "top.qcn", assemble(card, memory.memory, memory.bank, memory.encoder))
    with house.runtime.database.reading() as session:
        found = {one.subject: one for one in examine(session, house.runtime.settings)}
    assert why in found["experts on test-bowl"].detail


def test_a_judge_of_another_product_is_refused(house: House, folder: Path) -> None:
    folder.mkdir(parents=True)
    write_judge(folder / "top.json", JUDGE.model_copy(update={"spec": "other"}))
    with pytest.raises(JudgeError, match="was fitted for other, not for test-bowl"):
        house.runtime.experts.read(SPEC)
