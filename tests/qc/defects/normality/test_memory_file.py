"""A memory's file: what goes in comes out, and nothing else is accepted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import goods
import numpy as np
import pytest

from qc.defects.normality import Encoder, Line, Normality, load, save, storage, teach
from qc.defects.normality.model import picture_score
from qc.errors import NormalityError, ReleaseError


@pytest.fixture
def path(memory: Normality, tmp_path: Path) -> Path:
    save(tmp_path / "wood.qcn", memory)
    return tmp_path / "wood.qcn"


def test_a_memory_judges_the_same_after_a_round_trip(
    memory: Normality, path: Path, encoder: Encoder
) -> None:
    again = load(path, encoder)
    assert (again.reference, again.card) == (memory.reference, memory.card)
    photo = goods.photo(300, spot_at=(90, 90))
    assert again.judge(photo).score == memory.judge(photo).score
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("share", np.linspace(0.001, 0.999, 12))
def test_a_changed_byte_is_noticed(path: Path, encoder: Encoder, share: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(share * len(data))] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(NormalityError, match=r"altered|not a memory|cannot read"):
        load(path, encoder)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04" * 20])
def test_other_files_are_refused(tmp_path: Path, encoder: Encoder, content: bytes) -> None:
    path = tmp_path / "wood.qcn"
    path.write_bytes(content)
    with pytest.raises(NormalityError, match=r"not a memory|cannot read"):
        load(path, encoder)


def test_nothing_pickled_is_ever_loaded(tmp_path: Path, encoder: Encoder) -> None:
    path = tmp_path / "wood.npz"
    np.savez(path, sha256=np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(NormalityError, match="not a memory"):
        load(path, encoder)


def test_a_missing_file_is_named(tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(NormalityError, match="cannot read"):
        load(tmp_path / "none.qcn", encoder)


def test_an_encoder_with_a_changed_byte_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "0.1.0"
    shutil.copytree(goods.ENCODER, folder)
    weights = bytearray((folder / "model.onnx").read_bytes())
    weights[len(weights) // 2] ^= 1
    (folder / "model.onnx").write_bytes(weights)
    with pytest.raises(ReleaseError, match="not the model of the release"):
        Encoder.load(folder)


OLD = goods.ENCODER.parent / "0.1.0"


def test_a_memory_of_the_first_version_judges_as_it_did(tmp_path: Path) -> None:
    """Written before there was suspicion, with the encoder of that time."""
    old = Encoder.load(OLD)
    names = [f"{seed}.png" for seed in range(6)]
    taught = teach(names, goods.photo, Line("wood", size_px=128), old)
    parts = storage._parts(taught.card, taught.memory, taught.bank)
    card = taught.card.model_dump(exclude={"suspicion_weight", "usual_suspicion"})
    parts |= {
        "format": storage._text("teliti-normality-1"),
        "card": storage._text(json.dumps(card)),
    }
    np.savez(tmp_path / "old", sha256=storage._text(storage._digest(parts)), **parts)
    read = load(tmp_path / "old.npz", old)
    photo = goods.photo(300, spot_at=(90, 90))
    (picture,) = read.pictures(photo)
    found = read.compare(picture)
    plain = read.memory.weigh(found.distance, found.row)
    assert read.judge(photo).score == picture_score(plain.ravel())
    assert read.judge(photo).alarm


def test_a_later_version_is_refused(memory: Normality, tmp_path: Path, encoder: Encoder) -> None:
    parts = storage._parts(memory.card, memory.memory, memory.bank)
    parts["format"] = storage._text("teliti-normality-3")
    np.savez(tmp_path / "new", sha256=storage._text(storage._digest(parts)), **parts)
    with pytest.raises(NormalityError, match="another version"):
        load(tmp_path / "new.npz", encoder)


def test_another_encoder_than_the_one_learnt_with_is_refused(path: Path, encoder: Encoder) -> None:
    other = Encoder(
        encoder.release.model_copy(update={"sha256": "0" * 64, "version": "9.9.9"}),
        encoder._session,
    )
    with pytest.raises(NormalityError, match=r"learnt with encoder@0\.2\.0, not with encoder@9"):
        load(path, other)
