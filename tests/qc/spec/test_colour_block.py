"""The spec's colour: read from YAML, each error at its line."""

import pytest

from qc.errors import SpecError
from qc.spec import parse_spec
from qc.spec.colour import Colour

SPEC = """\
id: spoon
version: 1
buyer: Kowabo
example: true
mat: A3
product: {id: spoon, name: {en: Spoon, id: Sendok}, material: beech}
views:
  - {name: top, instruction: {en: Hollow up., id: Cekungan di atas.}}
colour:
  reference_lab: [70.5, 9, 24]
  max_delta_e: 5
"""


def test_colour_block():
    colour = parse_spec(SPEC, "spoon.yaml").colour
    assert colour == Colour(reference_lab=(70.5, 9, 24), max_delta_e=5, view="top")
    srgb = SPEC.replace("reference_lab: [70.5, 9, 24]", "reference_srgb: [190, 150, 100]")
    assert parse_spec(srgb, "spoon.yaml").colour.reference_srgb == (190, 150, 100)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("max_delta_e: 5", "max_delta_e: 0", 11, "`max_delta_e` must be above 0"),
        ("max_delta_e: 5", "max_deltae: 5", 11, "did you mean `max_delta_e`?"),
        ("[70.5, 9, 24]", "[170, 9, 24]", 10, "L\\*, 0 to 100"),
        ("[70.5, 9, 24]", "[70, 9]", 10, "missing|entr"),
        ("[70.5, 9, 24]", "[70, 9, 200]", 10, "at most 128"),
        ("reference_lab: [70.5, 9, 24]", "reference_srgb: [300, 0, 0]", 10, "at most 255"),
        ("reference_lab: [70.5, 9, 24]\n  ", "", 9, "either reference_lab or reference_srgb"),
        (
            "max_delta_e: 5",
            "max_delta_e: 5\n  reference_srgb: [1, 2, 3]",
            10,
            "either reference_lab or reference_srgb",
        ),
        ("max_delta_e: 5", "max_delta_e: 5\n  view: side", 12, "colour names view 'side'"),
    ],
)
def test_errors_name_their_line(old, new, line, message):
    with pytest.raises(SpecError, match=message) as caught:
        parse_spec(SPEC.replace(old, new), "spoon.yaml")
    assert caught.value.location == f"spoon.yaml:{line}"
