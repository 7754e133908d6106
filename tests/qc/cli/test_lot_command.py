"""`qc lot plan`."""

from __future__ import annotations

import pytest
from program import Program


def test_the_usual_plan_is_printed(qc: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    run = qc("lot", "plan", "--size", 1200, "--oc")
    assert run.status == 0
    assert "ISO 2859-1:1999" in run.out
    (major,) = [line for line in run.out.splitlines() if line.startswith("major")]
    assert major.split()[1:] == [
        *("2.5", "normal", "single", "80", "5", "6"),
        *("3.32", "%", "7.06", "%", "11.28", "%"),
    ]


def test_json_carries_the_plan_and_its_characteristic(qc: Program) -> None:
    plan = qc(
        *("lot", "plan", "--size", 40, "--level", "II", "--json", "--oc"),
        *("--aql", "critical=none", "--aql", "minor=4.0"),
    ).json()
    assert [c["stages"] for c in plan["classes"]] == [
        [{"size": 13, "ac": 0, "re": 1}],
        [{"size": 13, "ac": 1, "re": 2}],
    ]
    assert [point["accepted"] for point in plan["oc"]["minor"]] == [0.95, 0.5, 0.1]


def test_a_plan_with_one_source_says_so(qc: Program) -> None:
    run = qc("lot", "plan", "--size", 1200, "--sampling", "double")
    assert "minor plan rests on one transcription" in run.out
    assert "major plan rests" not in run.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--size", 1), "begin at 2 units"),
        (("--size", 0), "begin at 2 units"),
        (("--size", 100, "--aql", "major=3"), "The nearest is 2.5 or 4"),
        (("--size", 100, "--aql", "major"), "Write one of critical, major, minor"),
        (("--size", 100, "--aql", "big=2.5"), "Write one of critical, major, minor"),
    ],
)
def test_what_cannot_be_planned_is_explained(
    qc: Program, arguments: tuple[object, ...], said: str
) -> None:
    run = qc("lot", "plan", *arguments)
    assert (run.status, run.out) == (65, "")
    assert said in run.err
