"""A run's configuration: what it does not know is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.config import TrainingConfig
from training.errors import TrainingDataError


def test_a_configuration_comes_back(tmp_path: Path) -> None:
    config = TrainingConfig(frequency={"scratch": 2.0}, minutes=3)
    config.write(tmp_path / "config.json")
    assert TrainingConfig.read(tmp_path / "config.json") == config


def test_a_misspelt_type_is_named_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"frequency": {"scrach": 2}}')
    with pytest.raises(TrainingDataError, match=r"'scrach'; there are: crack, chip"):
        TrainingConfig.read(path)
