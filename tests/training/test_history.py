"""A run's history: what it says can be read without torch, and is never half written."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from training.history import HISTORY, checked, curve, write_history


def test_a_check_tells_the_mean_loss_since_the_one_before() -> None:
    one = checked(50, 12.34, [1.0, 2.0, 0.5], {"crack": 0.12345, "mean": 0.5})
    assert one["step"] == 50
    assert one["seconds"] == 12.3
    assert one["loss"] == pytest.approx(3.5 / 3, abs=5e-5)
    assert one["average_precision"] == pytest.approx({"crack": 0.12345, "mean": 0.5}, abs=5.1e-5)


@pytest.mark.parametrize("losses", [[], [1.0, math.nan], [math.inf]])
def test_a_loss_that_is_no_number_is_left_open(losses: list[float]) -> None:
    assert checked(1, 0.0, losses, {"mean": 0.0})["loss"] is None


def test_a_history_is_one_json_object_a_line_and_gives_the_curve(tmp_path: Path) -> None:
    assert curve(tmp_path) == []
    checks = [checked(step, step, [1 / step], {"mean": step / 100}) for step in (10, 20)]
    write_history(tmp_path, checks[:1])
    write_history(tmp_path, checks)
    lines = (tmp_path / HISTORY).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == checks
    assert [path.name for path in tmp_path.iterdir()] == [HISTORY]
    assert curve(tmp_path) == [
        {"step": 10, "loss": 0.1, "mean_average_precision": 0.1},
        {"step": 20, "loss": 0.05, "mean_average_precision": 0.2},
    ]
