"""Plans of lots: classes, 100 % inspection, what cannot be asked, and what a plan accepts."""

from __future__ import annotations

import numpy as np
import pytest

from qc.decision.sampling import (
    AQLS,
    ClassPlan,
    InspectionSeverity,
    LotPlan,
    Sampling,
    acceptance,
    plan_lot,
    quality_accepted,
)
from qc.errors import AqlError, LotSizeError
from qc.spec.base import Severity

MAJOR = Severity.MAJOR


def class_plan(lot_size: int, aql: float, sampling: Sampling = Sampling.SINGLE) -> ClassPlan:
    (plan,) = plan_lot(lot_size, aqls={MAJOR: aql}, sampling=sampling).classes
    return plan


def sizes(plan: LotPlan) -> dict[str, list[tuple[int, int]]]:
    return {c.defect_class.value: [(s.size, s.ac) for s in c.stages] for c in plan.classes}


def test_without_a_word_from_the_buyer_the_usual_classes_are_judged() -> None:
    plan = plan_lot(1200)
    assert sizes(plan) == {"critical": [(80, 0)], "major": [(80, 5)], "minor": [(80, 7)]}
    assert (plan.edition, plan.letter, plan.sample_size) == ("ISO 2859-1:1999", "J", 80)


def test_arrows_may_give_the_classes_different_samples() -> None:
    plan = plan_lot(40)
    assert sizes(plan) == {"critical": [(13, 0)], "major": [(5, 0)], "minor": [(13, 1)]}
    assert plan.sample_size == 13


def test_a_sample_as_large_as_the_lot_inspects_every_unit() -> None:
    plan = class_plan(10, 0.4)
    assert (plan.full, plan.sample_size, plan.stages[0].ac) == (True, 10, 0)


def test_small_lots_are_inspected_to_the_last_unit_where_that_was_agreed() -> None:
    assert [c.full for c in plan_lot(49, full_below=50).classes] == [True] * 3
    assert [c.full for c in plan_lot(50, full_below=50).classes] == [False] * 3
    assert sizes(plan_lot(49, full_below=50, sampling=Sampling.DOUBLE))["minor"] == [(49, 1)]


def test_a_double_plan_begins_with_its_first_sample_for_every_class() -> None:
    plan = plan_lot(1200, sampling=Sampling.DOUBLE)
    assert sizes(plan) == {
        "critical": [(50, 0)],
        "major": [(50, 2), (50, 6)],
        "minor": [(50, 3), (50, 9)],
    }
    assert plan.sample_size == 100


def test_each_class_has_its_own_severity_of_inspection() -> None:
    plan = plan_lot(1200, inspections={MAJOR: InspectionSeverity.TIGHTENED})
    assert sizes(plan) == {"critical": [(80, 0)], "major": [(80, 3)], "minor": [(80, 7)]}


def test_above_ten_an_aql_counts_nonconformities() -> None:
    assert class_plan(500, 10).counts == "units"
    assert class_plan(500, 15).counts == "defects"


@pytest.mark.parametrize("size", [1, 0, -5])
def test_a_lot_too_small_to_sample_is_refused(size: int) -> None:
    with pytest.raises(LotSizeError, match="begin at 2 units"):
        plan_lot(size)


def test_half_a_million_units_have_a_plan() -> None:
    assert sizes(plan_lot(500_000))["major"] == [(500, 21)]


@pytest.mark.parametrize(
    ("aql", "nearest"),
    [(3.0, "2.5 or 4"), (0.0, "0.01"), (2000.0, "1000"), (11.0, "10 or 15"), (-1.0, "0.01")],
)
def test_an_unknown_aql_is_refused_with_its_neighbours(aql: float, nearest: str) -> None:
    with pytest.raises(AqlError) as refused:
        plan_lot(100, aqls={MAJOR: aql})
    assert refused.value.fix == f"The nearest is {nearest}."


@pytest.mark.parametrize("aql", [float("nan"), float("inf")])
def test_an_aql_that_is_no_number_is_refused(aql: float) -> None:
    with pytest.raises(AqlError):
        plan_lot(100, aqls={MAJOR: aql})


def test_no_class_is_no_plan() -> None:
    with pytest.raises(AqlError, match="no class"):
        plan_lot(100, aqls={})


@pytest.mark.parametrize(
    ("lot_size", "sample", "percent"),
    [
        (500, (50, 3), (2.78, 7.29, 12.88)),
        (1200, (80, 5), (3.32, 7.06, 11.28)),
        (3200, (125, 7), (3.22, 6.12, 9.24)),
        (10_000, (200, 10), (3.11, 5.33, 7.60)),
    ],
)
def test_quality_accepted_is_as_printed(
    lot_size: int, sample: tuple[int, int], percent: tuple[float, ...]
) -> None:
    """Tables 10-H to 10-L, AQL 2.5: accepted in 95, 50 and 10 of 100 lots."""
    plan = class_plan(lot_size, 2.5)
    assert (plan.stages[0].size, plan.stages[0].ac) == sample
    ours = tuple(round(quality_accepted(plan, accepted), 2) for accepted in (0.95, 0.5, 0.1))
    assert ours == percent


@pytest.mark.parametrize("sampling", list(Sampling))
@pytest.mark.parametrize("aql", [2.5, 65.0])
def test_acceptance_is_what_drawing_samples_gives(aql: float, sampling: Sampling) -> None:
    plan = class_plan(280, aql, sampling)
    rng = np.random.default_rng(1)
    quality, draws = 2.2 * aql, 200_000
    accepted = np.zeros(draws, dtype=bool)
    undecided = np.ones(draws, dtype=bool)
    found = np.zeros(draws, dtype=int)
    for stage in plan.stages:
        if plan.counts == "units":
            found += rng.binomial(stage.size, quality / 100, draws)
        else:
            found += rng.poisson(stage.size * quality / 100, draws)
        accepted |= undecided & (found <= stage.ac)
        undecided &= (found > stage.ac) & (found < stage.re)
    assert not undecided.any()
    assert float(acceptance(plan, quality)) == pytest.approx(accepted.mean(), abs=0.005)


@pytest.mark.parametrize("aql", AQLS)
def test_acceptance_falls_with_the_share_of_nonconforming_units(aql: float) -> None:
    plan = class_plan(100_000, aql)
    curve = acceptance(plan, np.linspace(0, 100, 201))
    assert curve[0] == 1
    assert (np.diff(curve) <= 1e-12).all()


def test_every_unit_inspected_leaves_no_risk() -> None:
    (plan,) = plan_lot(30, aqls={MAJOR: 4.0}, full_below=50).classes
    assert acceptance(plan, [0, 100 / 30, 200 / 30]).tolist() == [1, 1, 0]
    with pytest.raises(ValueError, match="100 %"):
        quality_accepted(plan, 0.5)
