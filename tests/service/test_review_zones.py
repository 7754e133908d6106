"""A defect that a person draws is judged by the zone in which it lies, as the machine's is."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import jpeg, recorded_inspection

from qc.photo import decode_photo
from qc.records import Inspection
from qc.spec import example_specs
from qc.spec.base import Severity, Zone
from qc.spec.models import DefectRule, Spec
from service.review.folding import correct, found
from service.review.schemas import DefectCorrection, Miss

SQUARE = ((10.0, 10.0), (90.0, 10.0), (90.0, 90.0), (10.0, 90.0))
MIDDLE = ((45.0, 45.0), (55.0, 45.0), (55.0, 50.0))
EDGE = ((45.0, 12.0), (55.0, 12.0), (55.0, 15.0))


@pytest.fixture
def spec() -> Spec:
    first = example_specs()[0]
    view = first.views[0].model_copy(
        update={"name": "top", "edge_zone": Zone.C, "edge_band_mm": 2.0}
    )
    rules = (
        DefectRule(type="crack", zone=Zone.A, severity=Severity.CRITICAL),
        DefectRule(type="crack", severity=Severity.MINOR),
    )
    return first.model_copy(update={"views": (view,), "dimensions": (), "defects": rules})


@pytest.fixture
def inspection(spec: Spec) -> Inspection:
    photo = decode_photo(jpeg(0))
    inspected = recorded_inspection({"top": photo}, spec)
    shown = inspected.photos[0].model_copy(update={"outlines_px": (SQUARE,)})
    return inspected.model_copy(update={"photos": (shown,)})


@pytest.mark.parametrize(
    ("polygon", "zone", "severity"),
    [(MIDDLE, Zone.A, Severity.CRITICAL), (EDGE, Zone.C, Severity.MINOR)],
)
def test_a_miss_is_judged_where_it_was_drawn(
    inspection: Inspection, spec: Spec, polygon: Any, zone: Zone, severity: Severity
) -> None:
    miss = Miss(kind="miss", view="top", type="crack", polygon_px=polygon)
    (after,) = correct(inspection, spec, found(inspection), [miss])
    assert (after.zone, after.severity) == (zone, severity)


def test_an_outline_drawn_elsewhere_moves_the_defect_to_another_zone(
    inspection: Inspection, spec: Spec
) -> None:
    there = DefectCorrection(kind="correct", defect=1, polygon_px=MIDDLE)
    here = DefectCorrection(kind="correct", defect=1, polygon_px=EDGE)
    one, two = correct(inspection, spec, found(inspection), [there, here])
    assert (one.zone, one.severity) == (Zone.A, Severity.CRITICAL)
    assert (two.zone, two.severity) == (Zone.C, Severity.MINOR)


def test_what_the_person_says_counts_instead(inspection: Inspection, spec: Spec) -> None:
    said = DefectCorrection(
        kind="correct", defect=1, polygon_px=MIDDLE, severity=Severity.ACCEPTABLE
    )
    (after,) = correct(inspection, spec, found(inspection), [said])
    assert (after.zone, after.severity) == (Zone.A, Severity.ACCEPTABLE)
