from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from qc.cli.mat import app
from qc.geometry.mat import read_mat, standard_mat


def test_the_command_writes_the_three_files(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["print", "--paper", "A3", "--out", str(tmp_path / "new")])
    assert result.exit_code == 0, result.output
    assert read_mat(tmp_path / "new" / "mat.json") == standard_mat("A3")
    assert (tmp_path / "new" / "mat.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "new" / "mat.png").stat().st_size > 0


def test_the_command_names_the_papers_it_knows(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["print", "--paper", "A5", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "A4" in result.output
