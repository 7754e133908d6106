"""A round tray of 100 mm radius whose edge, 10 mm wide, is another zone than its middle."""

import numpy as np
import pytest

from qc.decision.severity import Candidate, judge_defect
from qc.decision.verdict import Verdict
from qc.records import PhotoRecord, to_points
from qc.spec import Spec
from qc.spec.base import Severity, Zone
from qc.zones import zones_at

MM_PER_PX = 0.25
MIDDLE_PX = 1000
NAME = {"en": "x", "id": "x"}


def spec(rules=(), **view):
    return Spec.model_validate(
        {
            "id": "tray",
            "version": 1,
            "buyer": "x",
            "example": True,
            "product": {"id": "tray", "name": NAME, "material": "teak"},
            "mat": "A3",
            "views": [{"name": "top", "instruction": NAME, **view}],
            "defects": list(rules),
        }
    )


def ring(radius_mm, count=200):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    at = MIDDLE_PX + radius_mm / MM_PER_PX * np.column_stack([np.cos(angle), np.sin(angle)])
    return to_points(at)


def photo(**change):
    record = PhotoRecord(
        view="top", sha256="0" * 64, width_px=2000, height_px=2000, mat="A3",
        mm_per_px=MM_PER_PX, distance_mm=600, tilt_deg=0, mat_residual_px=0.1,
        outlines_px=(ring(100),),
    )  # fmt: skip
    return record.model_copy(update=change)


def spot(from_middle_mm, radius_mm, direction_deg=37):
    x, y = np.cos(np.radians(direction_deg)), np.sin(np.radians(direction_deg))
    return to_points(np.array(ring(radius_mm, 24)) + from_middle_mm / MM_PER_PX * np.array([x, y]))


EDGED = {"zone": "A", "edge_zone": "C", "edge_band_mm": 10}


@pytest.mark.parametrize(
    ("from_middle_mm", "radius_mm", "expected"),
    [
        (0, 5, {Zone.A}),
        (85, 4.5, {Zone.A}),
        (85, 6, {Zone.A, Zone.C}),
        (95, 4, {Zone.C}),
        (100, 4, {Zone.C}),
        (100, 15, {Zone.A, Zone.C}),
    ],
)
def test_the_band_begins_where_the_spec_says(from_middle_mm, radius_mm, expected):
    for direction_deg in (0, 37, 250):
        place = spot(from_middle_mm, radius_mm, direction_deg)
        assert set(zones_at(spec(**EDGED), photo(), place)) == expected


def test_the_nearest_part_counts():
    right = np.array([900, 0])
    pair = photo(outlines_px=(ring(100), to_points(np.array(ring(100)) + right)))
    assert zones_at(spec(**EDGED), pair, to_points(np.array(spot(95, 3)) + right)) == (Zone.C,)


@pytest.mark.parametrize("unknown", [{"mm_per_px": None}, {"outlines_px": ()}])
def test_where_the_place_is_not_known_every_zone_of_the_view_counts(unknown):
    assert zones_at(spec(**EDGED), photo(**unknown), spot(0, 5)) == (Zone.A, Zone.C)


def test_a_view_without_a_band_is_one_zone():
    assert zones_at(spec(zone="B"), photo(), spot(95, 4)) == (Zone.B,)


RULES = (
    {"type": "scratch", "zone": "A", "severity": "major"},
    {"type": "scratch", "severity": "minor", "max_length_mm": 10},
    {"type": "stain", "zone": "A", "severity": "critical"},
)


@pytest.mark.parametrize(
    ("type_", "length_mm", "zones", "expected"),
    [
        ("scratch", 5, [Zone.A], (Zone.A, Verdict.FAIL, Severity.MAJOR)),
        ("scratch", 5, [Zone.C], (Zone.C, Verdict.PASS, Severity.ACCEPTABLE)),
        ("scratch", 12, [Zone.C], (Zone.C, Verdict.FAIL, Severity.MINOR)),
        ("scratch", 12, [Zone.C, Zone.A], (Zone.A, Verdict.FAIL, Severity.MAJOR)),
        # Named for zone A alone: elsewhere a person looks, and a sure failure is worse than that.
        ("stain", 5, [Zone.C], (Zone.C, Verdict.CHECK, None)),
        ("stain", 5, [Zone.A, Zone.C], (Zone.A, Verdict.FAIL, Severity.CRITICAL)),
    ],
)
def test_the_worst_of_the_zones_that_it_touches_counts(type_, length_mm, zones, expected):
    judged = judge_defect(Candidate(type_, "top", length_mm, 1, 0.95), spec(RULES, **EDGED), zones)
    assert (judged.zone, judged.verdict, judged.severity) == expected


def test_a_spec_that_tells_no_zones_apart_names_none():
    judged = judge_defect(Candidate("stain", "top", 5, 1, 0.95), spec(RULES[2:]))
    assert judged.zone is None


@pytest.mark.parametrize(
    ("view", "rules", "said"),
    [
        ({"edge_zone": "B"}, (), "stand together"),
        ({"edge_band_mm": 5}, (), "stand together"),
        ({}, ({"type": "stain", "zone": "B", "severity": "major"},), "shown by no view"),
        ({}, RULES[:1] * 2, "stands twice"),
        ({"zone": "D"}, (), "zone"),
    ],
)
def test_zones_that_contradict(view, rules, said):
    with pytest.raises(ValueError, match=said):
        spec(rules, **view)
