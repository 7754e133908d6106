"""`qc gauge`: the report as table and JSON, the charts, and errors with their status."""

from pathlib import Path

from program import Program

STUDY = "part,operator,trial,value\n" + "".join(
    f"{part},{operator},{trial},{150 + part + 0.1 * trial * (1 + part % 2) + shift}\n"
    for part in range(5)
    for operator, shift in (("Ayu", 0.0), ("Budi", 0.2))
    for trial in range(2)
)


def test_the_report_and_its_charts(qc: Program, tmp_path: Path) -> None:
    path = tmp_path / "study.csv"
    path.write_text(STUDY)
    run = qc("gauge", path, "--tolerance", 2, "--plots", tmp_path / "plots")
    assert run.status == 0
    assert "5 parts × 2 operators × 2 trials" in run.out
    assert "% of tolerance" in run.out
    assert "distinct categories" in run.out
    assert {p.name for p in (tmp_path / "plots").iterdir()} == {
        "by-part.svg",
        "by-operator.svg",
        "interaction.svg",
        "components.svg",
    }
    report = qc("gauge", path, "--json").json()
    assert report["parts"] == 5
    assert report["grr_percent_of_tolerance"] is None


def test_an_unbalanced_study_is_an_error_of_data(qc: Program, tmp_path: Path) -> None:
    path = tmp_path / "study.csv"
    path.write_text(STUDY.removesuffix(STUDY.splitlines()[-1] + "\n"))
    run = qc("gauge", path)
    assert run.status == 65
    assert "1 times, others 2 times" in run.err
    assert "Add the missing readings" in run.err
