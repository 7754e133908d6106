"""The program's frame: version, usage, specs."""

from __future__ import annotations

from importlib import resources
from importlib.metadata import version
from pathlib import Path

import pytest
from program import Program

from qc.spec.examples import example_specs


def test_version_is_that_of_the_distribution(qc: Program) -> None:
    run = qc("--version")
    assert (run.status, run.out) == (0, f"teliti {version('teliti')}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("inspekt",),
        ("inspect",),
        ("inspect", "photo.jpg"),
        ("bench", "--runs", "0"),
        ("mat", "print", "--paper", "A5", "--out", "mat"),
        ("spec", "check"),
    ],
    ids=" ".join,
)
def test_usage_errors_have_their_own_status(qc: Program, arguments: tuple[str, ...]) -> None:
    run = qc(*arguments)
    assert run.status == 64
    assert run.err.startswith("qc: ")
    assert "Traceback" not in run.err
    assert run.out == ""


def test_specs_are_listed(qc: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    run = qc("spec", "list")
    assert run.status == 0
    for spec in example_specs():
        (line,) = [line for line in run.out.splitlines() if spec.reference in line]
        assert spec.buyer in line
        assert all(f"{d.name} {d.nominal_mm:g}" in line for d in spec.dimensions)


def test_good_specs_are_valid(qc: Program) -> None:
    examples = Path(str(resources.files("qc.spec"))) / "examples"
    paths = sorted(examples.glob("*.yaml"))
    run = qc("spec", "check", *paths)
    assert run.status == 0
    assert [line.split(": ")[0] for line in run.out.splitlines()] == [str(p) for p in paths]
    assert run.out.count("is valid") == len(paths) == 5


def test_one_bad_spec_does_not_hide_the_good_one(qc: Program, tmp_path: Path) -> None:
    good = resources.files("qc.spec") / "examples" / "kowabo-spoon-200.yaml"
    bad = tmp_path / "spoon.yaml"
    lines = good.read_text(encoding="utf-8").splitlines()
    line = next(i for i, text in enumerate(lines) if text.strip() == "upper_mm: 201.5")
    lines[line] = lines[line].replace("201.5", "20.15")
    bad.write_text("\n".join(lines), encoding="utf-8")
    run = qc("spec", "check", bad, str(good))
    assert run.status == 65
    said_of_bad, said_of_good = run.out.splitlines()
    assert said_of_bad.startswith(f"spoon.yaml:{line + 1}: upper_mm must be above lower_mm")
    assert said_of_good.endswith("kowabo-spoon-200@2 is valid")
