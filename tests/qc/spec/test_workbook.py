"""Specs to Excel and back: the same spec comes out."""

from io import BytesIO

from hypothesis import HealthCheck, given, settings
from openpyxl import load_workbook
from spec_strategies import specs

from qc.spec import Spec, example_specs, parse_spec
from qc.spec.dimension import dimension_models
from qc.spec.files import parse_file
from qc.spec.workbook import read_workbook, template_workbook, write_workbook
from qc.spec.workbook.layout import (
    COLOUR,
    DEFECTS,
    DIMENSIONS,
    GRAIN,
    MOISTURE,
    SHEETS,
    SPEC,
    VIEWS,
)
from qc.spec.writer import to_yaml


def test_examples_come_back_as_they_were():
    assert len(example_specs()) == 5
    for spec in example_specs():
        assert parse_file(write_workbook(spec), "spec.xlsx") == spec
        assert parse_file(to_yaml(spec).encode(), "spec.yaml") == spec


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(specs())
def test_any_spec_comes_back_from_excel_as_it_was(spec):
    assert read_workbook(write_workbook(spec), "spec.xlsx") == spec


@settings(max_examples=40, deadline=None)
@given(specs())
def test_any_spec_comes_back_from_yaml_as_it_was(spec):
    assert parse_spec(to_yaml(spec), "spec.yaml") == spec


def test_default_tolerance_is_left_to_the_reader():
    (seat,) = (spec for spec in example_specs() if spec.id == "lennox-seat-300")
    sheet = load_workbook(BytesIO(write_workbook(seat)))["Dimensions"]
    headers = [cell.value for cell in sheet[1]]
    row = dict(zip(headers, [cell.value for cell in sheet[2]], strict=True))
    assert row["Nominal (mm)"] == 300
    assert row["Lower limit (mm)"] is row["Upper limit (mm)"] is row["Limits not agreed"] is None


def test_every_field_of_a_spec_has_its_cell():
    def keys(model):
        return set(model.model_fields)

    def tops(sheet):
        return {field.path[0] for field in sheet.fields}

    parts = {sheet.part for sheet in SHEETS if sheet.part}
    assert tops(SPEC) | parts == keys(Spec)
    assert tops(DIMENSIONS) - {GRAIN} == set().union(*map(keys, dimension_models().values()))
    for sheet in (VIEWS, DEFECTS, COLOUR, MOISTURE):
        model = Spec.model_fields[sheet.part].annotation
        inner = next(arg for arg in model.__args__ if arg not in (Ellipsis, type(None)))
        assert tops(sheet) | {"radial", "tangential"} == keys(inner) | {"radial", "tangential"}


def test_choices_are_those_of_the_models():
    """What a list offers is what the spec accepts: one of each feature's own values."""
    for sheet in SHEETS:
        for field in sheet.fields:
            assert len(",".join(field.choices)) <= 255  # Excel's limit on a list in a cell


def test_template_offers_lists_and_says_what_is_needed():
    book = load_workbook(BytesIO(template_workbook()))
    assert book.sheetnames == ["Instructions", *(sheet.title for sheet in SHEETS)]
    offered = {
        str(rule.sqref): rule.formula1
        for rule in book["Dimensions"].data_validations.dataValidation
        if rule.type == "list"
    }
    assert offered["F2:F41"] == '"critical,major,minor"'
    assert offered["E2:E41"] == "Views!$A$2:$A$9"
    needed = book["Dimensions"]["A2"].fill.fgColor.rgb
    assert book["Dimensions"]["D41"].fill.fgColor.rgb == needed
    assert book["Dimensions"]["B2"].fill.fgColor.rgb != needed
    said = {str(cell.value) for row in book["Instructions"].iter_rows() for cell in row}
    assert {field.help for sheet in SHEETS for field in sheet.fields} <= said


def test_a_filled_template_is_the_spec_that_was_meant():
    book = load_workbook(BytesIO(template_workbook()))
    for row, value in {
        2: "spoon", 4: "Kowabo", 7: "spoon", 8: "Spoon", 9: "Sendok", 10: "beech", 11: "a3",
    }.items():  # fmt: skip
        book["Spec"].cell(row, 2).value = value
    book["Views"].append([])
    for column, value in enumerate(["top", "Up.", "Atas."], start=1):
        book["Views"].cell(2, column).value = value
    for column, value in {1: " length ", 4: "Length", 7: 200, 10: 8, 26: "tangential"}.items():
        book["Dimensions"].cell(5, column).value = value  # rows may be left empty
    book["Moisture"]["B2"], book["Moisture"]["B3"] = 2, "beech-american"
    target = BytesIO()
    book.save(target)
    spec = read_workbook(target.getvalue(), "spoon.xlsx")
    (length,) = spec.dimensions
    assert (spec.reference, spec.example, spec.mat) == ("spoon@1", False, "A3")
    assert (length.name, length.lower_mm, length.default_tolerance) == ("length", 194, True)
    assert spec.moisture.tangential == ("length",)
