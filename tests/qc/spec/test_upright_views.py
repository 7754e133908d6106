"""Views before an upright mat: what a spec may say of them, in YAML and in Excel alike."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from qc.errors import SpecError
from qc.spec import parse_spec
from qc.spec.diff import compare
from qc.spec.files import parse_file
from qc.spec.workbook import write_workbook
from qc.spec.writer import to_yaml

BOWL = """\
id: bowl
version: 1
buyer: Kowabo
example: true
mat: A3
product:
  id: bowl
  name: {en: Bowl, id: Mangkuk}
  material: teak
views:
  - name: top
    instruction: {en: Opening up., id: Mulut di atas.}
  - name: side
    mat: upright
    top: back
    height_of: top
    stand_mm: 50
    instruction: {en: On the block., id: Di atas balok.}
dimensions:
  - name: rim
    feature: diameter
    edge: rim
    nominal_mm: 150
  - name: height
    feature: height
    view: side
    nominal_mm: 60
defects:
  - {type: crack, severity: critical}
"""


def test_a_height_is_measured_in_an_upright_view():
    spec = parse_spec(BOWL, "bowl.yaml")
    top, side = spec.views
    assert (top.is_judged, side.is_judged) == (True, False)
    assert (top.mat, side.stand_mm, side.gap_mm) == ("lying", 50, None)
    height = spec.dimensions[1]
    assert (height.feature, height.lower_mm, height.default_tolerance) == ("height", 58.2, True)
    assert not hasattr(height, "height_mm")
    assert side.zones == ()


def test_it_comes_back_from_yaml_and_excel_as_it_was():
    spec = parse_spec(BOWL, "bowl.yaml")
    assert parse_spec(to_yaml(spec), "bowl.yaml") == spec
    assert parse_file(write_workbook(spec), "bowl.xlsx") == spec


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("    mat: upright\n", "", 16, "stand_mm is of an upright mat"),
        ("mat: upright", "mat: standing", 14, "`mat` must be 'lying' or 'upright'"),
        ("    edge: rim\n", "", 20, "needs `edge: rim`"),
        ("edge: rim", "edge: round", 22, "needs `edge: rim`"),
        ("    view: side\n", "", 24, "feature height, and nothing else"),
        ("    edge: rim\n", "    edge: rim\n    view: side\n", 23, "feature height, and nothing"),
        ("stand_mm: 50", "stand_mm: -5", 17, "`stand_mm` must be at least 0"),
        ("top: back", "top_depth_mm: 12", 15, "top_depth_mm needs top_radius_mm"),
        ("    top: back\n", "", 14, "where the item's top is must be said"),
        ("stand_mm: 50", "top_depth_mm: 12", 17, "top or top_depth_mm, not both"),
        ("stand_mm: 50", "gap_u95_mm: 1", 17, "gap_u95_mm needs gap_mm"),
        ("top: back", "top_depth_of: rim\n    top_radius_mm: 9", 15, "must name a length"),
        ("stand_mm: 50", "edge_zone: B\n    edge_band_mm: 3", 17, "no surface is judged"),
        ("height_of: top", "height_of: side", 16, "height_of must name another view"),
        ("mat: A3\n", "mat: A3\nparts: 2\n", 15, "mat: upright needs parts: 1"),
    ],
)
def test_contradictions_are_located(old, new, line, message):
    text = BOWL.replace(old, new, 1)
    assert text != BOWL
    with pytest.raises(SpecError) as caught:
        parse_spec(text, "bowl.yaml")
    said = {fault.location: fault.message for fault in caught.value.faults}
    assert message in said[f"line {line}"]


def test_a_view_that_measures_nothing_and_two_that_give_one_height_are_refused():
    nothing = BOWL.replace("    height_of: top\n", "").replace("view: side", "view: top")
    with pytest.raises(SpecError, match="measures nothing"):
        parse_spec(nothing, "bowl.yaml")
    aside = "  - {name: aside, height_of: top, instruction: {en: A., id: B.}}\ndimensions:"
    with pytest.raises(SpecError, match="both give the height of 'top'"):
        parse_spec(BOWL.replace("dimensions:", aside), "bowl.yaml")


def test_contradictions_are_located_in_excel():
    book = load_workbook(BytesIO(write_workbook(parse_spec(BOWL, "bowl.yaml"))))
    headers = {cell.value.rstrip(" *"): cell.column for cell in book["Views"][1]}
    book["Views"].cell(3, headers["Mat stands"]).value = "lying"
    changed = BytesIO()
    book.save(changed)
    with pytest.raises(SpecError) as caught:
        parse_file(changed.getvalue(), "bowl.xlsx")
    column = book["Views"].cell(3, headers["Block (mm)"]).coordinate
    said = {fault.location: fault.message for fault in caught.value.faults}
    assert "is of an upright mat" in said[f"Views!{column}"]


def test_a_changed_block_is_a_change_of_the_spec():
    before = parse_spec(BOWL, "bowl.yaml")
    after = parse_spec(BOWL.replace("stand_mm: 50", "stand_mm: 60"), "bowl.yaml")
    (change,) = compare(before, after)
    assert (change.row, change.label, change.unit) == ("side", "Block", "mm")
    assert (change.before, change.after) == (50, 60)
