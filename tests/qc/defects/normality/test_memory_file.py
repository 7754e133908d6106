"""A memory's file: what goes in comes out, and nothing else is accepted."""

from __future__ import annotations

import shutil
from pathlib import Path

import goods
import numpy as np
import pytest

from qc.defects.normality import Encoder, Normality, load, save
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


def test_another_encoder_than_the_one_learnt_with_is_refused(path: Path, encoder: Encoder) -> None:
    other = Encoder(
        encoder.release.model_copy(update={"sha256": "0" * 64, "version": "9.9.9"}),
        encoder._session,
    )
    with pytest.raises(NormalityError, match=r"learnt with encoder@0\.1\.0, not with encoder@9"):
        load(path, other)
