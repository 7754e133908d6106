"""Swelling after the Wood Handbook, and what a spec must say of it."""

import pytest

from qc.errors import SpecError
from qc.spec import parse_spec

SPEC = """\
id: bowl
version: 1
buyer: Kowabo
example: true
mat: A3
product: {id: bowl, name: {en: Bowl, id: Mangkuk}, material: maple}
views:
  - {name: top, instruction: {en: Opening up., id: Mulut di atas.}}
dimensions:
  - {name: rim, feature: diameter, nominal_mm: 200}
moisture:
  species: maple-sugar
  change_percent: 2
  tangential: [rim]
"""


def test_a_maple_bowl_of_200_mm_moves_by_1_4_mm():
    moisture = parse_spec(SPEC, "bowl.yaml").moisture
    change_mm = 200 * moisture.coefficient_of("rim") * moisture.change_percent
    assert change_mm == pytest.approx(1.4, abs=0.05)
    assert moisture.coefficient_of("height") is None


def test_own_coefficients_for_other_woods():
    own = "radial_per_percent: 0.001\n  tangential_per_percent: 0.002"
    text = SPEC.replace("species: maple-sugar", own)
    assert parse_spec(text, "bowl.yaml").moisture.coefficient_of("rim") == 0.002
    radial = text.replace("tangential: [rim]", "radial: [rim]")
    assert parse_spec(radial, "bowl.yaml").moisture.coefficient_of("rim") == 0.001


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("species: maple-sugar", "species: maple", "`species` must be"),
        ("  species: maple-sugar\n", "", "species is to be given"),
        ("change_percent: 2", "change_percent: 2\n  radial_per_percent: 0.001", "species is to be"),
        ("species: maple-sugar", "radial_per_percent: 0.001", "tangential_per_percent as well"),
        ("[rim]", "[foot]", "moisture names 'foot'"),
        ("[rim]", "[rim]\n  radial: [rim]", "both name 'rim'"),
        ("change_percent: 2", "change_percent: 20", "at most 8"),
    ],
)
def test_errors_say_what_is_wrong(old, new, message):
    with pytest.raises(SpecError, match=message) as caught:
        parse_spec(SPEC.replace(old, new), "bowl.yaml")
    assert caught.value.location.startswith("bowl.yaml:")
