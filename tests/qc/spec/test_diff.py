"""What changed between versions: nothing where nothing did, each field once, and the way back."""

from hypothesis import HealthCheck, given, settings
from spec_strategies import specs

from qc.spec import example_specs
from qc.spec.base import Zone
from qc.spec.diff import compare

calm = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@calm
@given(specs(), specs())
def test_the_way_back_swaps_before_and_after(one, other):
    assert compare(one, one) == ()
    there = {(c.part, c.row, c.key): (c.before, c.after) for c in compare(one, other)}
    back = {(c.part, c.row, c.key): (c.after, c.before) for c in compare(other, one)}
    assert there == back
    assert all(before != after for before, after in there.values())


def test_a_change_is_named_in_words_with_its_unit():
    (bowl,) = (spec for spec in example_specs() if spec.id == "mitsubishi-bowl-150")
    (rim,) = bowl.dimensions
    tighter = rim.model_copy(update={"upper_mm": 150.5})
    later = bowl.model_copy(update={"version": 3, "dimensions": (tighter,)})
    (change,) = compare(bowl, later)
    assert (change.part, change.row, change.label, change.unit) == (
        "dimensions",
        "rim diameter",
        "Upper limit",
        "mm",
    )
    assert (change.before, change.after) == (151, 150.5)


def test_the_order_of_rows_says_nothing():
    bowl = example_specs()[0]
    turned = bowl.model_copy(update={"defects": bowl.defects[::-1]})
    assert compare(bowl, turned) == ()


def test_rules_of_one_type_are_told_apart_by_their_zone():
    bowl = example_specs()[0]
    rule = bowl.defects[0]
    zoned = rule.model_copy(update={"zone": Zone.A, "max_length_mm": 2.5})
    later = bowl.model_copy(update={"version": 9, "defects": (*bowl.defects, zoned)})
    (change,) = compare(bowl, later)
    assert (change.kind, change.row) == ("added", f"{rule.type} A")
    assert "2.5" in change.after
