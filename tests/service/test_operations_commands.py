"""`qc backup`, `qc restore` and `qc doctor` as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from conftest import House, jpeg
from typer.testing import CliRunner

from service.cli import backup, doctor, restore

pytestmark = pytest.mark.files


@pytest.fixture
def run() -> CliRunner:
    return CliRunner()


app = typer.Typer()
for command in (backup, restore, doctor):
    app.command()(command)


def test_back_up_check_restore_and_examine(house: House, run: CliRunner, tmp_path: Path) -> None:
    house.upload(jpeg(1))
    data, restored = house.runtime.settings.storage.data_dir, tmp_path / "restored"
    done = run.invoke(app, ["backup", str(tmp_path / "b"), "--data-dir", str(data)])
    assert done.exit_code == 0
    assert "1 photos, checked" in done.output.replace("\n", " ")
    (manifest,) = (tmp_path / "b").glob("*/manifest.json")
    done = run.invoke(app, ["restore", str(manifest.parent), "--check"])
    assert "is whole: 1 photos" in done.output.replace("\n", " ")
    done = run.invoke(app, ["restore", str(manifest.parent), "--data-dir", str(restored)])
    assert done.exit_code == 0
    done = run.invoke(app, ["doctor", "--data-dir", str(restored), "--json"])
    states = {finding["subject"]: finding["state"] for finding in json.loads(done.output)}
    assert (states["photos"], states["database"]) == ("good", "good")


def test_the_doctor_exits_with_a_status_where_something_is_bad(
    house: House, run: CliRunner
) -> None:
    house.upload(jpeg(1))
    data = house.runtime.settings.storage.data_dir
    next((data / "photos").glob("??/*")).unlink()
    done = run.invoke(app, ["doctor", "--data-dir", str(data)])
    assert done.exit_code == 65
    assert "none of 1 photos" in done.output
