"""`qc spec`: to Excel and back by the program."""

from openpyxl import load_workbook
from program import BOWL_SPEC

from qc.spec import find_spec, read_spec


def test_export_read_and_use_as_a_spec(qc, tmp_path):
    workbook, text = tmp_path / "bowl.xlsx", tmp_path / "bowl.yaml"
    assert qc("spec", "export", BOWL_SPEC, "--out", str(workbook)).status == 0
    assert qc("spec", "read", str(workbook), "--out", str(text)).status == 0
    assert find_spec(str(workbook)) == read_spec(text) == find_spec(BOWL_SPEC)
    assert qc("spec", "read", str(workbook)).out == text.read_text("utf-8")
    assert qc("spec", "export", str(text), "--out", str(tmp_path / "bowl.txt")).status == 65


def test_template_is_checked_cell_by_cell(qc, tmp_path):
    path = tmp_path / "new.xlsx"
    assert qc("spec", "template", "--out", str(path)).status == 0
    book = load_workbook(path)
    book["Spec"]["B2"].value = "spoon"
    book["Dimensions"]["G2"].value = "12,5"
    book.save(path)
    run = qc("spec", "check", str(path))
    assert run.status == 65
    assert "new.xlsx:Spec!B4: “Buyer” is missing" in run.out
    assert "new.xlsx:Dimensions!G2: “Nominal (mm)” holds the text “12,5”" in run.out
    assert "Spec!B2" not in run.out
    assert qc("spec", "read", str(path)).out == run.out
