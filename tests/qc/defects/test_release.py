"""Only the weights that a release states are ever loaded."""

from __future__ import annotations

import json
from pathlib import Path

import networks
import pytest

from qc.defects.detector import Detector
from qc.defects.release import MODELS_VARIABLE, active_folder, models_folder, read_release
from qc.errors import ReleaseError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return networks.write_release(
        tmp_path / "detector" / "1.2.3", networks.colours(), networks.COLOURS, version="1.2.3"
    )


@pytest.fixture
def models(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder named by the environment, with one release and none active."""
    monkeypatch.setenv(MODELS_VARIABLE, str(folder.parents[1]))
    return folder.parents[1]


def test_a_whole_release_is_read(folder: Path) -> None:
    release = read_release(folder)
    assert release.reference == "detector@1.2.3"
    assert release.types == networks.COLOURS


@pytest.mark.parametrize("name", ["model.onnx", "release.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ReleaseError, match=rf"cannot read .*{name}.*trusted copy"):
        read_release(folder)


@pytest.mark.parametrize("position", [0, 100, -1])
def test_one_altered_byte_of_the_weights_is_refused(folder: Path, position: int) -> None:
    path = folder / "model.onnx"
    weights = bytearray(path.read_bytes())
    weights[position] ^= 1
    path.write_bytes(weights)
    with pytest.raises(ReleaseError, match="not the model of the release"):
        Detector.load(folder)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"types": []}, "types"),
        ({"mm_per_px": 0}, "mm_per_px"),
        ({"version": "new"}, "version"),
        ({"sha256": "00"}, "sha256"),
        ({"weights_url": "http://localhost"}, "weights_url"),
    ],
)
def test_a_wrong_field_is_named(folder: Path, change: dict[str, object], says: str) -> None:
    path = folder / "release.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change), encoding="utf-8")
    with pytest.raises(ReleaseError, match=rf"release\.json: {says}"):
        read_release(folder)


def test_a_file_that_is_not_json_is_refused(folder: Path) -> None:
    (folder / "release.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(ReleaseError, match=r"release\.json: file"):
        read_release(folder)


def test_the_environment_names_the_models_folder(models: Path) -> None:
    assert models_folder() == models


def test_without_a_marker_no_release_is_active(models: Path) -> None:
    assert (models / "detector").is_dir()
    assert active_folder() is None
    assert Detector.load_active() is None


def test_the_marker_names_the_active_release(models: Path, folder: Path) -> None:
    (models / "detector" / "ACTIVE").write_text("1.2.3\n", encoding="utf-8")
    assert active_folder() == folder
    detector = Detector.load_active()
    assert detector is not None
    assert detector.reference == "detector@1.2.3"


def test_a_marker_that_names_a_missing_version_is_an_error(models: Path) -> None:
    (models / "detector" / "ACTIVE").write_text("9.9.9", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"ACTIVE names '9\.9\.9', which is not there"):
        Detector.load_active()
