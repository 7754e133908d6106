"""Specs from text: every error names its line, and nothing but SpecError comes out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.errors import SpecError
from qc.spec import example_specs, find_spec, parse_spec, read_spec
from qc.spec.base import Zone

SPOON = """\
id: spoon
version: 1
buyer: Kowabo
example: true
mat: A3
product:
  id: spoon
  name: {en: Spoon, id: Sendok}
  material: beech
views:
  - name: top
    instruction: {en: Hollow up., id: Cekungan di atas.}
dimensions:
  - name: length
    feature: length
    nominal_mm: 200
    lower_mm: 198
    upper_mm: 202
    height_mm: 8
defects:
  - {type: crack, severity: critical}
"""


def test_valid_spec():
    spec = parse_spec(SPOON, "spoon.yaml")
    assert spec.reference == "spoon@1"
    assert spec.dimensions[0].upper_mm == 202
    assert spec.rule_for("crack").severity == "critical"


@pytest.mark.parametrize(
    ("old", "new", "location", "message"),
    [
        ("upper_mm: 202", "upper_mm: 197", 18, "upper_mm must be above lower_mm"),
        ("nominal_mm: 200", "nominal_mm: 210", 16, "nominal_mm must lie between"),
        ("buyer:", "buyr:", 3, "did you mean `buyer`?"),
        ("    nominal_mm: 200\n", "", 14, "`nominal_mm` is missing"),
        ("nominal_mm: 200", "nominal_mm: two", 16, "`nominal_mm` must be a number"),
        ("version: 1", "version: 1.5", 2, "`version` must be a whole number"),
        ("feature: length", "feature: lenght", 15, "did you mean `length`?"),
        ("height_mm: 8", "height_mm: -1", 19, "`height_mm` must be at least 0"),
        ("height_mm: 8", "height_mm: .inf", 19, "`height_mm` must be a finite number"),
        ("version: 1\n", "version: 1\nversion: 2\n", 3, "`version` stands twice"),
        ("severity: critical", "severity: bad", 21, "`severity` must be"),
        ("id: spoon\n", "id: Spoon!\n", 1, "lower-case letters, digits"),
        ("product:\n  id", "product:\n\tid", 7, "a tab stands where"),
        ("nominal_mm: 200", "nominal_mm: true", 16, "`nominal_mm` must be a number"),
        ("nominal_mm: 200", "nominal_mm: '200'", 16, "`nominal_mm` must be a number"),
        ("material: beech", "material: 'beech", 9, "a quotation mark is not closed"),
        ("buyer: Kowabo", "buyer: Kowabo: Tokyo", 3, "put text with a colon in quotes"),
        ("buyer: Kowabo", "buyer: @kowabo", 3, "put text that begins with @"),
        ("severity: critical}", "severity: critical", 21, "a bracket or brace is not closed"),
        ("mat: A3", "---\nmat: A3", 5, "a file holds one spec"),
        ("version: 1", "version: *v", 2, "anchors and aliases"),
        ("version: 1", "version: !!int '1'", 2, "is not allowed"),
        ("version: 1", "version: &v 1", 2, "anchors and aliases"),
        ("version: 1", "version: !!python/object 1", 2, "is not allowed"),
        ("  - name: top", "  - name: side\n    instruction: {en: x, id: x}\n  - name: side", 11,
         "view 'side' stands twice"),
    ],
)  # fmt: skip
def test_errors_name_their_line(old, new, location, message):
    assert old in SPOON
    with pytest.raises(SpecError) as caught:
        parse_spec(SPOON.replace(old, new, 1), "spoon.yaml")
    assert message in str(caught.value)
    if "twice" not in message or "version" in message:
        assert caught.value.location == f"spoon.yaml:{location}"


@pytest.mark.parametrize("text", ["", "# nothing", "- a\n- b", "text", "42"])
def test_what_is_no_spec_at_all(text):
    with pytest.raises(SpecError, match="key: value"):
        parse_spec(text, "x.yaml")


def test_default_tolerance_is_three_per_cent_and_marked():
    spec = parse_spec(SPOON.replace("    lower_mm: 198\n    upper_mm: 202\n", ""), "spoon.yaml")
    (dimension,) = spec.dimensions
    assert (dimension.lower_mm, dimension.upper_mm) == (194.0, 206.0)
    assert dimension.default_tolerance


def test_one_limit_alone_is_not_completed_silently():
    with pytest.raises(SpecError, match="`lower_mm` is missing"):
        parse_spec(SPOON.replace("    lower_mm: 198\n", ""), "spoon.yaml")


def test_plain_values_follow_yaml_1_2():
    text = SPOON.replace("buyer: Kowabo", "buyer: no").replace("beech", "2026-11-24")
    spec = parse_spec(text.replace("nominal_mm: 200", "nominal_mm: +2.0e2"), "spoon.yaml")
    assert (spec.buyer, spec.product.material) == ("no", "2026-11-24")
    assert spec.dimensions[0].nominal_mm == 200


@pytest.mark.parametrize("tag", ["!!bool x", "!!int ''", "!!float _", "!!set {a}", "!x y"])
def test_tags_that_trip_the_parser_are_refused(tag):
    with pytest.raises(SpecError, match=r"x\.yaml:1: .*not allowed"):
        parse_spec(f"id: {tag}", "x.yaml")


def test_deep_nesting_and_large_files_are_refused_quickly():
    with pytest.raises(SpecError):
        parse_spec("[" * 5000, "x.yaml")
    with pytest.raises(SpecError, match="larger than"):
        parse_spec("a: " + "x" * 100_000, "x.yaml")


@given(st.text(max_size=200))
def test_any_text_gives_a_spec_error(text):
    with pytest.raises(SpecError):
        parse_spec(text, "x.yaml")


@given(st.integers(0, len(SPOON) - 1), st.characters())
def test_any_typo_gives_a_spec_or_a_spec_error(position, character):
    text = SPOON[:position] + character + SPOON[position + 1 :]
    try:
        parse_spec(text, "x.yaml")
    except SpecError as error:
        location = error.location
    else:
        location = "x.yaml"
    assert location.startswith("x.yaml")


def test_missing_file_and_wrong_encoding(tmp_path):
    with pytest.raises(SpecError, match="cannot read spec"):
        read_spec(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("buyer: Möbel".encode("latin-1"))
    with pytest.raises(SpecError, match="UTF-8"):
        read_spec(tmp_path / "latin.yaml")


def test_examples_are_five_buyers_marked_as_examples():
    specs = example_specs()
    assert {spec.buyer for spec in specs} == {"Mitsubishi", "Kowabo", "Daiso", "Asung", "Lennox"}
    assert all(spec.example for spec in specs)
    assert all(d.label for spec in specs for d in spec.dimensions)
    assert any(d.default_tolerance for spec in specs for d in spec.dimensions)


def test_unknown_example_names_the_known_ones():
    with pytest.raises(SpecError, match="mitsubishi-bowl-150"):
        find_spec("bowl")


def test_the_documented_zones_are_a_spec():
    written = Path(__file__).parents[3].joinpath("docs/defects.md").read_text("utf-8")
    block = written.split("```yaml\n")[1].split("```")[0]
    spec = parse_spec(SPOON.split("views:")[0] + block, "docs.yaml")
    assert spec.has_zones
    assert spec.rule_for("scratch", Zone.A).severity == "major"
    assert spec.rule_for("scratch", Zone.C).severity == "minor"
    assert spec.rule_for("stain", Zone.C).severity == "acceptable"
